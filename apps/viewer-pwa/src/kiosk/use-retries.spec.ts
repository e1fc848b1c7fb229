import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, nextTick, shallowRef } from 'vue'
import { useRetries } from './use-retries.ts'

const SIX_MINUTES = 6 * 60_000

describe('a wall whose connection has ended with an error', () => {
  let scope = effectScope()
  beforeEach(() => {
    scope = effectScope()
    vi.useFakeTimers()
  })
  afterEach(() => {
    scope.stop()
    vi.useRealTimers()
  })

  it('dials again every few minutes until the session opens', async () => {
    const error = shallowRef<object>()
    const reconnect = vi.fn(() => void (error.value = undefined))
    scope.run(() => useRetries(() => true, error, reconnect))
    for (let attempt = 1; attempt <= 3; attempt++) {
      error.value = { code: 'VS104' }
      await nextTick()
      await vi.advanceTimersByTimeAsync(SIX_MINUTES)
      expect(reconnect).toHaveBeenCalledTimes(attempt)
    }
    await vi.advanceTimersByTimeAsync(SIX_MINUTES)
    expect(reconnect).toHaveBeenCalledTimes(3)
  })

  it('waits for the user when it is no kiosk', async () => {
    const isKiosk = shallowRef(true)
    const reconnect = vi.fn()
    scope.run(() => useRetries(() => isKiosk.value, shallowRef({ code: 'VS103' }), reconnect))
    isKiosk.value = false
    await nextTick()
    await vi.advanceTimersByTimeAsync(SIX_MINUTES)
    expect(reconnect).not.toHaveBeenCalled()
  })
})
