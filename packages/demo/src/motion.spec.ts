import { describe, expect, it } from 'vitest'
import { createPace, speedOf } from './motion.ts'

/** Two devices, each with its own clock. `wait` lets time pass on both. */
function devices(viewerIsAhead = 0) {
  let time = 1_000_000
  return {
    host: () => time,
    viewer: () => time + viewerIsAhead,
    wait: (ms: number) => void (time += ms),
  }
}

const HOUR = 3_600_000

describe('a pace', () => {
  it('turns once in ten seconds at speed 1, and stands still at speed 0', () => {
    const { host, wait } = devices()
    const pace = createPace(1, host)
    wait(10_000)
    expect(pace.phase()).toBeCloseTo(1)
    pace.setSpeed(speedOf({ enabled: false, speed: 3 }))
    wait(HOUR)
    expect(pace.phase()).toBeCloseTo(1)
  })

  it('moves while its speed is not 0, and until a correction has faded', () => {
    const { host, wait } = devices()
    const pace = createPace(1, host)
    expect(pace.isMoving()).toBe(true)
    pace.setSpeed(0)
    expect(pace.isMoving()).toBe(false)
    pace.resume(pace.phase() + 1)
    expect(pace.isMoving()).toBe(true)
    wait(10_000)
    expect(pace.isMoving()).toBe(false)
  })

  it('publishes its phase without the noise of its computation', () => {
    const { host, wait } = devices()
    const pace = createPace(1.7, host)
    wait(123_457)
    expect(pace.motion().phase).toBe(20.9877)
  })

  it('continues from its phase when the speed changes', () => {
    const { host, wait } = devices()
    const pace = createPace(2, host)
    wait(500)
    pace.setSpeed(20)
    expect(pace.phase()).toBeCloseTo(0.1)
    wait(500)
    expect(pace.phase()).toBeCloseTo(1.1)
  })
})

describe('the pace of a viewer', () => {
  it.each([900, HOUR + 123])('is the host’s from the first frame on, %d ms later', (later) => {
    const { host, viewer, wait } = devices()
    const leader = createPace(1.5, host)
    const published = leader.motion()
    wait(later)
    const follower = createPace(1.5, viewer)
    follower.follow(published, false)
    expect(follower.phase()).toBeCloseTo(leader.phase())
    wait(777)
    expect(follower.phase()).toBeCloseTo(leader.phase())
  })

  it('eases to the host’s after a change of speed that it received late', () => {
    const { host, viewer, wait } = devices()
    const leader = createPace(1, host)
    const follower = createPace(1, viewer)
    follower.follow(leader.motion(), false)
    leader.setSpeed(8)
    wait(400)
    follower.setSpeed(8)
    wait(10_000)
    expect(leader.phase() - follower.phase()).toBeCloseTo(0.28)
    const before = follower.phase()
    const published = leader.motion()
    wait(300)
    follower.follow(published, true)
    expect(follower.phase() - before).toBeCloseTo(0.24)
    wait(4000)
    expect(follower.phase()).toBeCloseTo(leader.phase(), 3)
  })

  it('takes no phase from a motion of another speed than the present one', () => {
    const { host, viewer, wait } = devices()
    const leader = createPace(1, host)
    const published = leader.motion()
    wait(2000)
    leader.setSpeed(0)
    const follower = createPace(0, viewer)
    follower.follow(published, false)
    wait(HOUR)
    expect(follower.phase()).toBeCloseTo(leader.phase())
  })

  it.each([HOUR, -HOUR])('corrects a clock that differs by %d ms', (difference) => {
    const { host, viewer, wait } = devices(difference)
    const leader = createPace(1, host)
    const follower = createPace(1, viewer)
    const published = leader.motion()
    wait(300)
    follower.follow(published, true)
    expect(follower.phase()).toBeCloseTo(leader.phase())
    // The motion in the snapshot after a reconnect is older, and says nothing about the clocks.
    const old = leader.motion()
    wait(50_000)
    follower.follow(old, false)
    wait(5000)
    expect(follower.phase()).toBeCloseTo(leader.phase())
  })

  it('eases back to the host’s after a short pause, and jumps after a long one', () => {
    const { host, viewer, wait } = devices()
    const leader = createPace(1, host)
    const follower = createPace(1, viewer)
    follower.follow(leader.motion(), false)
    const frozen = follower.phase()
    wait(5000)
    follower.resume(frozen)
    expect(follower.phase()).toBeCloseTo(frozen)
    wait(5000)
    expect(follower.phase()).toBeCloseTo(leader.phase())
    wait(HOUR)
    follower.resume(frozen)
    expect(follower.phase()).toBeCloseTo(leader.phase())
  })

  it('runs on its own with a host that publishes no motion', () => {
    const { viewer, wait } = devices()
    const follower = createPace(1, viewer)
    follower.follow({ at: 0, phase: 0, speed: 0 }, true)
    wait(10_000)
    expect(follower.phase()).toBeCloseTo(1)
  })
})
