import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope } from 'vue'
import type { Change } from './model/index.ts'
import { useFlash } from './use-flash.ts'

const change = (...ids: string[]): Change => ({
  key: ids.join('\u001F'),
  type: 'changed',
  before: 0,
  after: 1,
})

describe('the flash', () => {
  const scope = effectScope()
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
  afterEach(() => {
    scope.stop()
    vi.useRealTimers()
  })
  const create = (...visible: Change[]) => {
    const keys = new Set(visible.map(({ key }) => key))
    const { flashes, add } = effectScope().run(() => useFlash((key) => keys.has(key)))!
    return {
      add,
      marked: () => [...flashes.value].map((key) => key.split('\u001F').join('.')),
      flashes,
    }
  }

  it('marks the changed part, or the deepest visible container of it, and no other', () => {
    const { add, marked } = create(change('a'), change('a', 'b'), change('a', 'c'), change('d'))
    add([change('a', 'b'), change('a', 'c', 'x', 'y')])
    expect(marked()).toEqual(['a.b', 'a.c'])
  })

  it('ends', () => {
    const { add, marked } = create(change('a'))
    add([change('a')])
    vi.advanceTimersByTime(1200)
    expect(marked()).toEqual([])
  })

  it('fires at most twice a second, and then shows everything that changed in between', () => {
    const { add, flashes, marked } = create(change('a'), change('b'))
    const shown = new Map<unknown, string[]>()
    add([change('a')])
    for (let ms = 0; ms < 1000; ms += 50) {
      add([change(ms === 100 ? 'b' : 'a')])
      shown.set(flashes.value, marked().toSorted())
      vi.advanceTimersByTime(50)
    }
    expect([...shown.values()]).toEqual([['a'], ['a', 'b']])
  })
})
