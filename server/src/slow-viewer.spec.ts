import { afterEach, beforeEach, expect, it } from 'vitest'
import { createSyncServer, type SyncServer } from './server.ts'
import { config, connect, session } from './testing.ts'

const MESSAGES = 500
const FILL = 'x'.repeat(64 * 1024)

let server: SyncServer
beforeEach(async () => {
  server = createSyncServer({ port: 0, host: '127.0.0.1', open: true })
  await server.start()
})
afterEach(() => server.stop())

it('a viewer that stops reading holds up nobody, and ends exactly up to date', async () => {
  const host = await connect(server, 'host')
  host.send(session('e', 0, { fill: FILL, n: 0 }))
  const [stalled, quick] = await Promise.all([connect(server, 'viewer'), connect(server, 'viewer')])
  await Promise.all([stalled, quick].map((client) => client.until(({ seq }) => seq === 0)))
  // A real stall: the kernel's buffers fill, then the relay's.
  stalled.socket.pause()
  for (let seq = 1; seq <= MESSAGES; seq++) {
    host.send(config('e', seq, { fill: FILL, n: seq }))
    if (seq % 60 === 0) {
      await quick.until((message) => message.seq === seq)
      host.send(session('e', seq, { fill: FILL, n: seq }))
    }
  }
  await quick.until(({ seq }) => seq === MESSAGES)
  expect(quick.of('config_update')).toHaveLength(MESSAGES)
  stalled.socket.resume()
  await stalled.until(({ seq, type }) => seq === MESSAGES && type !== 'status')
  // Whatever the relay left out, what arrived is a stream without a gap.
  let held = -1
  for (const { type, seq } of stalled.frames.map((frame) => JSON.parse(frame))) {
    if (type === 'session_update') held = seq
    if (type === 'config_update') expect(seq).toBe(++held)
    if (type === 'status') expect(seq).toBe(held)
  }
  expect(held).toBe(MESSAGES)
  expect(stalled.frames.length).toBeLessThan(MESSAGES)
  host.send(config('e', MESSAGES + 1, { n: 'last' }))
  await stalled.until(({ seq }) => seq === MESSAGES + 1)
  for (const { socket } of [host, stalled, quick]) socket.terminate()
})
