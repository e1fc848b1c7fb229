import { describe, expect, it } from 'vitest'
import { createWindowCounts } from './window-counts.ts'

function make(capacity?: number) {
  let time = 0
  const counts = createWindowCounts({ now: () => time, ...(capacity && { capacity }) })
  return { ...counts, wait: (ms: number) => (time += ms) }
}

describe('counts in a window', () => {
  it('begin again when the window of the first change has ended', () => {
    const { add, timeLeft, wait } = make()
    expect([add('a', 1, 1000), add('a', 2, 1000), add('b', 1, 1000)]).toEqual([1, 3, 1])
    wait(999)
    expect([add('a', 1, 1000), timeLeft('a'), timeLeft('c')]).toEqual([4, 1, 0])
    wait(1)
    expect([timeLeft('a'), add('a', 1, 1000), timeLeft('a')]).toEqual([0, 1, 1000])
  })

  it('are never below zero, so that nobody gains attempts by taking back old ones', () => {
    const { add, wait } = make()
    expect([add('a', -1, 1000), add('a', 1, 1000), add('a', -3, 1000)]).toEqual([0, 1, 0])
    add('a', 1, 1000)
    wait(1000)
    expect([add('a', -1, 1000), add('a', 1, 1000)]).toEqual([0, 1])
  })

  it('are kept for a limited number of keys, and the oldest is dropped first', () => {
    const { add } = make(100)
    for (let key = 0; key < 1000; key++) add(String(key), 1, 1000)
    expect([add('999', 1, 1000), add('900', 1, 1000), add('899', 1, 1000)]).toEqual([2, 2, 1])
  })
})
