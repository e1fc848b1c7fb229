import { describe, expect, it } from 'vitest'
import type { KeptState } from '@vue-sync/vue/protocol'
import { createRecordingReader, type RecordingEntry } from '@vue-sync/vue/recording'
import { exportRecording } from './export-recording.ts'
import { createRecorder, type Recorder, type RecorderLimits } from './recorder.ts'

const address = { relay: 'ws://192.168.1.5:9876', session: 'default', key: 'the-viewer-key' }
const frame = (type: string, seq: number, payload: object, epoch = 'e'): string =>
  JSON.stringify({ type, epoch, seq, payload })
const keptAt = (seq: number): KeptState => ({
  message: { type: 'session_update', epoch: 'e', seq, payload: { s: { n: seq } } },
  lastUpdate: 1000 + seq,
  asOf: 1000 + seq,
})

interface Bench {
  recorder: Recorder
  send: (seq: number, type?: string, extra?: object) => void
  keep: (seq: number) => void
}

function bench(limits: RecorderLimits = {}, kept?: KeptState): Bench {
  const recorder = createRecorder(limits)
  recorder.receive({ type: 'session', at: 1000, address, kept })
  recorder.receive({ type: 'open', at: 1000 })
  return {
    recorder,
    send: (seq, type = 'config_update', extra = {}) =>
      recorder.receive({
        type: 'message',
        at: 1000 + seq,
        data: frame(type, seq, { s: { n: seq, ...extra } }),
      }),
    keep: (seq) => recorder.receive({ type: 'state', at: 1000 + seq, kept: keptAt(seq) }),
  }
}

const seqs = ({ entries }: Recorder): number[] =>
  entries.flatMap((entry) => ('frame' in entry && entry.head ? entry.head.seq : []))

async function exported({ recorder }: Bench): Promise<RecordingEntry[]> {
  const made = await exportRecording(recorder)
  if (typeof made === 'string') throw new Error(made)
  const reader = createRecordingReader()
  const entries = reader.read(made.parts.join(''))
  reader.end()
  return entries
}

