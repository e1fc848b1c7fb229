import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, nextTick, shallowRef } from 'vue'
import { useUnattendedUpdates } from './use-unattended-updates.ts'

describe('a new version, for which the host asks', () => {
  let scope = effectScope()
  beforeEach(() => {
    scope = effectScope()
    const kept = new Map<string, string>()
    vi.stubGlobal('localStorage', {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, text: string) => kept.set(key, text),
      removeItem: (key: string) => kept.delete(key),
    })
  })
  afterEach(() => {
    scope.stop()
    vi.unstubAllGlobals()
  })

  it('reloads a page in full screen only once it is a kiosk', async () => {
    const isKiosk = shallowRef(false)
    const apply = vi.fn()
    const updates = { ready: shallowRef(true), check: vi.fn(), apply }
    const signage = shallowRef<Record<string, unknown>>({ update: 'first' })
    scope.run(() => useUnattendedUpdates(updates, signage, () => isKiosk.value))
    signage.value = { update: 'second' }
    await nextTick()
    expect(apply).not.toHaveBeenCalled()
    isKiosk.value = true
    await nextTick()
    expect(apply).toHaveBeenCalledTimes(1)
  })
})
