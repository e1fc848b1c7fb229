import { type HostError, MOST_DEPTH, type RelayStatus } from '@vue-sync/vue/protocol'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createSession, type Session } from './session.ts'
import type { Host } from './host-seat.ts'

const decoder = new TextDecoder()
const encoder = new TextEncoder()

let session: Session
let host: Host
/** The statuses that the host received. */
let statuses: Partial<RelayStatus>[]

beforeEach(() => {
  session = createSession({
    capacity: 16,
    highWaterMark: 400,
    encode: (frame) => (typeof frame === 'string' ? encoder.encode(frame) : frame.slice()),
    describe: () => ({ running: true, port: 1, localIp: '127.0.0.1' }),
    warn: () => {},
  })
  statuses = []
  const peer = {
    send: (bytes: Uint8Array) => (statuses.push(JSON.parse(decoder.decode(bytes)).payload), 0),
    close: () => {},
    buffered: () => 0,
  }
  host = session.addHost(peer, undefined)
})
afterEach(() => {
  vi.restoreAllMocks()
  session.close(4000, '')
})

const send = (frame: unknown): void =>
  session.receive(
    host,
    typeof frame === 'object' && !(frame instanceof Uint8Array) ? JSON.stringify(frame) : frame,
  )
const full = (seq: number, state: object = { n: seq }) => ({
  type: 'session_update',
  epoch: 'e',
  seq,
  payload: { s: state },
})
const delta = (seq: number, more: object = {}) => ({
  type: 'config_update',
  epoch: 'e',
  seq,
  payload: { s: { n: seq } },
  ...more,
})
const errors = (): HostError[] => statuses.flatMap(({ error }) => error ?? [])
const wants = (): number => statuses.filter(({ want }) => want).length

/** A viewer whose network takes everything at once. */
function watch(): unknown[] {
  const messages: unknown[] = []
  const peer = {
    send: (bytes: Uint8Array) => (messages.push(JSON.parse(decoder.decode(bytes))), 0),
    close: () => {},
    buffered: () => 0,
  }
  session.addViewer(peer, undefined)
  return messages
}

describe('viewers', () => {
  it.each([
    ['does not follow', delta(3)],
    ['is malformed', { ...delta(2), patch: {} }],
  ])('are told that they lack a change that was dropped because it %s', (_, dropped) => {
    send(full(1))
    const messages = watch() as { type: string; payload: { behind?: boolean } }[]
    const isBehind = () => messages.findLast(({ type }) => type === 'status')?.payload.behind
    expect(isBehind()).toBeUndefined()
    send(dropped)
    expect(isBehind()).toBe(true)
    send(dropped)
    expect(messages.filter(({ payload }) => payload.behind)).toHaveLength(1)
    send(full(3))
    expect(isBehind()).toBeUndefined()
  })
})

