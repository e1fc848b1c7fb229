import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createBehind } from './behind.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function start() {
  let isUnsent = false
  const reported: boolean[] = []
  const behind = createBehind({
    hasUnsent: () => isUnsent,
    onChange: (isBehind) => void reported.push(isBehind),
  })
  return { behind, reported, setUnsent: (value: boolean) => (isUnsent = value) }
}

it('reports a change that is late, and its end', () => {
  const { behind, reported, setUnsent } = start()
  setUnsent(true)
  behind.changed(1000)
  vi.advanceTimersByTime(1240)
  expect(reported).toEqual([])
  vi.advanceTimersByTime(20)
  expect(reported).toEqual([true])
  setUnsent(false)
  behind.check()
  expect(reported).toEqual([true, false])
})

it('reports a change that is late when the timer fires early, or the clock was set back', () => {
  for (const earlier of [1, 3_600_000]) {
    const { behind, reported, setUnsent } = start()
    setUnsent(true)
    behind.changed(0)
    vi.setSystemTime(Date.now() - earlier)
    vi.advanceTimersByTime(250)
    expect(reported).toEqual([true])
  }
})

it('reports nothing when the change is sent in time', () => {
  const { behind, reported, setUnsent } = start()
  setUnsent(true)
  behind.changed(0)
  setUnsent(false)
  behind.check()
  vi.advanceTimersByTime(5000)
  expect(reported).toEqual([])
})
