import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createRecordingReader, RECORDING_LIMITS } from '@vue-sync/vue/recording'
import { createFrameRecorder } from './frame-recorder.ts'

const STATUS = '{"type":"status","payload":{"online":false,"name":"Final"}}'
const state = (seq: number, type = 'session_update'): string =>
  JSON.stringify({ type, epoch: 'e', seq, payload: { s: { n: seq } } })

describe('a recorder of frames', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  /** @param room how often `write` has room */
  function start(room = Infinity) {
    const lines: string[] = []
    const recorder = createFrameRecorder('show', (text) => room-- > 0 && lines.push(text) > 0)
    const read = () => {
      const reader = createRecordingReader()
      return { entries: reader.read(lines.join('')), header: reader.header }
    }
    return { recorder, lines, read }
  }

  it('begins the time with the first state, so that a replay does not wait for a host that came late', () => {
    const { recorder, lines, read } = start()
    recorder.receive(STATUS)
    vi.advanceTimersByTime(600_000)
    expect(lines).toEqual([])
    const began = Date.now()
    recorder.receive(state(1))
    vi.advanceTimersByTime(250)
    recorder.receive(state(2, 'config_update'))
    const { entries, header } = read()
    expect(header).toMatchObject({ start: began, session: 'show', name: 'Final' })
    expect(entries).toEqual([
      { at: 0, frame: STATUS },
      { at: 0, frame: state(1) },
      { at: 250, frame: state(2, 'config_update') },
    ])
    expect(recorder.messages).toBe(2)
  })

  it('has the name from the first status, which a relay sends after the state', () => {
    const { recorder, lines, read } = start()
    recorder.receive(state(1))
    recorder.receive(state(2, 'config_update'))
    expect(lines).toEqual([])
    vi.advanceTimersByTime(40)
    recorder.receive(STATUS)
    const { entries, header } = read()
    expect(header).toMatchObject({ name: 'Final' })
    expect(entries).toEqual([
      { at: 0, frame: state(1) },
      { at: 0, frame: state(2, 'config_update') },
      { at: 40, frame: STATUS },
    ])
    expect(recorder.messages).toBe(2)
  })

  it('has a state that no status followed before the connection was lost', () => {
    const { recorder, read } = start()
    recorder.receive(state(1))
    recorder.report('lost')
    expect(read().entries).toEqual([
      { at: 0, frame: state(1) },
      { at: 0, event: 'lost' },
    ])
  })

  it('writes no message twice, and reports that one is missing', () => {
    const { recorder, read } = start()
    recorder.receive(state(1))
    expect(recorder.receive(state(2, 'config_update'))).toBe(true)
    expect(recorder.receive(state(2, 'config_update'))).toBe(true)
    expect(recorder.receive(state(4, 'config_update'))).toBe(false)
    expect(recorder.position).toEqual({ epoch: 'e', seq: 2 })
    recorder.finish()
    expect(read().entries).toHaveLength(2)
    expect(recorder.messages).toBe(2)
  })

  it('keeps at most 100 statuses until there is a state', () => {
    const { recorder, read } = start()
    for (let at = 0; at < 1000; at++) recorder.receive(STATUS)
    recorder.receive(state(1))
    expect(read().entries).toHaveLength(101)
  })

  it('ends with the last message that has room, and counts no other', () => {
    const { recorder, read } = start(2)
    recorder.receive(STATUS)
    for (let seq = 1; seq <= 4; seq++)
      recorder.receive(state(seq, seq === 1 ? 'session_update' : 'config_update'))
    expect(read().entries).toHaveLength(3)
    expect(recorder).toMatchObject({ messages: 2, isFull: true, position: { epoch: 'e', seq: 2 } })
  })

  it('writes no header without the first state', () => {
    const { recorder, lines } = start(0)
    recorder.receive(STATUS)
    recorder.receive(state(1))
    expect(lines).toEqual([])
    expect(recorder).toMatchObject({ messages: 0, isFull: true })
  })

  it('refuses a message that no reader of recordings accepts', () => {
    const { recorder, lines } = start()
    recorder.receive(STATUS)
    recorder.receive(state(1))
    const before = lines.length
    // In a line of a recording, each of these characters takes four.
    const text = '"'.repeat(RECORDING_LIMITS.longestLine / 4)
    const frame = JSON.stringify({
      type: 'config_update',
      epoch: 'e',
      seq: 2,
      payload: { s: { text } },
    })
    expect(() => recorder.receive(frame)).toThrow('too long for a recording')
    expect(lines).toHaveLength(before)
  })
})
