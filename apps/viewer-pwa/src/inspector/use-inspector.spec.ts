import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, nextTick, shallowRef } from 'vue'
import { partKey, type View } from './model/index.ts'
import { createKept, keptFor, type KeptInspector } from './kept.ts'
import { useInspector } from './use-inspector.ts'

const viewOf = (state: object): View => ({ ids: ['s'], stores: new Map([['s', state]]) })
const keyOf = (...names: string[]): string =>
  names.reduce((key, name) => partKey(key, name), partKey(undefined, 's'))

describe('the inspector', () => {
  let scope = effectScope()
  beforeEach(() => {
    const texts = new Map<string, string>()
    vi.stubGlobal('sessionStorage', {
      getItem: (name: string) => texts.get(name) ?? null,
      setItem: (name: string, text: string) => void texts.set(name, text),
      removeItem: (name: string) => void texts.delete(name),
    })
  })
  afterEach(() => {
    scope.stop()
    vi.unstubAllGlobals()
  })

  function open(state: object, name?: string, kept?: KeptInspector) {
    scope.stop()
    scope = effectScope()
    const view = shallowRef(viewOf(state))
    const isLive = shallowRef(true)
    const session = shallowRef(name)
    const inspector = scope.run(() => useInspector({ view, isLive, session }, kept))!
    return { inspector, view, isLive, session }
  }
  const pinnedValues = ({ rows }: ReturnType<typeof useInspector>): unknown[] =>
    [...rows.value].filter((row) => row.isPinned).map(({ value }) => value)

  it('lists and flashes what changes now, and not what differs in a state of the past', async () => {
    const { inspector, view, isLive } = open({ a: 1, b: 1 })
    const changed = (): string[] => [...(inspector.filter.value?.matches ?? [])]
    inspector.onlyChanged.value = true
    const present = view.value

    isLive.value = false
    view.value = viewOf({ a: 1, b: 0 })
    await nextTick()
    view.value = viewOf({ a: 0, b: 0 })
    await nextTick()
    isLive.value = true
    view.value = present
    await nextTick()
    expect(changed()).toEqual([])
    expect(inspector.flashes.value.size).toBe(0)

    view.value = viewOf({ a: 2, b: 1 })
    await nextTick()
    expect(changed()).toEqual([keyOf('a')])
    expect(inspector.flashes.value.size).toBe(1)
  })

  it('makes rows again for the list of changes only when it has others, twice a second', async () => {
    const { inspector, view } = open({ a: 0, b: 0 })
    inspector.onlyChanged.value = true
    const filters = new Set<unknown>()
    const update = async (state: object) => {
      view.value = viewOf(state)
      await nextTick()
      filters.add(inspector.filter.value)
    }
    for (let n = 1; n <= 50; n++) await update({ a: n, b: 0 })
    expect(filters.size).toBe(1)
    for (let n = 1; n <= 50; n++) await update({ a: n, b: n, [`field${n}`]: 1 })
    expect(filters.size).toBeLessThanOrEqual(2)
    const matches = () => [...(inspector.filter.value?.matches ?? [])]
    await expect.poll(matches).toContain(keyOf('field50'))
    expect(matches()).toContain(keyOf('b'))
  })

  it('keeps pins when it is opened again, also those of items that have moved since', async () => {
    const item = { id: 7, name: 'Ada' }
    const first = open({ list: [item, { id: 8 }], speed: 1 }, 'one')
    first.inspector.togglePin(keyOf('list', '0', 'name'))
    first.inspector.togglePin(keyOf('speed'))
    first.view.value = viewOf({ list: [{ id: 1 }, { id: 2 }, item, { id: 8 }], speed: 1 })
    await nextTick()
    expect(pinnedValues(first.inspector)).toEqual(['Ada', 1])

    const again = open({ list: [{ id: 1 }, { id: 2 }, item, { id: 8 }], speed: 2 }, 'one')
    expect(pinnedValues(again.inspector)).toEqual(['Ada', 2])
  })

  it('keeps the pins of each session apart', async () => {
    const { inspector, session } = open({ speed: 1 }, 'one')
    inspector.togglePin(keyOf('speed'))
    session.value = 'two'
    await nextTick()
    expect(pinnedValues(inspector)).toEqual([])
    session.value = 'one'
    await nextTick()
    expect(pinnedValues(inspector)).toEqual([1])
  })

  describe('that is opened again after another view was shown', () => {
    const rows = (...ids: number[]) => ({ rows: ids.map((id) => ({ id, name: `Name ${id}` })) })
    const paths = ({ rows: list }: ReturnType<typeof useInspector>) =>
      [...list.value].map(({ path }) => path)

    it('has the same rows open, also of items that have moved meanwhile', () => {
      const kept = createKept()
      const { inspector } = open(rows(1, 2, 3), undefined, kept)
      const second = inspector.rows.value.at(3)!
      expect(second.path).toBe('s.rows.1')
      inspector.setOpen(second, true)
      inspector.togglePin(second.part)

      const again = open(rows(9, 1, 2, 3), undefined, kept).inspector
      expect(paths(again)).toContain('s.rows.2.name')
      expect(paths(again)).not.toContain('s.rows.1.name')
      expect(pinnedValues(again)[0]).toEqual({ id: 2, name: 'Name 2' })
    })

    it('searches and filters as before', async () => {
      const kept = createKept()
      const { inspector, view } = open({ a: 1, b: 'text' }, undefined, kept)
      inspector.query.value = 'text'
      view.value = viewOf({ a: 1, b: 'texts' })
      await nextTick()
      inspector.onlyChanged.value = true

      const again = open({ a: 1, b: 'texts' }, undefined, kept).inspector
      expect(again.query.value).toBe('text')
      expect(again.onlyChanged.value).toBe(true)
      await expect.poll(() => [...again.filter.value!.matches]).toEqual([keyOf('b')])
    })

    it('lists what has changed meanwhile, if that was in the last minute', () => {
      vi.useFakeTimers({ toFake: ['Date'] })
      try {
        const kept = createKept()
        const listed = (state: object) => {
          const { inspector } = open(state, undefined, kept)
          inspector.onlyChanged.value = true
          return [...inspector.filter.value!.matches]
        }
        expect(listed({ a: 1, b: 1 })).toEqual([])
        scope.stop()
        vi.advanceTimersByTime(50_000)
        expect(listed({ a: 2, b: 1 })).toEqual([keyOf('a')])
        scope.stop()
        vi.advanceTimersByTime(61_000)
        expect(listed({ a: 2, b: 2 })).toEqual([])
      } finally {
        vi.useRealTimers()
      }
    })

    it('keeps nothing of another session or app', () => {
      const [app, other] = [{}, {}]
      const kept = keptFor(app, 'one')
      expect(keptFor(app, 'one')).toBe(kept)
      expect(keptFor(other, 'one')).not.toBe(kept)
      expect(keptFor(app, 'two')).not.toBe(kept)
      expect(keptFor(app, 'one')).not.toBe(kept)
    })
  })
})