describe('a host’s mistake', () => {
  const nested = '['.repeat(MOST_DEPTH + 1) + ']'.repeat(MOST_DEPTH + 1)
  it.each<[string, unknown, Partial<HostError>]>([
    ['text that is not JSON', '{"type":"config_update"', { code: 'bad_json' }],
    ['JSON that is not an object', '[1]', { code: 'bad_frame' }],
    ['bytes without a header', new Uint8Array([1, 2, 3]), { code: 'bad_frame' }],
    ['an unknown type', delta(2, { type: 'update' }), { code: 'bad_type', field: 'type', seq: 2 }],
    [
      'no payload',
      delta(2, { payload: undefined }),
      { code: 'bad_payload', field: 'payload', seq: 2 },
    ],
    [
      'a null payload',
      delta(2, { payload: null }),
      { code: 'bad_payload', field: 'payload', seq: 2 },
    ],
    [
      'a null store',
      delta(2, { payload: { s: {}, t: null } }),
      { code: 'bad_payload', field: 'payload.t', seq: 2 },
    ],
    ['a null patch', delta(2, { patch: null }), { code: 'bad_patch', field: 'patch', seq: 2 }],
    ['no epoch', delta(2, { epoch: undefined }), { code: 'bad_position', field: 'epoch', seq: 2 }],
    [
      'a long epoch',
      delta(2, { epoch: 'e'.repeat(65) }),
      { code: 'bad_position', field: 'epoch', seq: 2 },
    ],
    ['a negative seq', delta(-1), { code: 'bad_position', field: 'seq', seq: -1 }],
    ['a seq above 2^53 - 1', delta(2 ** 53), { code: 'bad_position', field: 'seq' }],
    ['a fraction as seq', delta(1.5), { code: 'bad_position', field: 'seq' }],
    [
      'a message that nests too deep',
      JSON.stringify(delta(2)).replace('"n":2', `"n":${nested}`),
      { code: 'too_deep', seq: 2 },
    ],
    ['a gap', delta(3), { code: 'gap', seq: 3 }],
    ['a delta of another epoch', delta(2, { epoch: 'f' }), { code: 'gap', seq: 2 }],
    ['a repeated seq', delta(1), { code: 'old_seq', seq: 1 }],
    ['a whole state with a lower seq', full(0), { code: 'old_seq', seq: 0 }],
    ['another state with the same seq', full(1, { n: 7 }), { code: 'changed_state', seq: 1 }],
    [
      'a reserved key',
      String.raw`{"type":"config_update","epoch":"e","seq":2,"payload":{"s":{"a":{"__proto__" : 1}}}}`,
      { code: 'reserved_key', seq: 2 },
    ],
  ])('is answered: %s', (_, frame, expected) => {
    send(full(1))
    send(frame)
    expect(errors()).toEqual([{ reason: expect.stringMatching(/^[A-Z].{10,}\.$/), ...expected }])
  })

  it.each<[string, { epoch: string; seq: number }]>([
    ['the same state again', full(1, { a: [2], b: 1 })],
    ['the same state with its keys in another order', full(1, { b: 1, a: [2] })],
    ['the next change', delta(2)],
    ['a later whole state', full(9)],
    ['a new epoch', { ...full(0), epoch: 'f' }],
    [
      'the reserved key as text',
      delta(2, { payload: { s: { a: '__proto__', b: '"__proto__":' } } }),
    ],
  ])('is not found in %s', (_, message) => {
    send(full(1, { a: [2], b: 1 }))
    send(message)
    expect(errors()).toEqual([])
    const { epoch, seq } = message
    expect(session.head).toEqual({ epoch, seq })
  })

  it('is answered once for each kind in 15 seconds, however often it is made', () => {
    let now = 0
    vi.spyOn(performance, 'now').mockImplementation(() => now)
    send(full(1))
    const before = statuses.length
    for (let count = 0; count < 1000; count++) {
      send('{')
      send(delta(1))
      send(full(1, { n: 7 }))
    }
    expect(statuses.length - before).toBe(3)
    now = 15_000
    send('{')
    expect(errors().map(({ code }) => code)).toEqual([
      'bad_json',
      'old_seq',
      'changed_state',
      'bad_json',
    ])
  })

  it('leaves old and late viewers with the same state', () => {
    send(full(5))
    const old = watch()
    send(full(5, { n: 'other' }))
    send(full(4, { n: 'older' }))
    const late = watch()
    for (const messages of [old, late])
      expect(messages.filter((message) => (message as { type: string }).type !== 'status')).toEqual(
        [full(5)],
      )
  })

  it('makes the relay ask once for a whole state after a dropped change', () => {
    send(full(1))
    const before = wants()
    send(delta(2, { payload: null }))
    expect(wants()).toBe(before + 1)
    expect(statuses.at(-1)).toMatchObject({ want: 'session_update', error: { seq: 2 } })
    send(delta(3, { patch: null }))
    send(delta(4))
    expect(wants()).toBe(before + 1)
    send(full(4))
    expect(session.head).toEqual({ epoch: 'e', seq: 4 })
  })

  it('is not found in a whole state before the latest changes, which only refreshes what the relay keeps', () => {
    send(full(1))
    const messages = watch()
    send(delta(2))
    send(delta(3))
    send(full(2))
    expect(errors()).toEqual([])
    expect(session.head).toEqual({ epoch: 'e', seq: 3 })
    const states = (list: unknown[]) =>
      list.filter((message) => (message as { type: string }).type !== 'status')
    expect(states(messages)).toEqual([full(1), delta(2), delta(3)])
    expect(states(watch())).toEqual([full(2), delta(3)])
    // It is still compared.
    send(full(2, { n: 'other' }))
    expect(errors()).toMatchObject([{ code: 'changed_state', seq: 2 }])
  })

  it('in a whole state is not answered with a request for another', () => {
    send(full(5))
    send(delta(7))
    const before = wants()
    send(full(4))
    session.heartbeat()
    expect(wants()).toBe(before)
  })

  it('in a change of the access rules is answered both as a problem and as an error', async () => {
    send({ type: 'status', payload: { change: 7, access: { generation: -1 } } })
    await expect.poll(() => statuses.at(-1)).toHaveProperty('change', 7)
    const { problem, error } = statuses.at(-1)!
    expect(problem!.field).toBe('access.generation')
    expect(error).toEqual({ code: 'bad_access', ...problem })
  })
})

describe('a host that never answers a request for a whole state', () => {
  it('stops no viewer that reads what it is sent', () => {
    send(full(0))
    const pipe: Uint8Array[] = []
    const buffered = () => pipe.reduce((sum, { length }) => sum + length, 0)
    const peer = {
      send: (bytes: Uint8Array) => (pipe.push(bytes), buffered()),
      close: () => {},
      buffered,
    }
    const viewer = session.addViewer(peer, undefined)
    const seen: number[] = []
    // The burst is longer than what the relay keeps without viewers, and the network delivers it late.
    for (let seq = 1; seq <= 3000; seq++) send(delta(seq))
    while (pipe.length > 0) {
      const { type, seq } = JSON.parse(decoder.decode(pipe.shift()))
      if (type === 'config_update') seen.push(seq)
      if (pipe.length === 0) session.pump(viewer)
    }
    expect(seen).toEqual(Array.from({ length: 3000 }, (_, index) => index + 1))
    expect(errors()).toMatchObject([{ code: 'no_snapshot' }])
    send(delta(3001))
    expect(session.retainedDeltas).toBe(16)
  })

  it('keeps nothing for a viewer that lacks older messages', () => {
    send(full(0))
    for (let seq = 1; seq <= 400; seq++) send(delta(seq))
    const { peer } = host
    session.addViewer(peer, { epoch: 'e', seq: 5 })
    for (let seq = 401; seq <= 800; seq++) send(delta(seq))
    expect(session.retainedDeltas).toBe(16)
  })
})
