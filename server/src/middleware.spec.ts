import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { connectTo, session } from '../test/client.ts'
import { createSyncMiddleware, type SyncMiddleware, type SyncMiddlewareOptions } from './index.ts'

let app: Server
let relay: SyncMiddleware
let port: number
const others = new WebSocketServer({ noServer: true })

/** An app with a page of its own at every path, and its own socket for other protocols. */
async function start(options: Partial<SyncMiddlewareOptions> = {}): Promise<void> {
  relay = createSyncMiddleware({ port: () => port, host: '127.0.0.1', warn: () => {}, ...options })
  app = createServer((request: IncomingMessage, response: ServerResponse) =>
    relay.handle(request, response, () => response.end('the app')),
  )
  app.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    if (!relay.upgrade(request, socket, head))
      others.handleUpgrade(request, socket, head, (websocket) => websocket.send('the app'))
  })
  app.listen(0, '127.0.0.1')
  await once(app, 'listening')
  port = (app.address() as { port: number }).port
}

beforeEach(() => void (port = 0))
afterEach(async () => {
  await relay.stop()
  app.closeAllConnections()
  app.close()
})

const text = async (path: string): Promise<string> =>
  (await fetch(`http://127.0.0.1:${port}${path}`)).text()

describe('a relay in an app’s server', () => {
  it('takes what is below its base, and leaves everything else to the app', async () => {
    await start()
    await relay.start()
    expect(await text('/__sync/')).toContain('The relay is running')
    expect(JSON.parse(await text('/__sync/status'))).toMatchObject({ running: true, port })
    for (const path of ['/', '/status', '/__syncs', '/a/__sync/', '/healthz'])
      expect([path, await text(path)]).toEqual([path, 'the app'])
  })

  it('connects hosts and viewers by links that name the port and the base', async () => {
    await start({ base: '/live/' })
    await relay.start()
    const { url } = relay.viewerUrls()[0]!
    expect(url).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:${port}/live/#k=`))
    const at = `ws://127.0.0.1:${port}/live`
    const host = await connectTo(at, 'host', { key: relay.hostKey })
    const viewer = await connectTo(at, 'viewer', { key: relay.viewerKey })
    host.send(session('e', 1, { board: {} }))
    expect(await viewer.until(({ type }) => type === 'session_update')).toMatchObject({ seq: 1 })
    await relay.stop()
    expect((await viewer.closed).code).not.toBe(0)
  })

  it('leaves sockets of other protocols to the app, also below its base', async () => {
    await start()
    await relay.start()
    for (const path of ['/', '/__sync/']) {
      const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, 'vite-hmr')
      const [data] = await once(socket, 'message')
      expect(String(data)).toBe('the app')
      socket.terminate()
    }
  })

  it('serves viewers that offer no subprotocol, and leaves such sockets to the app elsewhere', async () => {
    for (const [base, path, expected] of [
      ['/__sync', '/__sync/', '"type":"status"'],
      ['/__sync', '/', 'the app'],
      ['/', '/', 'the app'],
    ] as const) {
      await start({ base, open: true })
      await relay.start()
      const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`)
      const [data] = await once(socket, 'message')
      expect(String(data)).toContain(expected)
      socket.terminate()
      await relay.stop()
      app.close()
    }
  })

  it('answers 503 before it is started and after it is stopped', async () => {
    await start()
    const status = async (): Promise<number> =>
      (await fetch(`http://127.0.0.1:${port}/__sync/status`)).status
    expect(await status()).toBe(503)
    await relay.start()
    expect(await status()).toBe(200)
    await relay.stop()
    expect(await status()).toBe(503)
  })

  it('finds its base in an app that shortens the URL, as Connect does', async () => {
    await start()
    await relay.start()
    const answered = new Promise<string>((resolve) => {
      const request = { url: '/', originalUrl: '/__sync-other/', headers: {} } as never
      relay.handle(request, {} as never, () => resolve('the app'))
    })
    expect(await answered).toBe('the app')
  })

  it('answers only to names that it knows, unless the app checks them', async () => {
    const headers = { host: 'app.example' }
    await start()
    await relay.start()
    const options = { key: relay.hostKey, headers, path: '/__sync/' }
    const refused = await connectTo(`ws://127.0.0.1:${port}`, 'host', options)
    expect((await refused.closed).code).toBe(4404)
    await relay.stop()
    app.close()
    await start({ acceptsAnyHost: true })
    await relay.start()
    const host = await connectTo(`ws://127.0.0.1:${port}`, 'host', {
      ...options,
      key: relay.hostKey,
    })
    expect(await host.until(({ type }) => type === 'status')).toBeDefined()
    await host.close()
  })

  it('may be shown in a frame by the sources that the app names, and by none without them', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'vue-sync-frame-'))
    await writeFile(join(dir, 'index.html'), 'viewer')
    const policy = async (): Promise<string> =>
      (await fetch(`http://127.0.0.1:${port}/__sync/`)).headers.get('content-security-policy')!
    await start({ viewerDir: dir })
    await relay.start()
    expect(await policy()).toContain("frame-ancestors 'none'")
    await relay.stop()
    app.close()
    await start({ viewerDir: dir, frameAncestors: ["'self'"] })
    await relay.start()
    expect(await policy()).toContain("frame-ancestors 'self'")
    await rm(dir, { recursive: true })
  })
})
