import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect as dial, type Socket } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { NODE_DIGESTS } from '../guard/node-digests.ts'
import { UpgradeRequest } from '../guard/upgrade-request.ts'
import { encodeFramed, toNodePeer } from '../peers/node-peer.ts'
import { paceWrites } from '../peers/paced-writes.ts'
import { createRelay, type Relay } from '../core/relay.ts'
import { createNodeAdapter, type NodeAdapter, type NodeAdapterOptions } from './node-adapter.ts'

const OFFER = { role: 'viewer', protocol: 'vue-sync.viewer.v1', key: undefined } as const

let server: Server
let adapter: NodeAdapter
/** The connection of the latest client, on the side of the server. */
let connection: Socket
const sockets: WebSocket[] = []
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate()
  await adapter.close()
  server.closeAllConnections()
  server.close()
})

function createViewerRelay(): Relay {
  const relay = createRelay({
    encode: encodeFramed,
    toPeer: toNodePeer,
    digests: NODE_DIGESTS,
  })
  relay.broadcast({ type: 'session_update', epoch: 'e', seq: 0, payload: { s: { n: 0 } } })
  return relay
}

async function listen(
  hooks: Partial<NodeAdapterOptions['hooks']>,
  idleTimeout?: number,
): Promise<number> {
  adapter = createNodeAdapter({
    hooks: { ...createViewerRelay().hooks, ...hooks },
    serverOptions: { maxPayload: 1000 },
    ...(idleTimeout !== undefined && { idleTimeout }),
  })
  server = createServer().on('upgrade', (request, socket, head) => {
    const upgrade = new UpgradeRequest(request, OFFER, {})
    adapter.handleUpgrade(request, socket as Socket, head, upgrade)
  })
  server.on('connection', (socket) => {
    connection = socket
    paceWrites(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

function open(port: number, options = {}): WebSocket {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`, ['vue-sync.viewer.v1'], options)
  sockets.push(socket)
  return socket
}

it('sends the answer and the first frames in one write', async () => {
  const port = await listen({})
  const writes: unknown[] = []
  server.on('connection', (socket) => {
    for (const name of ['_write', '_writev'] as const) {
      const original = socket[name] as (...args: unknown[]) => void
      Object.assign(socket, {
        [name](...args: unknown[]) {
          writes.push(name)
          original.apply(socket, args)
        },
      })
    }
  })
  const socket = open(port)
  const frames: string[] = []
  socket.on('message', (data) => frames.push(String(data)))
  await expect.poll(() => frames.length).toBe(2)
  expect(frames[0]).toContain('"session_update"')
  expect(frames[1]).toContain('"status"')
  expect(writes).toEqual(['_writev'])
})

it('echoes the subprotocol that the hooks choose, and none otherwise', async () => {
  const socket = open(await listen({}))
  await once(socket, 'open')
  expect(socket.protocol).toBe('vue-sync.viewer.v1')
  await adapter.close()
  server.close()
  const refused = open(await listen({ upgrade: () => ({ context: {} }) }))
  const [error] = (await once(refused, 'error')) as [Error]
  expect(error.message).toContain('no subprotocol')
})

it('lets nobody in when a hook throws', async () => {
  const upgrade = open(await listen({ upgrade: () => Promise.reject(new Error('broken')) }))
  const [error] = (await once(upgrade, 'error')) as [Error]
  expect(error.message).toContain('socket hang up')
  server.close()
  const opening = open(
    await listen({
      open() {
        throw new Error('broken')
      },
    }),
  )
  await once(opening, 'error')
  expect(opening.readyState).not.toBe(WebSocket.OPEN)
})

it('answers with the response of the hook', async () => {
  const socket = open(
    await listen({ upgrade: () => new Response('No session at this path', { status: 404 }) }),
  )
  const [error] = (await once(socket, 'error')) as [Error]
  expect(error.message).toContain('404')
  await expect.poll(() => connection.destroyed).toBe(true)
})

it('ends a connection whose client does not answer, and no other', async () => {
  const port = await listen({}, 100)
  const alive = open(port)
  await once(alive, 'open')
  const silent = dial(port, '127.0.0.1')
  silent.write(
    'GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
  )
  silent.resume()
  await once(silent, 'close')
  expect(alive.readyState).toBe(WebSocket.OPEN)
})

it('refuses a longer message than is allowed', async () => {
  const socket = open(await listen({}))
  await once(socket, 'open')
  socket.send('x'.repeat(1001))
  expect((await once(socket, 'close'))[0]).toBe(1009)
})

it('keeps a connection that moves while a long message holds back the pongs', async () => {
  const idleTime = 400
  const relay = createViewerRelay()
  const payload = { s: { text: 'x'.repeat(24_000_000) } }
  relay.broadcast({ type: 'session_update', epoch: 'e', seq: 1, payload })
  const slow = dial(await listen(relay.hooks, idleTime), '127.0.0.1')
  slow.write(
    'GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
  )
  let received = 0
  slow.on('data', ({ length }: Buffer) => {
    received += length
    slow.pause()
    setTimeout(() => slow.resume(), 15)
  })
  // It sends nothing, as a client does whose pong waits for a ping behind the message.
  await new Promise((resolve) => setTimeout(resolve, 6 * idleTime))
  expect(slow.destroyed).toBe(false)
  expect(received).toBeGreaterThan(1_000_000)
  expect(received).toBeLessThan(24_000_000)
  slow.destroy()
})
