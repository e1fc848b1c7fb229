import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { defineStore } from 'pinia'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { syncPlugin } from '@vue-sync/vue/host'
import { syncViewer, useSyncedState } from '@vue-sync/vue/viewer'
import { config, connectTo, session } from '../../server/test/client.ts'
import { createTestApp, stubPage, unmountApps } from '../support/apps/app.ts'
import { freePort } from '../../server/test/free-port.ts'
import { type Running, start } from '../support/system/processes.ts'

// The app in the documentation of `createRelay`, which scripts/test/nuxt.ts has built.
const APP = process.env['VUE_SYNC_NUXT_APP']!
const KEYS = { host: 'host-key-of-the-nuxt-app', viewer: 'viewer-key-of-the-nuxt-app' }

let server: Running
let origin: string
let said = ''

beforeAll(async () => {
  const port = await freePort()
  origin = `ws://127.0.0.1:${port}`
  server = start(process.execPath, ['.output/server/index.mjs'], {
    cwd: APP,
    env: {
      PORT: String(port),
      HOST: '127.0.0.1',
      HOST_KEY: KEYS.host,
      VIEWER_KEY: KEYS.viewer,
    },
  })
  for (const stream of [server.child.stdout!, server.child.stderr!])
    stream.on('data', (data) => (said += String(data)))
  // `expect.poll` works only inside a test.
  await vi.waitFor(() => expect(said).toContain('Listening on'), 15_000)
}, 20_000)
afterAll(() => server.stop())
beforeEach(stubPage)
afterEach(() => {
  unmountApps()
  vi.unstubAllGlobals()
})

const useCounter = defineStore('counter', { state: () => ({ count: 0 }), sync: true })

it('has the crossws 0.3 that Nuxt 4 depends on', async () => {
  const nitro = await readFile(join(APP, '.output/server/package.json'), 'utf8')
  expect(JSON.parse(nitro).dependencies).toMatchObject({ '@vue-sync/server': expect.anything() })
  const store = join(APP, 'node_modules/.pnpm/crossws@0.3.5/node_modules/crossws/package.json')
  expect(JSON.parse(await readFile(store, 'utf8')).version).toBe('0.3.5')
})

it('mirrors the stores of an app, and brings a viewer that comes later up to date', async () => {
  const { app, pinia } = createTestApp()
  app.use(pinia).use(syncPlugin, { url: origin, session: 'stores', key: KEYS.host, debounce: 20 })
  const counter = useCounter(pinia)
  app.mount({})
  const view = () => {
    const viewer = createTestApp()
    viewer.app
      .use(syncViewer, { url: `${origin}/s/stores#k=${KEYS.viewer}` })
      .use(viewer.pinia)
      .mount({})
    return viewer.app.runWithContext(() => useSyncedState('counter'))
  }
  const early = view()
  for (let count = 1; count <= 5; count++) {
    counter.count = count
    await expect.poll(() => early.value?.['count']).toBe(count)
  }
  const late = view()
  await expect.poll(() => late.value?.['count']).toBe(5)
})

it('keeps sessions apart, and sends a viewer that resumes only what it lacks', async () => {
  const host = await connectTo(origin, 'host', { key: KEYS.host, path: '/s/one' })
  const other = await connectTo(origin, 'host', { key: KEYS.host, path: '/s/two' })
  host.send(session('e', 1, { a: 1 }))
  host.send(config('e', 2, { a: 2 }))
  host.send(config('e', 3, { a: 3 }))
  other.send(session('f', 7, { b: 1 }))
  const viewer = await connectTo(origin, 'viewer', { key: KEYS.viewer, path: '/s/one' })
  await viewer.until(({ seq }) => seq === 3)
  const resumed = await connectTo(origin, 'viewer', {
    key: KEYS.viewer,
    path: '/s/one',
    position: { epoch: 'e', seq: 2 },
  })
  await resumed.until(({ type }) => type === 'status')
  expect(resumed.frames[0]).toBe(JSON.stringify(config('e', 3, { a: 3 })))
  expect(resumed.of('session_update')).toEqual([])
  const second = await connectTo(origin, 'viewer', { key: KEYS.viewer, path: '/s/two' })
  await second.until(({ epoch }) => epoch === 'f')
  expect(second.of('session_update')).toEqual([session('f', 7, { b: 1 })])
  for (const client of [host, other, viewer, resumed, second]) await client.close()
})

it('forwards binary frames as binary frames', async () => {
  const host = await connectTo(origin, 'host', { key: KEYS.host, path: '/s/binary' })
  const viewer = await connectTo(origin, 'viewer', { key: KEYS.viewer, path: '/s/binary' })
  const frame = Buffer.from('{"type":"session_update","epoch":"e","seq":1}\n{"payload":{}}')
  host.socket.send(frame)
  await expect.poll(() => viewer.binaries).toEqual([frame])
  for (const client of [host, viewer]) await client.close()
})

it.each([
  ['host', undefined],
  ['host', KEYS.viewer],
  ['viewer', undefined],
  ['viewer', 'wrong'],
] as const)('closes a %s with key %s for good', async (role, key) => {
  const client = await connectTo(origin, role, { key, path: '/s/room' })
  expect((await client.closed).code).toBe(4401)
  expect(client.frames).toEqual([])
})

it.each(['host', 'viewer'] as const)('asks authorize about a %s', async (role) => {
  const options = { key: KEYS[role], path: '/s/room' }
  const foreign = await connectTo(origin, role, {
    ...options,
    headers: { origin: 'https://evil.example' },
  })
  expect(await foreign.closed).toEqual({ code: 4401, reason: `This ${role} is not authorized` })
  const own = await connectTo(origin, role, {
    ...options,
    headers: { origin: origin.replace('ws', 'http') },
  })
  await own.until(({ type }) => type === 'status')
  await own.close()
})

it('serves the pages of the app, and warns about nothing', async () => {
  const page = await fetch(origin.replace('ws', 'http'))
  expect(page.status).toBe(200)
  expect(said.split('\n').filter(Boolean)).toEqual([expect.stringContaining('Listening on')])
})
