import { afterEach, expect, it, vi } from 'vitest'
import { pause } from './pause.ts'

afterEach(() => void vi.useRealTimers())

it('lasts also longer than one timer can hold', async () => {
  vi.useFakeTimers()
  let isOver = false
  const month = 31 * 24 * 3_600_000
  void pause(month, new AbortController().signal).then(() => (isOver = true))
  await vi.advanceTimersByTimeAsync(month - 1000)
  expect(isOver).toBe(false)
  await vi.advanceTimersByTimeAsync(2000)
  expect(isOver).toBe(true)
})
