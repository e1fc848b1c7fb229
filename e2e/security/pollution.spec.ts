import { defineStore } from 'pinia'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { isReactive } from 'vue'
import { syncPlugin } from '@vue-sync/vue/host'
import { syncViewer, useSyncedState, useSyncViewer } from '@vue-sync/vue/viewer'
import { config, connect, session } from '../../server/test/client.ts'
import { createTestApp, stubPage, unmountApps } from '../support/apps/app.ts'
import { HOST_KEY, startRelay, type TestRelay, VIEWER_KEY } from '../support/relays/relay.ts'

let relay: TestRelay
const before = Object.getOwnPropertyNames(Object.prototype)

beforeEach(async () => {
  stubPage()
  vi.spyOn(console, 'warn').mockImplementation(() => {})
  relay = await startRelay()
})
afterEach(async () => {
  unmountApps()
  await relay.stop()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
  expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before)
  expect([{}, [], Object, () => {}].map((one) => (one as never)['polluted'])).toEqual(
    Array.from({ length: 4 }, () => undefined),
  )
})

// JSON.parse makes `__proto__` an own key; in an object literal it would set the prototype.
const EVIL =
  '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"prototype":{"polluted":1}}'
const evil = () => JSON.parse(EVIL) as Record<string, unknown>
/** What may arrive: ordinary own keys. */
const HARMLESS = { constructor: { prototype: { polluted: 1 } }, prototype: { polluted: 1 } }

const useBox = defineStore('box', {
  state: () => ({ n: 0, map: {} as Record<string, unknown>, list: [] as unknown[] }),
  sync: true,
})

function openViewer() {
  const { app, pinia } = createTestApp()
  app.use(pinia).use(syncViewer, {
    url: `${relay.url}#k=${VIEWER_KEY}`,
    backoff: { first: 1, max: 5 },
  })
  app.mount({})
  const box = useBox(pinia)
  const { view, viewer } = app.runWithContext(() => ({
    view: useSyncedState('box'),
    viewer: useSyncViewer(),
  }))
  return { app, pinia, box, view, viewer }
}

/** Expects that no object inside has a prototype from the wire. */
function expectPlain(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  expect(Object.getPrototypeOf(value)).toBe(
    Array.isArray(value) ? Array.prototype : Object.prototype,
  )
  for (const key of Object.keys(value)) expectPlain((value as never)[key])
}

it('a host serialises prototype keys as own keys, or omits them', async () => {
  const { app, pinia } = createTestApp()
  app.use(pinia).use(syncPlugin, { url: relay.url, key: HOST_KEY, debounce: 5 })
  app.mount({})
  const source = useBox(pinia)
  const seen = await connect(relay, 'viewer')
  const { box } = openViewer()
  source.map = evil()
  source.list.push(evil(), [evil()])
  await expect.poll(() => box.list.length).toBe(2)
  // Nested keys are sent as a patch.
  source.list = Array.from({ length: 50 }, (_, id) => ({ id, fill: 'x'.repeat(50) }))
  await expect.poll(() => box.list.length).toBe(50)
  Object.assign(source.list[7] as object, JSON.parse(`{"deep":${EVIL}}`), { constructor: 'text' })
  source.n = 1
  await expect.poll(() => box.n).toBe(1)
  expect((box.list[7] as { constructor: unknown }).constructor).toBe('text')
  expect((box.list[7] as { deep: unknown }).deep).toEqual(HARMLESS)
  expect(box.map).toEqual(HARMLESS)
  delete (source.list[7] as { constructor?: unknown }).constructor
  source.n = 2
  await expect.poll(() => box.n).toBe(2)
  expect(Object.hasOwn(box.list[7] as object, 'constructor')).toBe(false)
  expectPlain(JSON.parse(JSON.stringify(box.$state)))
  expect(seen.frames.filter((frame) => frame.includes('__proto__'))).toEqual([])
  await seen.close()
})

