import { deflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Payload, StateMessage } from '@vue-sync/vue/protocol'
import {
  createRecordingReader,
  fold,
  type Frame,
  headOf,
  type RecordingEntry,
} from '@vue-sync/vue/recording'
import { connect, connectTo } from '../../test/client.ts'
import { createSyncServer, type SyncServer } from '../server.ts'
import { recordSession } from './record-session.ts'
import { replaySession } from './replay-session.ts'

let relay: SyncServer
let origin: string
let sessions = 0

beforeAll(async () => {
  relay = createSyncServer({ port: 0, host: '127.0.0.1', warn: () => {} })
  await relay.start()
  origin = `ws://127.0.0.1:${relay.getStatus().port}`
})
afterAll(async () => {
  await relay?.stop()
})

const nextSession = (): string => `recorded-${++sessions}`

interface Recording {
  lines: string[]
  entries: () => RecordingEntry[]
  stop: () => Promise<void>
}

/** Starts a recorder, and resolves once the relay has answered it. */
async function record(session: string): Promise<Recording> {
  const stopping = new AbortController()
  const lines: string[] = []
  let done: Promise<unknown> | undefined
  await new Promise<void>((resolve, reject) => {
    done = recordSession({
      address: { relay: origin, session, key: relay.viewerKey },
      write: (text) => lines.push(text) > 0,
      onConnected: resolve,
      signal: stopping.signal,
    })
    done.catch(reject)
  })
  return {
    lines,
    entries() {
      const reader = createRecordingReader()
      return reader.read(lines.join(''))
    },
    async stop() {
      stopping.abort()
      await done
    },
  }
}

/** Plays entries as a host, and resolves after the last one. The host stays connected until `stop`. */
async function replay(session: string, entries: RecordingEntry[], speed = Infinity) {
  const stopping = new AbortController()
  let done: Promise<void> | undefined
  await new Promise<void>((resolve, reject) => {
    done = replaySession({
      address: { relay: origin, session, key: relay.hostKey },
      entries: async function* () {
        yield* entries
      },
      speed,
      onEnd: () => resolve(),
      signal: stopping.signal,
    })
    done.catch(reject)
  })
  return {
    async stop() {
      stopping.abort()
      await done
    },
  }
}

const frameOf = (entry: RecordingEntry): Frame | undefined =>
  'frame' in entry ? entry.frame : undefined

/** The states that viewers of these entries show, in order. */
function statesOf(entries: RecordingEntry[]): Payload[] {
  let state: Payload = {}
  return entries.flatMap((entry) => {
    const frame = frameOf(entry)
    if (typeof frame !== 'string' || !headOf(frame)) return []
    state = fold(state, JSON.parse(frame) as StateMessage)
    return [state]
  })
}

const value = fc.oneof(fc.integer(), fc.string({ unit: 'binary', maxLength: 8 }), fc.boolean())
const fields = fc.dictionary(fc.constantFrom('a', 'b', 'c'), value, { maxKeys: 3 })
const stores = fc.dictionary(fc.constantFrom('s', 't'), fields, { minKeys: 1, maxKeys: 2 })
/** Changes, whole states and restarts of a host, in an order that a relay accepts. */
const recordings = fc
  .tuple(
    stores,
    fc.array(
      fc.oneof(
        { weight: 6, arbitrary: stores.map((payload) => ({ kind: 'change' as const, payload })) },
        { weight: 1, arbitrary: stores.map((payload) => ({ kind: 'whole' as const, payload })) },
        { weight: 1, arbitrary: stores.map((payload) => ({ kind: 'restart' as const, payload })) },
      ),
      { maxLength: 12 },
    ),
  )
  .map(([first, rest]) => {
    let epoch = 1
    let seq = 1
    const entries: RecordingEntry[] = []
    for (const { kind, payload } of [{ kind: 'whole' as const, payload: first }, ...rest]) {
      if (kind === 'restart') epoch++
      else seq++
      const type = kind === 'change' ? 'config_update' : 'session_update'
      const frame = JSON.stringify({ type, epoch: `e${epoch}`, seq, payload })
      entries.push({ at: entries.length, frame })
    }
    return entries
  })

