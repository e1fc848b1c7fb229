import { createServer } from 'node:net'
import { defineStore } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { WebSocket as Socket, WebSocketServer } from 'ws'
import { syncPlugin, type SyncHostOptions, useSyncHost } from '@vue-sync/vue/host'
import {
  syncViewer,
  type SyncViewerOptions,
  useSyncedState,
  useSyncViewer,
} from '@vue-sync/vue/viewer'
import { createTestApp, stubBrowser, unmountApps } from '../support/apps/app.ts'
import { HOST_KEY, startRelay, type TestRelay, VIEWER_KEY } from '../support/relays/relay.ts'
import { freePort } from '../../server/test/free-port.ts'

// Dials that cannot succeed say so, and none goes on for ever without a word.
const backoff = { first: 20, max: 20 }
const useBoard = defineStore('board', { state: () => ({ count: 0 }), sync: true })

let relay: TestRelay | undefined
let errors: string[]

beforeEach(() => {
  stubBrowser()
  errors = []
  vi.spyOn(console, 'error').mockImplementation((text) => void errors.push(String(text)))
})
afterEach(async () => {
  unmountApps()
  await relay?.stop()
  relay = undefined
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

function startHost(url: string, options: SyncHostOptions = {}) {
  const { app, pinia } = createTestApp()
  app.use(pinia).use(syncPlugin, { url, key: HOST_KEY, debounce: 0, backoff, ...options })
  app.mount({})
  return { host: app.runWithContext(useSyncHost), board: useBoard(pinia) }
}
function startViewer(url: string, options: SyncViewerOptions = {}) {
  const { app, pinia } = createTestApp()
  app.use(syncViewer, { url, backoff, ...options }).use(pinia)
  app.mount({})
  const viewer = app.runWithContext(useSyncViewer)
  return { ...viewer, board: app.runWithContext(() => useSyncedState('board')) }
}
const startAs = (role: 'host' | 'viewer', url: string) =>
  role === 'host' ? startHost(url).host : startViewer(`${url}#k=${VIEWER_KEY}`)

describe.each(['host', 'viewer'] as const)('a %s', (role) => {
  it('lists VS120 while nothing answers, goes on dialling, and removes it when the relay answers', async () => {
    const port = await freePort()
    const client = startAs(role, `ws://127.0.0.1:${port}/`)
    await expect.poll(() => client.problems.value).toHaveLength(1)
    expect(client.problems.value[0]).toMatchObject({
      code: 'VS120',
      reason: expect.stringContaining(`ws://127.0.0.1:${port}`),
    })
    expect(client.error.value).toBeUndefined()
    expect(errors).toEqual([expect.stringContaining('VS120')])
    relay = await startRelay(port)
    await expect.poll(() => client.status.value).toBe('connected')
    expect(client.problems.value).toEqual([])
  })

  it('lists VS120 also when something else answers', async () => {
    const other = createServer((socket) => {
      socket.on('error', () => {})
      socket.end('HTTP/1.1 200 OK\r\n\r\nhello')
    })
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as { port: number }
    const client = startAs(role, `ws://127.0.0.1:${port}/`)
    await expect.poll(() => client.problems.value.map(({ code }) => code)).toEqual(['VS120'])
    other.close()
  })

  it('names the missing port in VS120', async () => {
    vi.stubGlobal('navigator', { onLine: true })
    // Nothing listens at port 80 of this address of the machine's own.
    const client = startAs(role, 'ws://127.9.9.9/')
    await expect.poll(() => client.problems.value[0]?.reason).toContain('9876')
  })

  it('lists nothing while the device has no network', async () => {
    vi.stubGlobal('navigator', { onLine: false })
    const client = startAs(role, `ws://127.0.0.1:${await freePort()}/`)
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect([client.problems.value, errors]).toEqual([[], []])
  })

  it('stops with VS118 on a page from https, without a dial, unless the relay is on this device', async () => {
    vi.stubGlobal('location', { protocol: 'https:', hostname: 'app.example', href: '' })
    const client = startAs(role, 'ws://192.0.2.1:9876')
    expect([client.error.value?.code, client.status.value]).toEqual(['VS118', 'disconnected'])
    expect(errors).toEqual([expect.stringMatching(/VS118: .*wss:\/\/.*192\.0\.2\.1/)])
    relay = await startRelay()
    for (const host of ['127.0.0.1', 'localhost']) {
      const near = startAs(role, relay.url.replace('127.0.0.1', host))
      await expect.poll(() => near.status.value).toBe('connected')
    }
  })

  it('stops with VS121 where the relay has no session, with the reason of the relay', async () => {
    relay = await startRelay(0, { allowedHosts: [] })
    const { port } = relay.getStatus()
    class Misled extends Socket {
      constructor(url: string, protocols: string[]) {
        super(url, protocols, { headers: { host: `foreign.test:${port}` } })
      }
    }
    const options = { WebSocket: Misled as never }
    const client =
      role === 'host' ? startHost(relay.url, options).host : startViewer(relay.url, options)
    await expect.poll(() => client.error.value?.code).toBe('VS121')
    expect(client.error.value?.message).toContain('foreign.test: see --allow-host')
    expect(client.status.value).toBe('disconnected')
    expect(errors).toHaveLength(1)
  })

  it.each(['https://h/s/#s=room&k=V', 'ws://h:9876/sync/s/a/b', 'h/sync//'])(
    'refuses %s with VS121',
    (url) => {
      if (role === 'viewer') {
        const { app } = createTestApp()
        return expect(() => app.use(syncViewer, { url })).toThrow('VS121')
      }
      // A host app must not break, so its plugin reports the error instead.
      const { host } = startHost(url, {})
      expect(host.error.value?.code).toBe('VS121')
      expect(host.status.value).toBe('disconnected')
      expect(errors).toHaveLength(1)
    },
  )
})

describe('a relay that the test plays', () => {
  let server: WebSocketServer
  let dials: number
  afterEach(() => {
    for (const client of server.clients) client.terminate()
    server.close()
  })

  /** Calls `serve` for each connection, and gives the address. */
  async function play(serve: (socket: Socket) => void): Promise<string> {
    dials = 0
    server = new WebSocketServer({
      host: '127.0.0.1',
      port: 0,
      handleProtocols: (offered) => [...offered][0]!,
    })
    await new Promise((resolve) => server.on('listening', resolve))
    server.on('connection', (socket) => {
      dials++
      serve(socket)
    })
    return `ws://127.0.0.1:${(server.address() as { port: number }).port}`
  }

  it('and that sends a good frame before the same bad one each time, is dialled twice, then after a wait', async () => {
    const url = await play((socket) => {
      const send = (message: object) => socket.send(JSON.stringify({ epoch: 'e', ...message }))
      send({ type: 'session_update', seq: 1, payload: { board: { count: 1 } } })
      send({ type: 'status', seq: 1, payload: { host: 'online', since: 1 } })
      const patch = [{ op: 'replace', path: '/board/none/deep', value: 1 }]
      send({ type: 'config_update', seq: 2, payload: {}, patch })
    })
    const viewer = startViewer(url)
    await expect.poll(() => viewer.problem.value?.code).toBe('VS114')
    await new Promise((resolve) => setTimeout(resolve, 2000))
    expect([viewer.board.value, dials]).toEqual([{ count: 1 }, 2])
  })

  it.each([-900_000, 900_000])(
    'and whose clock is %d ms ahead, gets expiry times by its own clock, and the app those of its device',
    async (ahead) => {
      const received: { access?: { tokens: { expires: number }[] } }[] = []
      const url = await play((socket) => {
        const access = { generation: 0, tokens: [], revoked: [] }
        const payload = { clientCount: 0, access, time: Date.now() + ahead }
        socket.send(JSON.stringify({ type: 'status', payload }))
        socket.on('message', (text) => received.push(JSON.parse(String(text)).payload))
      })
      const { host } = startHost(url)
      await expect.poll(() => host.status.value).toBe('connected')
      const before = Date.now()
      host.issue({ expiresIn: 600_000 })
      const sent = () => received.find(({ access }) => access)?.access?.tokens[0]?.expires
      await expect.poll(sent).toBeDefined()
      const late = (time: number) => time - before - 600_000
      for (const lateness of [late(sent()! - ahead), late(host.tokens.value[0]!.expires!)]) {
        expect(lateness).toBeGreaterThan(-1000)
        expect(lateness).toBeLessThan(1000)
      }
    },
  )
})

it('a session loses the name of an earlier host when the next one has none', async () => {
  relay = await startRelay()
  const first = startHost(relay.url, { name: 'Cup Final' })
  const viewer = startViewer(`${relay.url}#k=${VIEWER_KEY}`)
  await expect.poll(() => viewer.name.value).toBe('Cup Final')
  first.host.stop()
  const { host } = startHost(relay.url, { name: '' })
  await expect.poll(() => host.status.value).toBe('connected')
  await expect.poll(() => viewer.name.value).toBeUndefined()
  // A host that cannot know a name, such as one without a page, changes nothing.
  expect(viewer.status.value).toBe('connected')
})
