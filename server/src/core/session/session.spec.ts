import fc from 'fast-check'
import { judge, parseMessage, type Position } from '@vue-sync/vue/protocol'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Viewer } from './audience.ts'
import type { Host } from './host-seat.ts'
import type { RelayPeer } from './relay-peer.ts'
import { createSession, type Session } from './session.ts'

const MARK = 400
const decoder = new TextDecoder()
const encoder = new TextEncoder()

const makeSession = () =>
  createSession({
    capacity: 16,
    highWaterMark: MARK,
    encode: (frame) => (typeof frame === 'string' ? encoder.encode(frame) : frame.slice()),
    describe: () => ({ running: true, port: 1, localIp: '127.0.0.1' }),
    warn: () => {},
  })

/** A viewer with its own network: frames of the relay stay in the pipe until the test reads them. */
class ModelViewer {
  held: Position | undefined
  state: unknown
  name: unknown
  gaps = 0
  #pipe: Uint8Array[] = []
  #member: Viewer | undefined
  most = 0
  readonly #session: Session
  constructor(session: Session) {
    this.#session = session
  }

  connect(): void {
    this.drop()
    const pipe: Uint8Array[] = []
    this.#pipe = pipe
    const buffered = () => pipe.reduce((sum, { length }) => sum + length, 0)
    const peer: RelayPeer = {
      send: (bytes) => {
        pipe.push(bytes)
        this.most = Math.max(this.most, buffered())
        return buffered()
      },
      close: () => {},
      buffered,
    }
    this.#member = this.#session.addViewer(peer, this.held)
  }

