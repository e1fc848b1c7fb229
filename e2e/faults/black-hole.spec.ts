import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type BlackHole, openBlackHole } from '../support/network/black-hole.ts'

// The tests of bad networks rely on this black hole, so it has tests too.
let hole: BlackHole
let server: Server
const clients = new Set<Socket>()

beforeEach(async () => {
  server = createServer((socket) => {
    socket.on('error', () => {}).on('data', (data) => socket.write(`${data}!`))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  hole = await openBlackHole((server.address() as { port: number }).port)
})
afterEach(async () => {
  for (const client of clients) client.destroy()
  clients.clear()
  await hole.close()
  server.close()
})

function dial() {
  const socket = connect(hole.port, '127.0.0.1')
  clients.add(socket)
  const received = { text: '', closed: false }
  socket.on('error', () => {})
  socket.on('data', (data) => (received.text += String(data)))
  socket.on('close', () => (received.closed = true))
  return { socket, received }
}

it('forwards data, holds it back without closing, accepts new connections silently, and delivers all after resume()', async () => {
  const { socket, received } = dial()
  socket.write('one')
  await expect.poll(() => received.text).toBe('one!')
  expect(hole.bytes).toEqual({ up: 3, down: 4 })

  hole.stall()
  socket.write('two')
  const late = dial()
  await once(late.socket, 'connect')
  late.socket.write('late')
  await expect.poll(() => hole.connections()).toBe(2)
  // The round trips of a direct connection give the held-back data enough time to arrive, if it could.
  const other = connect((server.address() as { port: number }).port, '127.0.0.1')
  clients.add(other)
  for (let round = 0; round < 20; round++) {
    other.write('x')
    await once(other, 'data')
  }
  expect([hole.bytes, received, late.received]).toEqual([
    { up: 3, down: 4 },
    { text: 'one!', closed: false },
    { text: '', closed: false },
  ])

  hole.resume()
  await expect.poll(() => [received.text, late.received.text]).toEqual(['one!two!', 'late!'])
  socket.destroy()
  await expect.poll(() => hole.connections()).toBe(1)
})

it('closes the connections it holds', async () => {
  const { socket, received } = dial()
  await once(socket, 'connect')
  await expect.poll(() => hole.connections()).toBe(1)
  hole.stall()
  await hole.close()
  await expect.poll(() => received.closed).toBe(true)
  hole = await openBlackHole(1)
})
