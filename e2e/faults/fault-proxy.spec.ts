import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { seeded } from '../../server/test/fuzz-arbitraries.ts'
import { type FaultProxy, openFaultProxy } from '../support/network/fault-proxy.ts'

// The tests of bad networks rely on this proxy, so it has tests too; black-hole.spec.ts tests swallowing.
let proxy: FaultProxy
let server: Server
let behind: { text: string; socket: Socket; ended: boolean; closed: boolean }[]
const clients = new Set<Socket>()

beforeEach(async () => {
  behind = []
  server = createServer({ allowHalfOpen: true }, (socket) => {
    const received = { text: '', socket, ended: false, closed: false }
    behind.push(received)
    socket
      .on('error', () => {})
      .on('data', (data) => (received.text += String(data)))
      .on('end', () => (received.ended = true))
      .on('close', () => (received.closed = true))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  proxy = await openFaultProxy((server.address() as { port: number }).port, { random: seeded(1) })
})
afterEach(async () => {
  for (const client of clients) client.destroy()
  for (const { socket } of behind) socket.destroy()
  clients.clear()
  await proxy.close()
  server.close()
})

/** A connection that shows how soon the target notices that a client has gone. */
const dialDirectly = () => dial((server.address() as { port: number }).port)

async function dial(port = proxy.port) {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  clients.add(socket)
  const received = { text: '', ended: false, closed: false, error: '' }
  socket.on('error', (error: NodeJS.ErrnoException) => (received.error = error.code!))
  socket.on('data', (data) => (received.text += String(data)))
  socket.on('end', () => (received.ended = true))
  socket.on('close', () => (received.closed = true))
  const before = behind.length
  await expect.poll(() => behind.length).toBe(before + 1)
  return { socket, received, far: behind.at(-1)! }
}

it('hides from the target that a client has gone while it is stalled', async () => {
  const { socket, far } = await dial()
  proxy.stall()
  socket.resetAndDestroy()
  await expect.poll(() => proxy.connections()).toBe(0)
  const other = await dialDirectly()
  other.socket.destroy()
  await expect.poll(() => other.far.ended).toBe(true)
  expect([far.ended, far.closed]).toEqual([false, false])
  proxy.resume()
  await expect.poll(() => far.ended || far.closed).toBe(true)
})

it('delays, jitters and throttles without changing the data or its order', async () => {
  proxy.setConditions({ delay: 5, jitter: 20, rate: 200_000 })
  const { socket, received, far } = await dial()
  const expected = Array.from({ length: 200 }, (_, at) => `${at} `.repeat(20)).join('')
  for (let at = 0; at < 200; at++) {
    socket.write(`${at} `.repeat(20))
    far.socket.write(`${at} `.repeat(20))
    if (at % 20 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  await expect.poll(() => [far.text, received.text]).toEqual([expected, expected])
  expect(proxy.bytes).toEqual({ up: expected.length, down: expected.length })
})

it('loses nothing when the data exceeds its buffers', async () => {
  const { socket, far } = await dial()
  const big = 'x'.repeat(5_000_000)
  socket.end(big)
  await expect.poll(() => [far.text.length, far.ended]).toEqual([big.length, true])
})

it('forwards the end of one direction while the other stays open', async () => {
  const { socket, received, far } = await dial()
  socket.end('last')
  await expect.poll(() => [far.text, far.ended]).toEqual(['last', true])
  far.socket.end('answer')
  await expect.poll(() => [received.text, received.closed]).toEqual(['answer', true])
})

it.each([
  ['reset', 'ECONNRESET'],
  ['truncate', ''],
] as const)('cuts a message in its middle with %s', async (ending, error) => {
  const { socket, received, far } = await dial()
  far.socket.write('whole')
  await expect.poll(() => received.text).toBe('whole')
  proxy[ending]()
  far.socket.write('0123456789'.repeat(10))
  await expect.poll(() => received.ended || received.closed).toBe(true)
  socket.end()
  await expect
    .poll(() => [received.closed, received.error, far.ended || far.closed])
    .toEqual([true, error, true])
  expect('0123456789'.repeat(10).startsWith(received.text.slice(5))).toBe(true)
  expect(received.text.length).toBeLessThan(105)
  expect((await dial()).received.closed).toBe(false)
})

it('leaves the client half open when the server side is cut', async () => {
  const { socket, received, far } = await dial()
  proxy.halfOpen()
  await expect.poll(() => far.ended || far.closed).toBe(true)
  socket.write('to nobody')
  const other = await dial()
  other.socket.write('to somebody')
  await expect.poll(() => other.far.text).toBe('to somebody')
  expect([received.closed, received.ended, proxy.connections()]).toEqual([false, false, 2])
})

it('sends new connections to another port and keeps the existing ones', async () => {
  const other = createServer((socket) => socket.end('other')).listen(0, '127.0.0.1')
  await once(other, 'listening')
  const first = await dial()
  proxy.retarget((other.address() as { port: number }).port)
  const second = connect(proxy.port, '127.0.0.1')
  clients.add(second)
  expect(String((await once(second, 'data'))[0])).toBe('other')
  first.socket.write('still there')
  await expect.poll(() => first.far.text).toBe('still there')
  other.close()
})
