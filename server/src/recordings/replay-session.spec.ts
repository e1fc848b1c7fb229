import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { WebSocketServer } from 'ws'
import type { RecordingEntry } from '@vue-sync/vue/recording'
import { createSyncServer } from '../server.ts'
import * as frames from './replay-frames.ts'
import { replaySession } from './replay-session.ts'

const state = (seq: number): RecordingEntry => ({
  at: seq,
  frame: JSON.stringify({
    type: seq === 0 ? 'session_update' : 'config_update',
    epoch: 'e',
    seq,
    payload: { s: { n: seq } },
  }),
})

const stops: (() => unknown)[] = []
afterEach(async () => {
  vi.restoreAllMocks()
  for (const stop of stops.splice(0)) await stop()
})

describe('a replay', () => {
  it('reads no more of the file when its own relay has stopped', async () => {
    const relay = createSyncServer({ port: 0, host: '127.0.0.1', warn: () => {} })
    await relay.start()
    let read = 0
    let isClosed = false
    const done = replaySession({
      address: {
        relay: `ws://127.0.0.1:${relay.getStatus().port}`,
        session: 'default',
        key: relay.hostKey,
      },
      // Longer than the test.
      entries: async function* () {
        try {
          for (; read < 60_000; read++) yield state(read)
        } finally {
          isClosed = true
        }
      },
      isOwnRelay: true,
      signal: new AbortController().signal,
    })
    await expect.poll(() => read).toBeGreaterThan(10)
    await relay.stop()
    await done
    await expect.poll(() => isClosed).toBe(true)
    expect(read).toBeLessThan(60_000)
  })

  it('ends with the reason when the answer to a relay that wants the whole state fails', async () => {
    const createReal = frames.createReplayFrames
    vi.spyOn(frames, 'createReplayFrames').mockImplementation(() => ({
      ...createReal(),
      whole: () => Promise.reject(new Error('The state is too large')),
    }))
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
    stops.push(() => server.close())
    await once(server, 'listening')
    server.on('connection', (socket) => {
      const send = (payload: object) => socket.send(JSON.stringify({ type: 'status', payload }))
      send({ running: true })
      socket.on('message', () => send({ running: true, want: 'session_update' }))
    })
    const done = replaySession({
      address: {
        relay: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
        session: 'default',
        key: 'key',
      },
      entries: async function* () {
        yield state(0)
      },
      signal: new AbortController().signal,
    })
    await expect(done).rejects.toThrow('The state is too large')
  })
})
