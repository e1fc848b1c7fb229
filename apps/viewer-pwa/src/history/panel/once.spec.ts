import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { once } from './once.ts'

describe('an action of a button', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
  afterEach(() => void vi.useRealTimers())

  it('runs once for a double click', async () => {
    let isPaused = false
    const toggle = once(() => (isPaused = !isPaused))
    await toggle()
    vi.advanceTimersByTime(399)
    await toggle()
    expect(isPaused).toBe(true)
    vi.advanceTimersByTime(1)
    await toggle()
    expect(isPaused).toBe(false)
  })

  it('does not run again while it is running, and does after it has failed', async () => {
    let fail: ((error: Error) => void) | undefined
    const act = vi.fn(() => new Promise<void>((_, reject) => (fail = reject)))
    const save = once(act)
    const first = save()
    vi.advanceTimersByTime(5000)
    await save()
    expect(act).toHaveBeenCalledTimes(1)
    fail!(new Error('no space left'))
    await expect(first).rejects.toThrow('no space left')
    void save()
    expect(act).toHaveBeenCalledTimes(2)
  })
})
