import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createSession, type Session } from '../session/session.ts'
import { encodeWithText } from '../text-frames.ts'
import { createFollowedSession, type FollowedSession } from './followed-session.ts'
import type { Upstream, UpstreamEvents } from './upstream.ts'

interface Sent {
  type: string
  epoch?: string
  seq?: number
  payload: Record<string, unknown>
}

let session: Session
let events: UpstreamEvents
let followed: FollowedSession
let sent: Sent[]
const link = { redial: vi.fn(), fetchState: vi.fn(), close: vi.fn() }
const refused = vi.fn()
const upstream: Upstream = {
  address: 'http://relay.example/',
  interval: 5000,
  isHealthy: true,
  onHealthChange: undefined,
  follows: () => true,
  follow(_, given) {
    events = given
    return link
  },
}

const receive = (message: object): void => events.onFrame(JSON.stringify(message))
const all = (epoch: string, seq: number): object => ({
  type: 'session_update',
  epoch,
  seq,
  payload: { s: { at: seq } },
})
const some = (epoch: string, seq: number): object => ({ ...all(epoch, seq), type: 'config_update' })
const status = (payload: object, position: object = {}): object => ({
  type: 'status',
  ...position,
  payload: { host: 'online', since: 1000, ...payload },
})
const latest = (): Sent | undefined => sent.findLast(({ type }) => type === 'status')

beforeEach(() => {
  vi.useFakeTimers()
  for (const mock of [link.redial, link.fetchState, link.close, refused]) mock.mockClear()
  sent = []
  session = createSession({
    capacity: 64,
    highWaterMark: 1e6,
    encode: encodeWithText,
    describe: () => ({ running: true, port: 0, localIp: '127.0.0.1' }),
    warn: () => {},
  })
  followed = createFollowedSession({
    name: 'default',
    session,
    upstream,
    encode: encodeWithText,
    onApplied: () => {},
    onRefused: refused,
  })
  session.addViewer(
    {
      send(bytes: Uint8Array) {
        sent.push(JSON.parse(new TextDecoder().decode(bytes)) as Sent)
        return 0
      },
      buffered: () => 0,
      close: () => {},
    } as never,
    undefined,
  )
})
afterEach(() => {
  followed.leave()
  vi.useRealTimers()
})

it('says that viewers are behind while the upstream relay has not sent everything', () => {
  receive(all('e', 1))
  receive(status({}, { epoch: 'e', seq: 1 }))
  expect(latest()).toMatchObject({ seq: 1, payload: { host: 'online', since: 1000 } })
  expect(latest()?.payload).not.toHaveProperty('behind')
  // A long message is on its way, so the status has no position.
  receive(status({ receiving: 100_000 }))
  expect(latest()?.payload).toMatchObject({ host: 'online', behind: true })
  receive(some('e', 2))
  receive(status({}, { epoch: 'e', seq: 2 }))
  expect(latest()).toMatchObject({ seq: 2, payload: { host: 'online' } })
  expect(latest()?.payload).not.toHaveProperty('behind')
})

it('says that the host is offline since the upstream relay was lost, until that says otherwise', () => {
  receive(all('e', 1))
  receive(status({}, { epoch: 'e', seq: 1 }))
  events.onLost(5000)
  expect(latest()).toMatchObject({ seq: 1, payload: { host: 'offline', since: 5000 } })
  receive(some('e', 2))
  expect(latest()?.payload['host']).toBe('offline')
  receive(status({}, { epoch: 'e', seq: 2 }))
  expect(latest()).toMatchObject({ seq: 2, payload: { host: 'online', since: 1000 } })
})

it('keeps since when the host is offline, if it had left before the upstream relay was lost', () => {
  receive(all('e', 1))
  receive(status({ host: 'offline', since: 2000 }, { epoch: 'e', seq: 1 }))
  events.onLost(5000)
  expect(latest()?.payload).toMatchObject({ host: 'offline', since: 2000 })
})

