import type { Peer } from 'crossws'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createPortablePeers } from './portable-peer.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const MARK = 100

/** A peer of crossws 0.3 on Node: its `send` returns 0, and it has neither `bufferedAmount` nor a drain event. */
function createOldPeer() {
  const sent: [data: unknown, options: unknown][] = []
  const websocket = { readyState: 1, bufferedAmount: 0, once() {} }
  const peer = {
    websocket,
    sent,
    send(data: Uint8Array, options: unknown) {
      sent.push([data, options])
      websocket.bufferedAmount += data.length
      return 0
    },
    close: vi.fn(),
  }
  return peer
}

function setUp() {
  const drained: unknown[] = []
  const toPeer = createPortablePeers({ highWaterMark: MARK, onDrain: (peer) => drained.push(peer) })
  const old = createOldPeer()
  return { drained, old, toPeer, peer: toPeer(old as unknown as Peer) }
}

it('reports what is buffered, also where crossws does not', () => {
  const { peer } = setUp()
  expect(peer.send(new Uint8Array(40), false)).toBe(40)
  expect(peer.send(new Uint8Array(40), false)).toBe(80)
  expect(peer.buffered()).toBe(80)
})

it('checks a full socket until it has drained, and has no timer before and after', () => {
  const { peer, old, drained } = setUp()
  peer.send(new Uint8Array(MARK), false)
  peer.buffered()
  expect(vi.getTimerCount()).toBe(0)
  peer.send(new Uint8Array(1), false)
  peer.buffered()
  peer.buffered()
  expect(vi.getTimerCount()).toBe(1)
  vi.advanceTimersByTime(1000)
  expect(drained).toEqual([])
  old.websocket.bufferedAmount = MARK
  vi.advanceTimersByTime(25)
  expect(drained).toEqual([old])
  expect(vi.getTimerCount()).toBe(0)
})

it.each([
  ['has closed', ({ old }: ReturnType<typeof setUp>) => void (old.websocket.readyState = 3)],
  ['is closed by the relay', ({ peer }: ReturnType<typeof setUp>) => peer.close(4000, 'over')],
])('stops checking a full socket that %s', (_, end) => {
  const all = setUp()
  all.peer.send(new Uint8Array(MARK + 1), false)
  all.peer.buffered()
  end(all)
  all.old.websocket.bufferedAmount = 0
  vi.advanceTimersByTime(25)
  expect(all.drained).toEqual([])
  expect(vi.getTimerCount()).toBe(0)
})

it('sends text as a string where bytes would become a binary frame', () => {
  const { old, peer, toPeer } = setUp()
  const bytes = new TextEncoder().encode('{}')
  peer.send(bytes, false)
  peer.send(bytes, true)
  const elsewhere = createOldPeer()
  delete (elsewhere.websocket as { once?: unknown }).once
  const other = toPeer(elsewhere as unknown as Peer)
  other.send(bytes, false)
  other.send(bytes, true)
  expect(old.sent).toEqual([
    [bytes, { binary: false, compress: false }],
    [bytes, { binary: true, compress: false }],
  ])
  expect(elsewhere.sent.map(([data]) => data)).toEqual(['{}', bytes])
})
