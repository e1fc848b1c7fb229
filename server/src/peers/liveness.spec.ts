import { beforeEach, expect, it } from 'vitest'
import { checkLiveness, LIVENESS_CHECKS, type Liveness, startLiveness } from './liveness.ts'

const IDLE = 30_000
const STEP = IDLE / LIVENESS_CHECKS
/** Viewers treat this much silence as a lost connection. */
const DEAD = 35_000
/** Bytes of a heartbeat, sent every 15 s. */
const STATUS = 150

let liveness: Liveness
let now: number
let received: number
let sent: number
let delivered: number
let pings: number

beforeEach(() => {
  liveness = startLiveness()
  now = received = sent = delivered = pings = 0
})

/** The state after one more check. */
function check() {
  now += STEP
  const state = checkLiveness(liveness, { received, sent, delivered }, now, IDLE)
  if (state === 'ask') {
    pings++
    sent += 2
    delivered += 2
  }
  return state
}

/** Checks until the connection is dead, or for `most` milliseconds. Returns how long it took. */
function measure(most: number, each: () => void = () => {}): number | undefined {
  const start = now
  while (now - start < most) {
    each()
    if (check() === 'dead') return now - start
  }
  return undefined
}

/** A client that answers each ping at once. */
const answer = (): void => {
  if (liveness.isAsked) received += 6
}
const heartbeat = (): void => {
  if (now % 15_000 < STEP) {
    sent += STATUS
    delivered += STATUS
  }
}

it('keeps an idle client that answers pings', () => {
  expect(
    measure(600_000, () => {
      heartbeat()
      answer()
    }),
  ).toBeUndefined()
  expect(pings).toBeGreaterThan(10)
})

it.each([0, 1, 2, 3, 4, 5, 6, 7])(
  'finds a client dead within 35 s although heartbeats go out, %i checks after its last sign of life',
  (checks) => {
    measure(100_000, () => {
      heartbeat()
      answer()
    })
    for (let at = 0; at < checks; at++) check()
    expect(measure(100_000, heartbeat)).toBeLessThanOrEqual(DEAD)
  },
)

it('finds a client dead within 40 s that is sent 20 kB a second', () => {
  const send = (): void => {
    sent += 20 * STEP
    delivered += 20 * STEP
  }
  measure(100_000, () => {
    send()
    answer()
  })
  expect(measure(100_000, send)).toBeLessThanOrEqual(40_000)
})

it('keeps a client that takes bytes of a long message and answers nothing', () => {
  sent = 100_000_000
  expect(measure(600_000, () => void (delivered += 1))).toBeUndefined()
})

it('gives the bytes before a ping the time of the slowest link, and no more', () => {
  check()
  sent = delivered = 5_000_000
  expect(measure(99_000)).toBeUndefined()
  expect(measure(60_000)).toBeDefined()
})

it('does not count bytes that are sent after a ping', () => {
  check()
  for (let at = 0; at < LIVENESS_CHECKS / 2; at++) check()
  expect(pings).toBe(1)
  sent = delivered = 50_000_000
  expect(measure(60_000)).toBeLessThanOrEqual(IDLE)
})
