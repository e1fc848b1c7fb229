import fc from 'fast-check'
import {
  addPart,
  type Assembly,
  formatPart,
  joinParts,
  judge,
  type Message,
  PART_BYTES,
  parseMessage,
  type Position,
  readPart,
} from '@vue-sync/vue/protocol'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Viewer } from './audience.ts'
import type { Host } from './host-seat.ts'
import { createSession, type Session } from './session.ts'

const decoder = new TextDecoder()
const encoder = new TextEncoder()
const LIMIT = 1_000_000

const makeSession = (warn: (text: string) => void = () => {}) =>
  createSession({
    capacity: 16,
    highWaterMark: 256 * 1024,
    limit: LIMIT,
    encode: (frame) => (typeof frame === 'string' ? encoder.encode(frame) : frame.slice()),
    describe: () => ({ running: true, port: 1, localIp: '127.0.0.1' }),
    warn,
  })

/** A host that sends a whole state in parts, and small changes between them. */
class PartsHost {
  state: Record<string, unknown> = { fill: 'x'.repeat(100_000) }
  seq = 0
  epoch = 'e'
  answers: { type: string; id?: number; bytes?: number; payload: Record<string, unknown> }[] = []
  #member!: Host
  #upload: { bytes: Uint8Array; at: number; id: number; seq: number } | undefined
  #uploads = 0
  readonly session: Session
  constructor(session: Session) {
    this.session = session
    this.connect()
  }