it('dials again with its position after a gap, and is not in step until then', () => {
  receive(all('e', 1))
  receive(status({}, { epoch: 'e', seq: 1 }))
  receive(some('e', 3))
  expect(link.redial).toHaveBeenCalledWith('gap')
  expect(events.position()).toEqual({ epoch: 'e', seq: 1 })
  receive(status({}, { epoch: 'e', seq: 3 }))
  expect(link.redial).toHaveBeenCalledTimes(2)
  expect(latest()?.payload).toMatchObject({ behind: true })
})

it('ignores messages that it has had, malformed ones, and unknown types', () => {
  receive(all('e', 5))
  const before = sent.length
  receive(some('e', 5))
  receive(some('e', 4))
  receive({ type: 'news' })
  events.onFrame('junk')
  events.onFrame(new Uint8Array([1, 2, 3]))
  expect([sent.length, session.head]).toEqual([before, { epoch: 'e', seq: 5 }])
  expect(link.redial).not.toHaveBeenCalled()
})

it('fetches a whole state when many messages follow the last one, and applies it where it belongs', () => {
  receive(all('e', 0))
  for (let seq = 1; seq <= 100; seq++) receive(some('e', seq))
  expect(session.isHeavy).toBe(true)
  vi.advanceTimersByTime(10_000)
  expect(link.fetchState).toHaveBeenCalled()
  // The other connection is ahead: the whole state waits until this one is there.
  events.onState(JSON.stringify(all('e', 102)))
  expect([session.head?.seq, session.snapshot?.seq]).toEqual([100, 0])
  receive(some('e', 101))
  receive(some('e', 102))
  expect([session.head?.seq, session.snapshot?.seq]).toEqual([102, 102])
  events.onState(JSON.stringify(all('f', 7)))
  expect(session.head).toEqual({ epoch: 'e', seq: 102 })
  // The viewer got the changes and no second whole state.
  expect(sent.filter(({ type }) => type === 'session_update')).toHaveLength(1)
})

it('says upwards how many relays are behind it', () => {
  expect(events.hops()).toBe(1)
  for (const behind of [1, 3, 2]) followed.followedBy(behind, () => {})
  expect(events.hops()).toBe(4)
  expect(link.redial).toHaveBeenCalledTimes(2)
})

it('refuses the relays that are too many for the upstream relay, and keeps all others', () => {
  receive(all('e', 0))
  const [near, far, gone, again] = [vi.fn(), vi.fn(), vi.fn(), vi.fn()]
  followed.followedBy(2, near)
  followed.followedBy(8, far)
  // It may be gone before the upstream relay answers.
  const leave = followed.followedBy(8, gone)
  expect(events.hops()).toBe(9)
  leave()
  events.onRefused(4400, 'More than 8 relays follow each other')
  expect([near.mock.calls.length, far.mock.calls.length]).toEqual([0, 1])
  expect(events.hops()).toBe(3)
  expect(gone).not.toHaveBeenCalled()
  // The upstream relay is not asked again.
  link.redial.mockClear()
  followed.followedBy(8, again)
  expect(again).toHaveBeenCalledOnce()
  expect(link.redial).not.toHaveBeenCalled()
  expect(refused).not.toHaveBeenCalled()
  // The row above may have become longer. Not even this relay alone is admitted in the end.
  events.onRefused(4400, 'More than 8 relays follow each other')
  expect(near).toHaveBeenCalledOnce()
  expect(events.hops()).toBe(1)
  events.onRefused(4400, 'Unsupported')
  expect(refused).toHaveBeenCalledWith(4400, 'Unsupported')
})

it('keeps nobody waiting for a relay that does not answer', async () => {
  expect(followed.isReady).toBe(false)
  await vi.advanceTimersByTimeAsync(3000)
  expect(followed.isReady).toBe(true)
  await followed.ready
})
