import { readdir, readFile } from 'node:fs/promises'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { createSyncServer } from '@vue-sync/server'
import { formatLink } from '@vue-sync/vue/protocol'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { connectTo } from '../../server/test/client.ts'
import { freePort } from '../../server/test/free-port.ts'
import { type Browser, launchBrowser, type Page, watch } from '../support/browsers/playwright.ts'
import { type Running, start } from '../support/system/processes.ts'

// The playground of the module, which scripts/test/nuxt.ts has built with the packed packages.
const APP = process.env['VUE_SYNC_NUXT_APP']!
/** Also in the `.env` file that was there during the build. */
const KEYS = { host: 'host-key-in-the-env-file', viewer: 'viewer-key-in-the-env-file' }
const SHARE_ON_THE_SERVER = '<div class="vue-sync-share"><!--v-if--></div>'

let browser: Browser
beforeAll(async () => void (browser = await launchBrowser()))
afterAll(() => browser.close())

const stops: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

/** Starts a command of the app. Returns its address, and its output so far. */
async function serve(args: string[], env: Record<string, string>, isReady: RegExp) {
  const port = await freePort()
  const ports = { PORT: String(port), HOST: '0.0.0.0', NUXT_TELEMETRY_DISABLED: '1' }
  const running: Running = start(process.execPath, args, {
    cwd: APP,
    env: {
      ...process.env,
      ...ports,
      NODE_ENV: undefined,
      VITEST: undefined,
      TEST: undefined,
      ...env,
    },
  })
  stops.push(running.stop)
  let said = ''
  for (const stream of [running.child.stdout!, running.child.stderr!])
    // oxlint-disable-next-line no-control-regex -- the escape character begins a colour
    stream.on('data', (data) => (said += String(data).replaceAll(/\u001B\[[\d;]*m/g, '')))
  await expect.poll(() => said, { timeout: 60_000 }).toMatch(isReady)
  return { origin: `http://localhost:${port}`, port, output: () => said }
}

const serveBuild = (env: Record<string, string> = {}) =>
  serve(
    ['.output/server/index.mjs'],
    { NUXT_VUE_SYNC_HOST_KEY: KEYS.host, NUXT_VUE_SYNC_VIEWER_KEY: KEYS.viewer, ...env },
    /Listening on/,
  )

/** Opens a page in a profile of its own: a presenter's, or a visitor's. */
async function open(url: string, isPresenter: boolean): Promise<Page> {
  const context = await browser.newContext()
  stops.push(() => context.close())
  if (isPresenter) await context.addCookies([{ name: 'login', value: 'presenter', url }])
  return context.newPage()
}

const text = (page: Page) => () => page.locator('body').innerText()

describe('a built app', () => {
  it('gives browsers no key, neither in files nor in HTML, and renders the panel’s empty element', async () => {
    const { origin } = await serveBuild()
    const html = await (await fetch(origin)).text()
    expect(html).toContain(SHARE_ON_THE_SERVER)
    expect(html).toContain('disconnected. No device connected.')
    const folder = join(APP, '.output/public')
    const files = (await readdir(folder, { recursive: true, withFileTypes: true }))
      .filter((file) => file.isFile())
      .map((file) => join(file.parentPath, file.name))
    expect(files.length).toBeGreaterThan(5)
    const texts = await Promise.all(files.map((file) => readFile(file, 'latin1')))
    for (const key of Object.values(KEYS))
      for (const content of [html, ...texts]) expect(content.includes(key)).toBe(false)
  })

  it('publishes to a relay that runs elsewhere: for a presenter, and without a warning', async () => {
    const relay = createSyncServer({
      port: 0,
      host: '127.0.0.1',
      hostKey: KEYS.host,
      viewerKey: KEYS.viewer,
      warn: () => {},
    })
    await relay.start()
    stops.push(relay.stop)
    const url = `ws://127.0.0.1:${relay.getStatus().port}`
    const { origin } = await serveBuild({ NUXT_PUBLIC_VUE_SYNC_URL: url })
    const host = await open(origin, true)
    const seen = watch(host)
    await host.goto(origin)
    await expect.poll(text(host)).toContain('connected. No device connected.')
    const viewer = await connectTo(url, 'viewer', { key: KEYS.viewer })
    stops.push(viewer.close)
    await host.getByLabel('Title').fill('From Nuxt')
    await expect.poll(() => viewer.frames.join('\n')).toContain('From Nuxt')
    expect(viewer.frames.join('\n')).toContain('"round":{"value":1}')
    await expect.poll(text(host)).toContain('1 device connected.')
    await expect
      .poll(() => host.locator('.vue-sync-share').getByText('127.0.0.1').count())
      .toBeGreaterThan(0)
    expect(seen.complaints).toEqual([])
  })

  it('publishes nothing of a visitor, and dials nowhere', async () => {
    const { origin } = await serveBuild()
    const visitor = await open(origin, false)
    const seen = watch(visitor)
    await visitor.goto(origin)
    // The button works once the page is hydrated.
    await visitor.getByRole('button', { name: 'Round 1' }).click()
    await expect.poll(text(visitor)).toContain('Round 2')
    expect(await text(visitor)()).toContain('disconnected. No device connected.')
    expect([seen.sockets, seen.complaints]).toEqual([0, []])
  })

  it('has a relay and the viewer app in its own server', async () => {
    const { origin, output } = await serveBuild()
    const host = await open(origin, true)
    const seen = watch(host)
    await host.goto(origin)
    await host.getByLabel('Title').fill('In one server')
    const phone = await open(origin, false)
    const seenByPhone = watch(phone)
    await phone.goto(
      formatLink({ relay: `${origin}/__sync`, session: 'default', key: KEYS.viewer }),
    )
    await expect.poll(text(phone)).toContain('In one server')
    await expect.poll(text(host)).toContain('1 device connected.')
    expect([seen.complaints, seenByPhone.complaints]).toEqual([[], []])
    const short = await fetch(`${origin}/__sync`, { redirect: 'manual' })
    expect([short.status, short.headers.get('location')]).toEqual([308, '/__sync/'])
    const relay = `${origin.replace('http', 'ws')}/__sync`
    for (const headers of [{ origin: 'https://evil.example' }, {}] as Record<string, string>[]) {
      const key = headers['origin'] ? KEYS.host : 'wrong'
      const refused = await connectTo(relay, 'host', { key, headers })
      expect((await refused.closed).code).toBe(4401)
    }
    const ask = (path: string, key: string) =>
      fetch(`${origin}/__sync/${path}`, { headers: { authorization: `Bearer ${key}` } })
    expect(await (await ask('state', KEYS.viewer)).text()).toContain('In one server')
    expect((await ask('state', 'wrong')).status).toBe(401)
    expect((await ask('stream', KEYS.viewer)).status).toBe(404)
    expect(output().split('\n').filter(Boolean)).toEqual([expect.stringContaining('Listening on')])
  })
})

describe('nuxt dev', () => {
  it('prints the link, and a phone follows the app, whose console has no warning', async () => {
    const { origin, port, output } = await serve(
      ['node_modules/nuxt/bin/nuxt.mjs', 'dev', '--no-fork'],
      {},
      /Viewer: +http\S+\/__sync\/#k=\S+/,
    )
    await expect.poll(output).toMatch(/Code: +\w{3} \w{3} to type at /)
    const key = /#k=(\S+)/.exec(output())![1]!
    const host = await open(origin, false)
    const seen = watch(host)
    // Vite reloads a page when it meets a package for the first time.
    await host.goto(origin)
    await expect.poll(text(host), { timeout: 60_000 }).toContain('connected. No device connected.')
    const phone = await open(origin, false)
    await phone.goto(`${origin}/__sync/#k=${key}`)
    await expect
      .poll(async () => {
        await host.getByLabel('Title').fill('From nuxt dev')
        return text(phone)()
      })
      .toContain('From nuxt dev')
    await expect
      .poll(() => host.getByRole('button', { name: /Show it on a phone/ }).count())
      .toBe(1)
    expect(seen.complaints.filter((line) => !/DevTools/.test(line))).toEqual([])

    const path = '/_nuxt/@id/__x00__virtual:vue-sync/relay'
    expect(await (await fetch(origin + path)).text()).toContain('key:')
    const lan = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .find(({ family, internal }) => family === 'IPv4' && !internal)
    if (lan)
      expect(await (await fetch(`http://${lan.address}:${port}${path}`)).text()).not.toContain(
        'key:',
      )
  }, 180_000)
})