  connect(position?: Position): void {
    this.#upload = undefined
    const peer = {
      send: (bytes: Uint8Array) => (this.answers.push(JSON.parse(decoder.decode(bytes))), 0),
      close: () => {},
      buffered: () => 0,
    }
    this.#member = this.session.addHost(peer, position, true)
  }
  leave(): void {
    this.session.removeHost(this.#member)
  }

  get wants(): number {
    return this.answers.filter(({ payload }) => payload?.['want']).length
  }
  get isUploading(): boolean {
    return this.#upload !== undefined
  }

  send(frame: unknown): void {
    this.session.receive(this.#member, frame)
  }
  /** A change of the whole state that viewers have to receive as a whole has a position of its own. */
  begin(isNew = false): void {
    if (isNew) this.seq++
    const { epoch, seq, state } = this
    const text = JSON.stringify({ type: 'session_update', epoch, seq, payload: { s: state } })
    this.#upload = { bytes: encoder.encode(text), at: 0, id: ++this.#uploads, seq }
  }
  sendPart(length = PART_BYTES): void {
    if (!this.#upload) return
    const { bytes, at, id, seq } = this.#upload
    const slice = bytes.subarray(at, at + length)
    const message = { type: 'session_update', epoch: this.epoch, seq } as const
    const head = { id, at, total: bytes.length, ...(at === 0 && { text: true, message }) }
    this.send(Buffer.concat([formatPart(head), slice]))
    this.#upload.at += slice.length
    if (this.#upload.at === bytes.length) this.#upload = undefined
  }
  change(fields: object): void {
    Object.assign(this.state, fields)
    this.seq++
    const { epoch, seq } = this
    this.send(JSON.stringify({ type: 'config_update', epoch, seq, payload: { s: fields } }))
  }
}

/** A viewer that knows parts, and reads when the test says so. */
class PartsViewer {
  held: Position | undefined
  state: Record<string, unknown> | undefined
  host: unknown
  receiving: unknown
  gaps = 0
  mostUnread = 0
  parts = 0
  readonly member: Viewer
  readonly closed: number[] = []
  #pipe: [bytes: Uint8Array, binary: boolean][] = []
  #assembly: Assembly | undefined
  readonly #session: Session
  constructor(session: Session, knowsParts = true) {
    this.#session = session
    const buffered = () => 0
    this.member = session.addViewer(
      {
        send: (bytes, binary) => {
          this.#pipe.push([bytes, binary])
          this.mostUnread = Math.max(this.mostUnread, this.unread)
          return buffered()
        },
        close: (code) => this.closed.push(code),
        buffered,
      },
      undefined,
      undefined,
      knowsParts,
    )
  }
  get unread(): number {
    return this.#pipe.reduce((sum, [{ length }]) => sum + length, 0)
  }
  read(count = Infinity): void {
    for (let left = count; left > 0 && this.#pipe.length > 0; left--)
      this.#take(...this.#pipe.shift()!)
  }
  #take(bytes: Uint8Array, binary: boolean): void {
    if (!binary) return this.#apply(parseMessage(decoder.decode(bytes))!)
    const { header, slice } = readPart(bytes)!
    this.parts++
    this.#assembly = addPart(this.#assembly, header, slice)!
    const { id, received, total } = this.#assembly
    this.#session.confirm(this.member, { type: 'received', id, bytes: received })
    if (received === total) this.#apply(parseMessage(joinParts(this.#assembly))!)
  }
  #apply(message: Message): void {
    const verdict = judge(this.held, message)
    if (verdict === 'gap') this.gaps++
    if (message.type === 'status') {
      this.host = message.payload.host
      this.receiving = message.payload.receiving
    } else if (verdict === 'apply') {
      const fields = message.payload['s']!
      this.state = message.type === 'session_update' ? fields : { ...this.state, ...fields }
      this.held = { epoch: message.epoch, seq: message.seq }
    }
  }
}

afterEach(() => void vi.useRealTimers())

describe('a host that sends a state in parts', () => {
  it('ends with every viewer up to date, however many changes it sends meanwhile', () => {
    fc.assert(
      fc.property(
        fc.record({
          hasState: fc.boolean(),
          isNew: fc.boolean(),
          changes: fc.array(fc.nat(200), { minLength: 2, maxLength: 6 }),
          size: fc.nat(3000),
          slice: fc.integer({ min: 20_000, max: PART_BYTES }),
        }),
        ({ hasState, isNew, changes, size, slice }) => {
          const session = makeSession()
          const host = new PartsHost(session)
          const early = new PartsViewer(session)
          if (hasState) {
            host.begin()
            while (host.isUploading) host.sendPart()
          }
          early.read()
          host.begin(hasState && isNew)
          host.sendPart(slice)
          const wants = host.wants
          for (let round = 0; host.isUploading; round++) {
            for (let count = changes[round % changes.length]!; count > 0; count--)
              host.change({ n: host.seq, [`f${count % 3}`]: 'y'.repeat(size) })
            session.heartbeat()
            early.read()
            // Changes that follow what viewers have do not wait for the state.
            if (hasState && !isNew) expect(early.held!.seq).toBe(host.seq)
            expect(host.wants, 'nothing is requested that is arriving').toBe(wants)
            host.sendPart(slice)
          }
          const late = new PartsViewer(session)
          const old = new PartsViewer(session, false)
          for (const viewer of [early, late, old]) {
            viewer.read()
            expect(viewer.state).toEqual(host.state)
            expect(viewer.held).toEqual({ epoch: 'e', seq: host.seq })
            expect(viewer.gaps).toBe(0)
          }
          expect(old.parts).toBe(0)
          session.close(4000, '')
        },
      ),
      { numRuns: 60 },
    )
  })

  it('is asked again after it was lost in the middle, and leaves nothing behind', () => {
    const session = makeSession()
    const host = new PartsHost(session)
    host.begin()
    host.sendPart()
    host.change({ n: 1 })
    expect(session.retainedBytes).toBeGreaterThan(PART_BYTES)
    host.leave()
    expect(session.retainedBytes).toBe(0)
    host.answers = []
    host.connect({ epoch: 'e', seq: 1 })
    expect(host.wants).toBe(1)
    host.begin()
    host.sendPart()
    host.sendPart()
    const viewer = new PartsViewer(session)
    viewer.read()
    expect(viewer.state).toEqual(host.state)
    session.close(4000, '')
  })

  it('no longer holds up requests with a state of an epoch that it has given up', () => {
    const session = makeSession()
    const host = new PartsHost(session)
    host.begin()
    host.sendPart()
    host.epoch = 'f'
    host.state = { n: 1 }
    host.begin()
    host.send(
      JSON.stringify({ type: 'session_update', epoch: 'f', seq: 0, payload: { s: host.state } }),
    )
    expect(session.retainedBytes).toBeLessThan(PART_BYTES)
    const { wants } = host
    host.seq = 5
    host.change({ n: 2 })
    expect(host.wants).toBe(wants + 1)
    session.close(4000, '')
  })

  it('is answered with the limit when the state is larger, and keeps its earlier state', () => {
    const warnings: string[] = []
    const session = makeSession((text) => warnings.push(text))
    const host = new PartsHost(session)
    host.begin()
    while (host.isUploading) host.sendPart()
    host.state = { fill: 'x'.repeat(LIMIT) }
    host.begin(true)
    while (host.isUploading) host.sendPart()
    const errors = host.answers.filter(({ payload }) => payload?.['error'])
    expect(errors).toEqual([
      {
        type: 'status',
        payload: {
          running: true,
          port: 1,
          localIp: '127.0.0.1',
          clientCount: 0,
          time: expect.any(Number),
          error: {
            code: 'too_large',
            limit: LIMIT,
            reason: expect.stringMatching(/1000\d\d\d bytes.*accepts 1000000/),
          },
        },
      },
    ])
    host.begin(true)
    while (host.isUploading) host.sendPart()
    // The host waits for each answer, and the operator needs only one warning.
    expect(host.answers.filter(({ payload }) => payload?.['error'])).toHaveLength(2)
    expect(warnings).toHaveLength(1)
    const viewer = new PartsViewer(session)
    viewer.read()
    expect(viewer.held).toEqual({ epoch: 'e', seq: 0 })
    session.close(4000, '')
  })

  it('learns the limit and that it may send parts from its first status only', () => {
    const session = makeSession()
    const host = new PartsHost(session)
    session.heartbeat()
    const [first, second] = host.answers.map(({ payload }) => payload)
    expect(first).toMatchObject({ parts: 1, limit: LIMIT })
    expect([second!['parts'], second!['limit']]).toEqual([undefined, undefined])
    session.close(4000, '')
  })
})

describe('a viewer that receives a state in parts', () => {
  function start() {
    const session = makeSession()
    const host = new PartsHost(session)
    host.state = { fill: 'x'.repeat(900_000) }
    host.begin()
    while (host.isUploading) host.sendPart()
    return { session, host, viewer: new PartsViewer(session) }
  }

  it('first learns whether the host is there and how much arrives, and then gets only what it confirms', () => {
    const { session, host, viewer } = start()
    expect(viewer.mostUnread).toBeLessThan(70_000)
    viewer.read(1)
    expect([viewer.host, viewer.receiving]).toEqual(['online', expect.any(Number)])
    viewer.read(3)
    host.leave()
    for (let count = 0; count < 3; count++) viewer.read(1)
    expect(viewer.state).toBeUndefined()
    viewer.read()
    expect([viewer.host, viewer.receiving]).toEqual(['offline', undefined])
    expect(viewer.state).toEqual(host.state)
    expect(viewer.held).toEqual({ epoch: 'e', seq: 0 })
    session.close(4000, '')
  })

  it('is closed after half a minute without a sign of it, and not while it confirms anything', () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    const { session, viewer: slow } = start()
    const dead = new PartsViewer(session)
    slow.read(2)
    for (let beat = 0; beat < 6; beat++) {
      slow.read(2)
      session.closeStalled()
      session.heartbeat()
      vi.advanceTimersByTime(15_000)
    }
    expect([slow.closed, dead.closed]).toEqual([[], [4001]])
    session.close(4000, '')
  })

  it('cannot make the relay send more by confirming what it was not sent', () => {
    const { session, viewer } = start()
    const { transfer } = viewer.member
    for (const bytes of [900_000, -1, Number.NaN, transfer!.sent + 1])
      session.confirm(viewer.member, { type: 'received', id: transfer!.id, bytes })
    session.confirm(viewer.member, { type: 'received', id: transfer!.id + 1, bytes: 1000 })
    expect(viewer.unread).toBeLessThan(70_000)
    session.close(4000, '')
  })
})