it.each([
  [
    'a store',
    (state: object) => ({ ...evil(), ...JSON.parse(`{"__proto__":${EVIL}}`), box: state }),
  ],
  ['a field', (state: object) => ({ box: { ...state, ...evil() } })],
  ['a value', (state: object) => ({ box: { ...state, map: evil(), list: [evil(), [evil()]] } })],
])('a viewer that receives prototype keys as %s keeps its prototypes', async (_, wrap) => {
  const host = await connect(relay, 'host')
  const { box, view, viewer, pinia } = openViewer()
  const send = (type: string, seq: number, payload: object) =>
    host.send({ ...session('e', seq, {}), type, payload })
  const whole = { n: 1, map: {}, list: [] }
  send('session_update', 1, wrap(whole))
  await expect.poll(() => box.n).toBe(1)
  send('config_update', 2, wrap({ n: 2 }))
  await expect.poll(() => box.n).toBe(2)
  expect(isReactive(box.map)).toBe(true)
  for (const value of [box.map, ...box.list]) expectPlain(JSON.parse(JSON.stringify(value)))
  expect(Object.getPrototypeOf(view.value)).toBe(Object.prototype)
  expect((view.value as { polluted?: unknown }).polluted).toBeUndefined()
  expect((pinia.state.value as { polluted?: unknown }).polluted).toBeUndefined()
  // Removing these keys must not remove anything else.
  send('session_update', 3, { box: { ...whole, n: 3 } })
  await expect.poll(() => box.n).toBe(3)
  expect(box.$state).toEqual({ n: 3, map: {}, list: [] })
  expect([viewer.status.value, viewer.storeIds.value]).toEqual(['connected', ['box']])
  await host.close()
})

const KEYS = ['__proto__', 'constructor', 'prototype', 'constructor/prototype']
const PLACES = ['', '/box', '/box/map', '/box/list', '/box/list/0', '/box/n']
it.each(PLACES.flatMap((place) => KEYS.map((key) => `${place}/${key}`)))(
  'a patch to %s changes no prototype',
  async (path) => {
    const host = await connect(relay, 'host')
    const { box, view } = openViewer()
    const whole = (n: number) => ({ n, map: { a: {} }, list: [{ a: 1 }] })
    const sendAll = (seq: number) =>
      host.send({ ...session('e', seq, {}), payload: { box: whole(seq) } })
    sendAll(1)
    await expect.poll(() => box.n).toBe(1)
    const value = { polluted: 1 }
    const patches = [
      [{ op: 'add', path, value }],
      [{ op: 'replace', path, value }],
      [{ op: 'add', path: `${path}/polluted`, value: 1 }],
      [{ op: 'copy', from: '/box/list/0', path: `${path}/polluted` }],
      [{ op: 'move', from: path, path: '/box/map/a' }],
      [{ op: 'copy', from: path, path: '/box/map/a' }],
      [{ op: 'remove', path: `${path}/toString` }],
      [{ op: 'remove', path }],
    ]
    let seq = 1
    for (const patch of patches) {
      host.send({ ...config('e', seq + 1, {}), payload: {}, patch })
      // The viewer requests the full state when a patch does not fit, and shows the next one in any case.
      sendAll((seq += 2))
      await expect.poll(() => box.n).toBe(seq)
      expect(view.value).toEqual(whole(seq))
      expect(box.$state).toEqual(whole(seq))
    }
    await host.close()
  },
)

it('a relay forwards prototype keys unchanged, and its own messages and pages stay intact', async () => {
  const host = await connect(relay, 'host')
  const viewer = await connect(relay, 'viewer')
  const frame = JSON.stringify({ ...session('e', 1, {}), payload: { box: evil() } })
  const status = `{"type":"status","__proto__":{"polluted":1},"epoch":"e","seq":1,"payload":${EVIL}}`
  host.send(frame)
  host.send(status)
  host.send(`{"__proto__":{"type":"session_update"},"payload":{},"epoch":"e","seq":2}`)
  const message = await viewer.until(({ seq }) => seq === 1)
  expect(JSON.stringify(message)).toBe(frame)
  for (const path of ['/s/__proto__', '/s/constructor', '/s/prototype']) {
    const other = await connect(relay, 'viewer', { path }).catch(() => undefined)
    await other?.close()
  }
  const answer = await fetch(`${relay.url.replace('ws', 'http')}/status`)
  expect(Object.keys((await answer.json()) as object).toSorted()).toEqual([
    'clientCount',
    'localIp',
    'port',
    'running',
  ])
  for (const { socket } of [host, viewer]) socket.terminate()
})
