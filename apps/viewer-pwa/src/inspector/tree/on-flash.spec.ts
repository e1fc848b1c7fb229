import { afterEach, describe, expect, it, vi } from 'vitest'
import { effectScope, nextTick, shallowRef } from 'vue'
import { onFlash } from './on-flash.ts'

describe('a flash on the page', () => {
  const scope = effectScope()
  afterEach(() => scope.stop())

  it('plays once, when it begins, and not again when one of its marks is scrolled into view', async () => {
    const flashes = shallowRef<ReadonlySet<string>>(new Set())
    const near = shallowRef<readonly string[]>(['a'])
    const play = vi.fn<() => void>()
    scope.run(() =>
      onFlash(
        () => flashes.value,
        () => near.value.some((part) => flashes.value.has(part)),
        play,
      ),
    )
    const set = async (now: () => void) => {
      now()
      await nextTick()
      return play.mock.calls.length
    }
    expect(await set(() => (flashes.value = new Set(['b'])))).toBe(0)
    expect(await set(() => (near.value = ['b']))).toBe(0)
    expect(await set(() => (flashes.value = new Set(['b'])))).toBe(1)
    expect(await set(() => (near.value = ['a']))).toBe(1)
    expect(await set(() => (near.value = ['b']))).toBe(1)
    expect(await set(() => (flashes.value = new Set()))).toBe(1)
  })
})
