import { describe, expect, it, vi } from 'vitest'
import type { Memory } from '../device/memory.ts'
import { createUnattendedUpdates } from './unattended-updates.ts'

function createTextMemory(): Memory {
  let text: string | undefined
  return {
    read: () => text,
    write: (next) => void (text = next),
    forget: () => void (text = undefined),
  }
}
const NO_MEMORY: Memory = { read: () => undefined, write: () => {}, forget: () => {} }

const at = (day: number, hour: number, minute = 0): number =>
  new Date(2026, 10, day, hour, minute).getTime()

/** A wall that can be reloaded. `let` its time pass in minutes. */
function createWall(memories = { nights: createTextMemory(), requests: createTextMemory() }) {
  const wall = {
    time: at(1, 12),
    isReady: false,
    request: undefined as string | undefined,
    random: 0.5,
    check: vi.fn(),
    apply: vi.fn(),
    updates: undefined as unknown as ReturnType<typeof createUnattendedUpdates>,
    load() {
      wall.updates = createUnattendedUpdates({
        ...memories,
        now: () => wall.time,
        random: () => wall.random,
        check: wall.check,
        apply: wall.apply,
      })
    },
    tick: () => wall.updates.tick(wall.isReady, wall.request),
    passTo(time: number) {
      for (; wall.time <= time; wall.time += 60_000) wall.tick()
    },
  }
  wall.load()
  return wall
}

describe('a wall at night', () => {
  it('applies the waiting version in a random minute between 3 and 5', () => {
    const wall = createWall()
    wall.isReady = true
    wall.passTo(at(2, 3, 59))
    expect(wall.apply).not.toHaveBeenCalled()
    wall.passTo(at(2, 4, 0))
    expect(wall.apply).toHaveBeenCalledTimes(1)
  })

  it('does nothing while no new version waits', () => {
    const wall = createWall()
    wall.passTo(at(3, 12))
    expect(wall.apply).not.toHaveBeenCalled()
  })

  it('does nothing after 5, also with a version that came too late', () => {
    const wall = createWall()
    wall.passTo(at(2, 5))
    wall.isReady = true
    wall.passTo(at(3, 2, 59))
    expect(wall.apply).not.toHaveBeenCalled()
  })

  it('reloads once per night, although each load finds another version', () => {
    const wall = createWall()
    wall.isReady = true
    for (let load = 0; load < 5; load++) {
      wall.passTo(at(2, 4, load * 5))
      wall.load()
    }
    expect(wall.apply).toHaveBeenCalledTimes(1)
    wall.passTo(at(3, 4, 59))
    expect(wall.apply).toHaveBeenCalledTimes(2)
  })

  it('does nothing if it cannot remember the night', () => {
    const wall = createWall({ nights: NO_MEMORY, requests: NO_MEMORY })
    wall.isReady = true
    wall.request = 'now'
    wall.passTo(at(3, 12))
    expect(wall.apply).not.toHaveBeenCalled()
    expect(wall.check).not.toHaveBeenCalled()
  })
})

describe('a wall whose host asks for an update', () => {
  it('looks for a new version, and applies it at once', () => {
    const wall = createWall()
    wall.request = '2.1'
    wall.tick()
    expect([wall.check.mock.calls.length, wall.apply.mock.calls.length]).toEqual([1, 0])
    wall.isReady = true
    wall.tick()
    expect(wall.apply).toHaveBeenCalledTimes(1)
  })

  it('follows each request once, although the host repeats it and more versions come', () => {
    const wall = createWall()
    wall.request = '2.1'
    wall.isReady = true
    for (let load = 0; load < 5; load++) {
      wall.tick()
      wall.load()
    }
    expect(wall.apply).toHaveBeenCalledTimes(1)
    wall.request = '2.2'
    wall.tick()
    expect(wall.apply).toHaveBeenCalledTimes(2)
  })

  it('forgets a request for which no version came within two hours', () => {
    const wall = createWall()
    wall.request = '2.1'
    wall.passTo(at(1, 14, 1))
    wall.isReady = true
    wall.passTo(at(1, 20))
    expect(wall.apply).not.toHaveBeenCalled()
  })
})
