import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createSyncServer, type SyncServer } from '../src/server.ts'
import { config, connect, session } from './client.ts'

const MESSAGES = 500
const FILL = 'x'.repeat(64 * 1024)

let server: SyncServer
let caDir: string
beforeEach(async () => {
  caDir = await mkdtemp(join(tmpdir(), 'vue-sync-ca-'))
})
afterEach(async () => {
  await server.stop()
  await rm(caDir, { recursive: true })
})

it.each([
  ['plain http', false],
  ['TLS', true],
])(
  'a viewer on %s that stops reading delays no other viewer, and ends exactly up to date',
  async (_, https) => {
    server = createSyncServer({ port: 0, host: '127.0.0.1', open: true, https, caDir })
    await server.start()
    const ca = https ? await readFile(join(caDir, 'ca.pem'), 'utf8') : undefined
    const host = await connect(server, 'host', { ca })
    host.send(session('e', 0, { fill: FILL, n: 0 }))
    const viewers = [connect(server, 'viewer', { ca }), connect(server, 'viewer', { ca })] as const
    const [stalled, quick] = await Promise.all(viewers)
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
    // The relay may leave messages out, but what arrives has no gap.
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
  },
)