describe('the recorder', () => {
  it('keeps what follows the first whole state', () => {
    const { recorder, send } = bench()
    recorder.receive({
      type: 'message',
      at: 1,
      data: '{"type":"status","payload":{"host":"online"}}',
    })
    send(1, 'session_update')
    send(2)
    expect(recorder.base).toBeUndefined()
    expect(seqs(recorder)).toEqual([1, 2])
    expect(recorder.entries).toHaveLength(2)
  })

  it('begins with the state that the device has kept, if the relay sends only what followed', async () => {
    const own = bench({}, keptAt(7))
    own.send(8)
    expect(own.recorder.base?.message.seq).toBe(7)
    expect(
      (await exported(own)).map(
        (entry) => 'frame' in entry && JSON.parse(entry.frame as string).seq,
      ),
    ).toEqual([7, 8])
  })

  it('drops the oldest messages, but only up to a state from which the others can be played', async () => {
    const own = bench({ states: 10 })
    own.send(1, 'session_update')
    for (let seq = 2; seq <= 60; seq++) {
      own.send(seq)
      if (seq % 5 === 0) own.keep(seq)
    }
    const { recorder } = own
    expect(recorder.base?.message.seq).toBe(50)
    expect(seqs(recorder)).toEqual([51, 52, 53, 54, 55, 56, 57, 58, 59, 60])
    expect(
      (await exported(own)).map(
        (entry) => 'frame' in entry && JSON.parse(entry.frame as string).seq,
      )[0],
    ).toBe(50)
  })

  it('holds a bounded number of bytes, also when no state is kept', () => {
    const { recorder, send } = bench({ bytes: 10_000 })
    send(1, 'session_update')
    const text = 'x'.repeat(900)
    for (let seq = 2; seq <= 100; seq++) {
      send(seq, 'config_update', { text })
      const held = recorder.entries.reduce(
        (sum, entry) => sum + ('frame' in entry ? entry.frame.length : 0),
        0,
      )
      expect(held).toBeLessThan(21_000)
    }
  })

  it('keeps the newest changes when few of them fill its memory', () => {
    const { recorder, send, keep } = bench({ bytes: 10_000 })
    send(1, 'session_update')
    for (let seq = 2; seq <= 60; seq++) {
      send(seq, 'config_update', { text: 'x'.repeat(900) })
      keep(seq)
      expect(recorder.entries.length).toBeGreaterThan(0)
    }
    expect(recorder.base?.message.seq).toBeGreaterThan(45)
    expect(seqs(recorder).length).toBeGreaterThan(4)
    expect(seqs(recorder).at(-1)).toBe(60)
  })

  it('begins anew with the next whole state when it had to drop everything', () => {
    const { recorder, send } = bench({ bytes: 1000 })
    send(1, 'session_update')
    for (let seq = 2; seq <= 5; seq++) send(seq, 'config_update', { text: 'x'.repeat(900) })
    expect(recorder.entries).toEqual([])
    send(6, 'session_update')
    send(7)
    expect(seqs(recorder)).toEqual([6, 7])
  })

  it('ignores a kept state that is not that of the latest message', () => {
    const { recorder, send, keep } = bench({ states: 1 })
    send(1, 'session_update')
    for (let seq = 2; seq <= 4; seq++) {
      send(seq)
      keep(seq - 1)
    }
    expect(recorder.base).toBeUndefined()
  })

  it('forgets everything when another session begins, and reports it', () => {
    const { recorder, send } = bench()
    send(1, 'session_update')
    const reported: unknown[] = []
    recorder.subscribe((entry) => reported.push(entry))
    recorder.receive({
      type: 'session',
      at: 5,
      address: { ...address, session: 'other' },
      kept: undefined,
    })
    expect(recorder.entries).toEqual([])
    expect(recorder.states).toBe(0)
    expect(reported).toEqual([undefined])
  })

  it('records when the connection was lost and came back, but not the first connection', () => {
    const { recorder, send } = bench()
    send(1, 'session_update')
    for (const type of ['close', 'close', 'open'] as const) recorder.receive({ type, at: 2000 })
    expect(recorder.entries.flatMap((entry) => ('event' in entry ? entry.event : []))).toEqual([
      'lost',
      'connected',
    ])
  })

  it('keeps a message that came in parts as one frame', () => {
    const { recorder } = bench()
    const text = frame('session_update', 1, { s: { text: 'ü'.repeat(2000) } })
    const bytes = new TextEncoder().encode(text)
    const head = { type: 'session_update', epoch: 'e', seq: 1 }
    for (const [from, to] of [
      [0, 2048],
      [2048, bytes.length],
    ] as const) {
      const header = {
        type: 'part',
        id: 1,
        at: from,
        total: bytes.length,
        ...(from === 0 && { text: true, message: head }),
      }
      const line = new TextEncoder().encode(`${JSON.stringify(header)}\n`)
      const part = new Uint8Array([...line, ...bytes.subarray(from, to)])
      recorder.receive({ type: 'message', at: 1, data: part.buffer })
    }
    expect(recorder.entries).toEqual([{ at: 1, frame: text, head: expect.objectContaining(head) }])
  })
})

describe('the export', () => {
  it('has no key and no address', async () => {
    const own = bench({}, keptAt(1))
    own.send(2)
    const made = await exportRecording(own.recorder)
    const text = (made as { parts: string[] }).parts.join('')
    expect(text).not.toContain('the-viewer-key')
    expect(text).not.toContain('192.168')
  })

  it('stays encrypted, and needs the first whole state for that', async () => {
    const recorder = createRecorder()
    const secret = 'A'.repeat(43)
    recorder.receive({ type: 'session', at: 1, address: { ...address, secret }, kept: keptAt(1) })
    const sealed = (type: string, seq: number) =>
      new TextEncoder().encode(
        `${JSON.stringify({ type, epoch: 'e', seq, codec: 'aes-256-gcm.es256' })}\n…`,
      ).buffer as ArrayBuffer
    recorder.receive({ type: 'message', at: 2, data: sealed('config_update', 2) })
    expect(await exportRecording(recorder)).toBe('no_start')
    recorder.receive({ type: 'message', at: 3, data: sealed('session_update', 3) })
    const made = await exportRecording(recorder)
    expect(made).toMatchObject({ encrypted: true })
    expect((made as { parts: string[] }).parts.join('')).not.toContain(secret)
  })

  it('says when nothing was received', async () => {
    expect(await exportRecording(createRecorder())).toBe('nothing')
  })
})
