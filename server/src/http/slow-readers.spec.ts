import { connect as dialTcp, type Socket } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { createSyncServer, type SyncServer, type SyncServerOptions } from '../index.ts'
import { connect, session } from '../../test/client.ts'

let server: SyncServer
const sockets: Socket[] = []
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await server.stop()
})

/** More than the system takes for a client that does not read. */
const LONG = 'x'.repeat(12_000_000)

async function start(options: SyncServerOptions = {}) {
  server = createSyncServer({ port: 0, host: '127.0.0.1', open: true, warn: () => {}, ...options })
  await server.start()
  const host = await connect(server, 'host')
  host.send(session('e', 1, { text: LONG }))
  const address = `http://127.0.0.1:${server.getStatus().port}/state`
  const headers = { authorization: `Bearer ${server.viewerKey}` }
  await expect
    .poll(async () => {
      const response = await fetch(address, { method: 'HEAD', headers })
      return Number(response.headers.get('content-length'))
    })
    .toBeGreaterThan(LONG.length)
  await expect.poll(clientCount).toBe(0)
  return host
}

/** Asks for an answer, and reads only its first bytes. */
async function ask(path: string, id?: string) {
  const socket = dialTcp(server.getStatus().port, '127.0.0.1')
  sockets.push(socket)
  const result = { socket, isClosed: false }
  socket.on('error', () => {})
  socket.on('close', () => (result.isClosed = true))
  const viewer = id === undefined ? '' : `Vue-Sync-Viewer: ${id}\r\n`
  socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n${viewer}\r\n`)
  const status = await new Promise<string>((resolve) =>
    socket.once('data', (data: Buffer) => {
      socket.pause()
      resolve(data.toString('latin1', 9, 12))
    }),
  )
  return { status, result }
}
const clientCount = () => server.getStatus().clientCount

// An answer that is written but not read was once nobody's, so no limit applied to it.
it('counts a viewer until it has read its answer', async () => {
  await start({ limits: { viewersPerAddress: 2 } })
  const first = await ask('/state')
  expect(first.status).toBe('200')
  expect((await ask('/log')).status).toBe('200')
  expect((await ask('/state')).status).toBe('429')
  expect(clientCount()).toBe(2)
  first.result.socket.destroy()
  await expect.poll(clientCount).toBe(1)
  expect((await ask('/state')).status).toBe('200')
})

it('ends the answer that a viewer reads when the same viewer asks again', async () => {
  await start()
  const id = 'viewer-of-this-test'
  const first = await ask('/state', id)
  const second = await ask('/state', id)
  expect([first.status, second.status]).toEqual(['200', '200'])
  first.result.socket.resume()
  await expect.poll(() => first.result.isClosed).toBe(true)
  expect(second.result.isClosed).toBe(false)
  expect(clientCount()).toBe(1)
})

it('ends the answer of a viewer whose link was withdrawn while it reads', async () => {
  const host = await start({ open: false, viewerKey: 'the-viewer-key-of-this-test' })
  const socket = dialTcp(server.getStatus().port, '127.0.0.1')
  sockets.push(socket)
  let length = 0
  let isClosed = false
  socket.on('error', () => {})
  socket.on('close', () => (isClosed = true))
  socket.write(
    'GET /state HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer the-viewer-key-of-this-test\r\n\r\n',
  )
  await new Promise<void>((resolve) => socket.once('data', () => (socket.pause(), resolve())))
  host.send({
    type: 'status',
    payload: { access: { generation: 1, tokens: [{ id: 'new' }], revoked: ['main'] } },
  })
  await expect.poll(clientCount).toBe(0)
  socket.on('data', (data: Buffer) => (length += data.length))
  socket.resume()
  await expect.poll(() => isClosed).toBe(true)
  expect(length).toBeLessThan(LONG.length)
})