  /** The network delivers `count` frames, and reports a drain when none is left. */
  read(count: number): void {
    for (const bytes of this.#pipe.splice(0, count)) {
      const message = parseMessage(decoder.decode(bytes))!
      const verdict = judge(this.held, message)
      if (verdict === 'gap') {
        this.gaps++
        return this.connect()
      }
      if (message.type === 'status') this.name = message.payload.name
      if (verdict !== 'apply' || message.type === 'status') continue
      const fields = (message.payload as { s: object }).s
      this.state =
        message.type === 'session_update' ? fields : { ...(this.state as object), ...fields }
      this.held = { epoch: message.epoch, seq: message.seq }
    }
    if (this.#pipe.length === 0 && this.#member) this.#session.pump(this.#member)
  }

  get isBusy(): boolean {
    return this.#pipe.length > 0
  }

  drop(): void {
    if (this.#member) this.#session.removeViewer(this.#member)
    this.#member = undefined
    this.#pipe = []
  }

  get isConnected(): boolean {
    return this.#member !== undefined
  }
}

/** A host that follows the protocol: it answers every request. Its messages are lost when it is disconnected. */
class ModelHost {
  epoch = 'e0'
  seq = 0
  state: Record<string, unknown> = { n: 0 }
  #member: Host | undefined
  #session: Session
  loads = 0
  constructor(session: Session) {
    this.#session = session
  }

  connect(): void {
    const inbox: string[] = []
    const peer: RelayPeer = {
      send: (bytes) => (inbox.push(decoder.decode(bytes)), 0),
      close: () => {},
      buffered: () => 0,
    }
    if (this.#member) this.#session.removeHost(this.#member)
    this.#member = this.#session.addHost(peer, { epoch: this.epoch, seq: this.seq })
    this.#inbox = inbox
    this.answer()
  }
  #inbox: string[] = []

  answer(): void {
    const statuses = this.#inbox.splice(0).map((text) => JSON.parse(text))
    if (statuses.some(({ payload }) => payload.want)) this.refresh()
  }

  refresh(): void {
    this.#send({ type: 'session_update', payload: { s: this.state } })
  }

  change(fields: object): void {
    Object.assign(this.state, fields)
    this.seq++
    this.#send({ type: 'config_update', payload: { s: fields } })
    this.answer()
  }

  rename(name: unknown): void {
    const frame = JSON.stringify({ type: 'status', payload: { name } })
    if (this.#member) this.#session.receive(this.#member, frame)
  }

  reload(): void {
    this.epoch = `e${++this.loads}`
    this.seq = 0
    this.state = { n: -this.loads }
    this.connect()
  }

  leave(): void {
    if (this.#member) this.#session.removeHost(this.#member)
    this.#member = undefined
  }

  move(session: Session): void {
    this.#session = session
    this.#member = undefined
  }

  #send(message: object): void {
    if (!this.#member) return
    const frame = JSON.stringify({ ...message, epoch: this.epoch, seq: this.seq })
    this.#session.receive(this.#member, frame)
  }
}

describe('a session', () => {
  it('brings every viewer to the host’s state, through reloads, stalls, drops and refreshes', () => {
    type Model = { session: Session; host: ModelHost; viewers: ModelViewer[] }
    const viewerIndex = fc.nat(3)
    const value = fc.oneof(fc.nat(9), fc.string({ maxLength: 120 }))
    const step: fc.Arbitrary<(model: Model) => void> = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.tuple(fc.constantFrom('a', 'b'), value).map(
          ([key, v]) =>
            ({ host }: Model) =>
              host.change({ [key]: v }),
        ),
      },
      fc.constant(({ host }: Model) => host.refresh()),
      fc.constantFrom('Final', 'Semifinal', '', 7).map(
        (name) =>
          ({ host }: Model) =>
            host.rename(name),
      ),
      fc.constant(({ host }: Model) => host.reload()),
      fc.constant(({ host }: Model) => host.leave()),
      fc.constant(({ host }: Model) => host.connect()),
      fc.constant(({ session }: Model) => session.heartbeat()),
      fc.tuple(viewerIndex, fc.nat(4)).map(
        ([at, count]) =>
          ({ viewers }: Model) =>
            viewers[at]!.read(count),
      ),
      viewerIndex.map(
        (at) =>
          ({ viewers }: Model) =>
            viewers[at]!.connect(),
      ),
      viewerIndex.map(
        (at) =>
          ({ viewers }: Model) =>
            viewers[at]!.drop(),
      ),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const session = makeSession()
        const host = new ModelHost(session)
        const viewers = Array.from({ length: 4 }, () => new ModelViewer(session))
        for (const act of steps) act({ session, host, viewers })
        host.connect()
        host.change({ last: true })
        host.rename('  The\nend ')
        for (const viewer of viewers) {
          if (!viewer.isConnected) viewer.connect()
          for (let round = 0; round < 300 && viewer.isBusy; round++) viewer.read(3)
          expect(viewer.state).toEqual(host.state)
          expect(viewer.held).toEqual({ epoch: host.epoch, seq: host.seq })
          expect(viewer.name).toBe('The end')
          expect(viewer.gaps, 'a working relay leaves no gap').toBe(0)
          // The high-water mark, one message above it, and a status.
          expect(viewer.most).toBeLessThan(MARK + 1500)
        }
        session.close(4000, '')
      }),
      { numRuns: 400 },
    )
  })

  it('asks a host that never answers a bounded number of times, and bounds what it retains', () => {
    const session = makeSession()
    const sent: string[] = []
    const host = session.addHost(
      {
        send: (bytes) => (sent.push(decoder.decode(bytes)), 0),
        close: () => {},
        buffered: () => 0,
      },
      undefined,
    )
    const send = (message: object) =>
      session.receive(host, JSON.stringify({ epoch: 'e', ...message }))
    send({ type: 'session_update', seq: 0, payload: { s: {} } })
    const viewer = new ModelViewer(session)
    viewer.connect()
    for (let seq = 1; seq <= 5000; seq++) {
      send({ type: 'config_update', seq, payload: { s: { n: seq } } })
      viewer.read(9)
    }
    expect(sent.filter((text) => text.includes('want'))).toHaveLength(2)
    expect(session.retainedBytes).toBeLessThan(64 * 1024)
    expect(viewer.state).toEqual({ n: 5000 })
    const late = new ModelViewer(session)
    late.connect()
    late.read(9)
    expect(late.state).toBeUndefined()
    send({ type: 'session_update', seq: 5000, payload: { s: { n: 5000 } } })
    late.read(9)
    expect(late.state).toEqual({ n: 5000 })
    session.close(4000, '')
  })

  it('is empty again when the viewers of an unknown session have left', () => {
    const session = makeSession()
    const viewer = new ModelViewer(session)
    viewer.connect()
    expect(session.isEmpty).toBe(false)
    viewer.drop()
    expect(session.isEmpty).toBe(true)
  })
})

describe('a client that reads nothing', () => {
  afterEach(() => void vi.useRealTimers())

  /** A viewer whose network takes bytes only when the test says so. */
  function stalling(session: Session, peer: Partial<RelayPeer> = {}) {
    const closed: number[] = []
    let sent = 0
    let delivered = 0
    const viewer = session.addViewer(
      {
        send: (bytes) => (sent += bytes.length) - delivered,
        close: (code) => closed.push(code),
        buffered: () => sent - delivered,
        delivered: () => delivered,
        ...peer,
      },
      undefined,
    )
    const deliver = (bytes = sent - delivered) => (delivered += Math.min(bytes, sent - delivered))
    return { viewer, closed, deliver, waiting: () => sent - delivered }
  }

  it('is closed after half a minute with a code that lets it come back, and a slow one is not', () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    const session = makeSession()
    const host = new ModelHost(session)
    host.connect()
    const [stalled, slow, quick] = [stalling(session), stalling(session), stalling(session)]
    for (let beat = 0; beat < 8; beat++) {
      host.change({ n: beat, fill: 'x'.repeat(50) })
      slow.deliver(10)
      quick.deliver()
      expect(slow.waiting()).toBeGreaterThan(0)
      expect(stalled.closed).toEqual(beat < 3 ? [] : [4001])
      session.closeStalled()
      session.heartbeat()
      vi.advanceTimersByTime(15_000)
    }
    expect([slow.closed, quick.closed]).toEqual([[], []])
    expect(session.viewerCount).toBe(2)
    session.close(4000, '')
  })

  it('has the time of a slow link for a whole message if no part of it is counted', () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    const session = makeSession()
    const host = new ModelHost(session)
    host.connect()
    host.change({ fill: 'x'.repeat(10_000_000) })
    const [whole, counted] = [stalling(session, { countsWholeMessages: true }), stalling(session)]
    const check = (seconds: number): void => {
      for (let second = 0; second < seconds; second++) {
        session.closeStalled()
        vi.advanceTimersByTime(1000)
      }
    }
    // At 50 kB/s, the message takes 200 s.
    check(210)
    expect([whole.closed, counted.closed]).toEqual([[], [4001]])
    check(60)
    expect(whole.closed).toEqual([4001])
    session.close(4000, '')
  })

  it('gets no further status as a host, until it reads again', () => {
    const session = makeSession()
    let queued = 0
    let count = 0
    const peer: RelayPeer = {
      send: (bytes) => (count++, (queued += bytes.length)),
      close: () => {},
      buffered: () => queued,
    }
    session.addHost(peer, undefined)
    for (let beat = 0; beat < 5000; beat++) session.heartbeat()
    expect(queued).toBeLessThan(65 * 1024)
    const before = count
    queued = 0
    session.heartbeat()
    expect(count).toBe(before + 1)
    session.close(4000, '')
  })
})