describe('record and replay', () => {
  it('record what was replayed: the same states in the same order', async () => {
    await fc.assert(
      fc.asyncProperty(recordings, async (entries) => {
        const session = nextSession()
        const recorder = await record(session)
        const player = await replay(session, entries)
        const expected = statesOf(entries)
        await expect.poll(() => statesOf(recorder.entries())).toEqual(expected)
        await player.stop()
        await recorder.stop()
        expect(statesOf(recorder.entries())).toEqual(expected)
      }),
      { numRuns: 20 },
    )
  }, 60_000)

  it('publish in epochs that no viewer has seen, so that a second replay is not taken for the first', async () => {
    const entries = [
      { at: 0, frame: '{"type":"session_update","epoch":"e","seq":9,"payload":{"s":{}}}' },
    ]
    const session = nextSession()
    const recorder = await record(session)
    for (let round = 0; round < 2; round++) await (await replay(session, entries)).stop()
    await expect.poll(() => statesOf(recorder.entries())).toHaveLength(2)
    await recorder.stop()
    const epochs = recorder.entries().flatMap((entry) => headOf(frameOf(entry) ?? '')?.epoch ?? [])
    expect(new Set(epochs.concat('e')).size).toBe(3)
  })

  it('keep binary frames with compressed bodies, and give new viewers a whole state', async () => {
    const body = deflateRawSync(JSON.stringify({ payload: { s: { title: 'Final' } } }))
    const header = '{"type":"session_update","epoch":"e","seq":1,"compress":"deflate-raw"}\n'
    const frame = new Uint8Array(Buffer.concat([Buffer.from(header), body]))
    const change = '{"type":"config_update","epoch":"e","seq":2,"payload":{"s":{"score":1}}}'
    const session = nextSession()
    const recorder = await record(session)
    const player = await replay(session, [
      { at: 0, frame },
      { at: 1, frame: change },
    ])
    await expect
      .poll(() => recorder.entries().filter((entry) => headOf(frameOf(entry) ?? '')))
      .toHaveLength(2)
    const first = recorder
      .entries()
      .flatMap((entry) => frameOf(entry) ?? [])
      .find(headOf)
    expect(Buffer.from(first as Uint8Array).subarray(-body.length)).toEqual(body)
    const viewer = await connect(relay, 'viewer', { path: `/s/${session}` })
    await expect.poll(() => viewer.of('config_update')).toHaveLength(1)
    expect(viewer.binaries).toHaveLength(1)
    await viewer.close()
    await player.stop()
    await recorder.stop()
  })

  it('answer a relay that asks for a whole state', async () => {
    const small = createSyncServer({ port: 0, host: '127.0.0.1', capacity: 16, warn: () => {} })
    await small.start()
    const at = `ws://127.0.0.1:${small.getStatus().port}`
    const stopping = new AbortController()
    const entries: RecordingEntry[] = [
      { at: 0, frame: '{"type":"session_update","epoch":"e","seq":0,"payload":{"s":{"n":0}}}' },
    ]
    for (let seq = 1; seq <= 1000; seq++)
      entries.push({
        at: 0,
        frame: JSON.stringify({
          type: 'config_update',
          epoch: 'e',
          seq,
          payload: { s: { n: seq, text: 'x'.repeat(50) } },
        }),
      })
    const done = replaySession({
      address: { relay: at, session: 'default', key: small.hostKey },
      entries: async function* () {
        for (const entry of entries) {
          if (headOf(frameOf(entry)!)!.seq % 100 === 0)
            await new Promise((resolve) => setTimeout(resolve, 20))
          yield entry
        }
      },
      speed: Infinity,
      signal: stopping.signal,
    })
    async function wholeSeq() {
      const viewer = await connectTo(at, 'viewer', { key: small.viewerKey })
      await viewer.until(({ type }) => type === 'status')
      const [whole] = viewer.of('session_update')
      await viewer.close()
      return whole?.seq ?? 0
    }
    await expect.poll(wholeSeq).toBeGreaterThan(900)
    stopping.abort()
    await done
    await small.stop()
  })

  it('continue with the position after a lost connection, and write that it was lost', async () => {
    const session = nextSession()
    const host = await connect(relay, 'host', { path: `/s/${session}` })
    await host.until(({ type }) => type === 'status')
    host.send({ type: 'session_update', epoch: 'e', seq: 1, payload: { s: { n: 1 } } })
    const recorder = await record(session)
    await expect.poll(() => statesOf(recorder.entries())).toHaveLength(1)
    const port = relay.getStatus().port
    const { hostKey, viewerKey } = relay
    await relay.stop()
    relay = createSyncServer({
      port,
      host: '127.0.0.1',
      hostKey,
      viewerKey: viewerKey!,
      warn: () => {},
    })
    await relay.start()
    const again = await connect(relay, 'host', { path: `/s/${session}` })
    again.send({ type: 'session_update', epoch: 'e', seq: 1, payload: { s: { n: 1 } } })
    again.send({ type: 'config_update', epoch: 'e', seq: 2, payload: { s: { n: 2 } } })
    await expect.poll(() => statesOf(recorder.entries()).at(-1)).toEqual({ s: { n: 2 } })
    await recorder.stop()
    const events = recorder.entries().flatMap((entry) => ('event' in entry ? entry.event : []))
    expect(events).toEqual(['lost', 'connected'])
    await again.close()
  }, 30_000)

  it('never contain a key', async () => {
    const session = nextSession()
    const recorder = await record(session)
    const player = await replay(session, [
      { at: 0, frame: '{"type":"session_update","epoch":"e","seq":1,"payload":{"s":{}}}' },
    ])
    await expect.poll(() => statesOf(recorder.entries())).toHaveLength(1)
    await player.stop()
    await recorder.stop()
    const text = recorder.lines.join('')
    for (const secret of [
      relay.viewerKey!,
      relay.hostKey,
      relay.pairCode(session),
      origin,
      'token',
    ])
      expect(text).not.toContain(secret)
  })

  it('end with the reason when the relay refuses the key', async () => {
    const signal = new AbortController().signal
    const address = { relay: origin, session: 'default', key: 'wrong' }
    await expect(recordSession({ address, write: () => true, signal })).rejects.toThrow(/4401/)
    const entries = async function* () {}
    await expect(replaySession({ address, entries, signal })).rejects.toThrow(/4401/)
  })

  it('end with the address when there is no relay', async () => {
    const signal = new AbortController().signal
    const address = { relay: 'ws://127.0.0.1:1', session: 'default' }
    await expect(recordSession({ address, write: () => true, signal })).rejects.toThrow(
      'Cannot connect to ws://127.0.0.1:1',
    )
  })
})
