import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { dirname, extname, join } from 'node:path'
import process from 'node:process'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type App, reactive } from 'vue'
import { WebSocket as PackageSocket } from 'ws'
import { createSyncClient, type SyncClient, type SyncClientOptions } from '@vue-sync/vue/client'
import { syncPlugin, type SyncHostOptions, useSyncHost, useSyncSource } from '@vue-sync/vue/host'
import { msgpack } from '@vue-sync/vue/msgpack'
import { richValues } from '@vue-sync/vue/rich-values'
import { ROOT } from '../../scripts/builds.ts'
import { stubBrowser } from '../support/apps/app.ts'
import { createEmptyApp } from '../support/apps/empty-app.ts'
import { launchBrowser } from '../support/browsers/playwright.ts'
import { HOST_KEY, startRelay, type TestRelay, VIEWER_KEY } from '../support/relays/relay.ts'

// The client without Vue, from source and as published, in Node, Bun and Chromium, with a real relay.
let relay: TestRelay
let app: App
const clients: SyncClient[] = []

beforeEach(async () => {
  stubBrowser()
  relay = await startRelay()
})
afterEach(async () => {
  for (const client of clients.splice(0)) client.disconnect()
  app?.unmount()
  await relay.stop()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

/** A host that shares `score` and `teams`. */
function startHost(options: SyncHostOptions = {}) {
  app = createEmptyApp()
  app.use(syncPlugin, { url: relay.url, key: HOST_KEY, name: 'Final', debounce: 20, ...options })
  app.mount({})
  const score = reactive<Record<string, unknown>>({ home: 0 })
  const teams = reactive({ names: ['A', 'B'] })
  app.runWithContext(() => {
    useSyncSource('score', score)
    useSyncSource('teams', teams)
  })
  return { score, teams, host: app.runWithContext(useSyncHost) }
}

const link = () => `${relay.url}#k=${VIEWER_KEY}`

function connect(options: SyncClientOptions = {}) {
  const client = createSyncClient({ url: link(), ...options })
  clients.push(client)
  const changes: string[][] = []
  client.on('change', (ids) => void changes.push(ids.toSorted()))
  return { client, changes }
}

describe('createSyncClient', () => {
  it('gives the state as plain data, and tells which stores have changed', async () => {
    const { score } = startHost()
    const { client, changes } = connect()
    let statuses = 0
    const stop = client.on('status', () => void statuses++)
    await expect.poll(() => client.stale).toBe(false)
    expect(client.state).toEqual({ score: { home: 0 }, teams: { names: ['A', 'B'] } })
    expect(client).toMatchObject({
      status: 'connected',
      host: 'online',
      name: 'Final',
      behind: false,
    })
    expect(statuses).toBeGreaterThan(0)
    const before = client.state
    changes.length = 0
    score['home'] = 1
    await expect.poll(() => client.state['score']).toEqual({ home: 1 })
    expect(changes).toEqual([['score']])
    expect(client.state['teams']).toBe(before['teams'])
    expect(before['score']).toEqual({ home: 0 })
    stop()
    const heard = statuses
    client.disconnect()
    expect(client.status).toBe('disconnected')
    await Promise.resolve()
    expect(statuses).toBe(heard)
    expect(client.state['score']).toEqual({ home: 1 })
    client.connect(link())
    score['home'] = 2
    await expect.poll(() => client.state['score']).toEqual({ home: 2 })
  })

  it('reads rich values, codecs and an injected WebSocket', async () => {
    const { score } = startHost({ values: richValues(), codec: msgpack() })
    const { client } = connect({
      values: richValues(),
      codecs: [msgpack()],
      WebSocket: PackageSocket as unknown as typeof WebSocket,
    })
    score['at'] = new Date(5)
    await expect.poll(() => client.state['score']).toEqual({ home: 0, at: new Date(5) })
  })

  it('decrypts an encrypted session', async () => {
    const { host } = startHost({ encrypt: true, viewerUrl: 'https://show.test' })
    await expect.poll(() => host.viewerUrl.value).toBeDefined()
    const { hash } = new URL(host.viewerUrl.value!)
    const { client } = connect({ url: `ws://localhost:${relay.getStatus().port}${hash}` })
    await expect.poll(() => client.state['score']).toEqual({ home: 0 })
  })

  it('says why it cannot go on, and refuses a bad address', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const { client } = connect({ url: `${relay.url}#k=${VIEWER_KEY}x` })
    await expect.poll(() => client.error?.code).toBe('VS102')
    expect(() => client.connect('not an address')).toThrow('VS101')
    vi.stubGlobal('WebSocket', undefined)
    expect(() => createSyncClient({ url: link() })).toThrow('VS107')
  })

  it('shows a saved state before it is connected', async () => {
    startHost()
    const kept = new Map<string, unknown>()
    const cache = {
      load: async ({ session }: { session: string }) => kept.get(session) as never,
      save: async ({ session }: { session: string }, state: unknown) =>
        void kept.set(session, state),
    }
    const { client } = connect({ cache })
    await expect.poll(() => client.state['teams']).toBeDefined()
    client.disconnect()
    expect(kept.size).toBe(1)
    class NoSocket extends EventTarget {}
    const { client: offline } = connect({
      cache,
      WebSocket: NoSocket as unknown as typeof WebSocket,
    })
    await expect.poll(() => offline.state['teams']).toEqual({ names: ['A', 'B'] })
    expect(offline.stale).toBe(true)
  })
})

const DIST = join(ROOT, 'packages/vue-sync/dist')

/** The packages that a published file loads, with what it loads. */
function packagesOf(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return new Set()
  seen.add(file)
  const found = new Set<string>()
  const code = readFileSync(file, 'utf8')
  for (const [, name] of code.matchAll(/(?:\bfrom|^import|\bimport\() ?"([^"]+)"/gm))
    if (!name!.startsWith('.')) found.add(name!)
    else for (const inner of packagesOf(join(dirname(file), name!), seen)) found.add(inner)
  return found
}

it('the published client loads no package, and host and viewer load no Pinia', () => {
  expect([...packagesOf(join(DIST, 'client.js'))]).toEqual([])
  expect([...packagesOf(join(DIST, 'host.js'))].toSorted()).toEqual(['@vueuse/core', 'vue'])
  expect([...packagesOf(join(DIST, 'viewer.js'))]).toEqual(['vue'])
})

const BUN = join(ROOT, 'node_modules/.bin/bun')
const RUNTIMES: [name: string, command: string][] = [['Node', process.execPath]]
if (existsSync(BUN)) RUNTIMES.push(['Bun', BUN])

it.each(RUNTIMES)('examples/node/score.js prints each score in %s', async (_, command) => {
  const { score } = startHost()
  const script = join(ROOT, 'examples/node/score.js')
  const child = spawn(command, [script, link(), 'score'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    let printed = ''
    child.stdout.on('data', (chunk) => (printed += String(chunk)))
    await expect.poll(() => printed).toBe('{"home":0}\n')
    score['home'] = 3
    await expect.poll(() => printed).toBe('{"home":0}\n{"home":3}\n')
  } finally {
    child.kill()
  }
})

const TYPES: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript' }

/** Serves the page and the published client as any server of files does. */
async function serveRoot(): Promise<Server> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url!, 'http://localhost')
    const file = join(ROOT, pathname.endsWith('/') ? `${pathname}index.html` : pathname)
    if (!existsSync(file)) return void response.writeHead(404).end()
    response.setHeader('content-type', TYPES[extname(file)] ?? 'text/plain')
    response.end(readFileSync(file))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

it('examples/plain shows the state in a browser', async () => {
  const { score } = startHost()
  const [server, browser] = await Promise.all([serveRoot(), launchBrowser()])
  try {
    const page = await browser.newPage()
    const { port } = server.address() as { port: number }
    await page.goto(`http://localhost:${port}/examples/plain/`)
    await page.fill('#link', link())
    await page.press('#link', 'Enter')
    await page.waitForSelector('#status:text-is("Live")')
    score['home'] = 7
    await page.waitForSelector('#state:text-matches("\\"home\\": 7")')
  } finally {
    await browser.close()
    server.close()
  }
})
