import { describe, expect, it } from 'vitest'
import { effect, reactive, toRaw } from 'vue'
import { clone } from '../../protocol/index.ts'
import { reconcile } from './reconcile.ts'

const rows = (count: number) => Array.from({ length: count }, (_, id) => ({ id }))

type Row = { id: number }
const CHANGES: [string, (list: Row[]) => Row[]][] = [
  ['a shift', (list) => list.slice(1)],
  ['an insertion in the middle', (list) => list.toSpliced(500, 0, { id: -1 }, { id: -2 })],
  ['a removal in the middle', (list) => list.toSpliced(500, 3)],
  ['a move to the front', (list) => [list[900]!, ...list.toSpliced(900, 1)]],
  ['a reversal', (list) => list.toReversed()],
  ['an end that is cut off', (list) => list.slice(0, 10)],
  ['many added rows', (list) => [...list, ...rows(500).map(({ id }) => ({ id: -id - 1 }))]],
]

describe('a change of the place of many elements', () => {
  it.each(CHANGES)('notifies each reader once, and each reads the new state: %s', (_, change) => {
    const prev = { list: rows(1000) }
    const target = reactive(clone(prev as never)) as typeof prev
    const byId = new Map(toRaw(target).list.map((row) => [row.id, row]))
    const seen: Record<string, unknown[]> = {}
    const readers: Record<string, () => unknown> = {
      length: () => target.list.length,
      all: () => target.list.map(({ id }) => id).join(),
      first: () => target.list[0]?.id,
      middle: () => target.list[500]?.id,
      last: () => target.list[999]?.id,
      beyond: () => target.list[1001]?.id,
    }
    for (const [name, read] of Object.entries(readers))
      effect(() => void (seen[name] ??= []).push(read()))

    const next = { list: change(prev.list) }
    reconcile(target, next, prev)
    expect(toRaw(target).list).toEqual(next.list)
    for (const [name, read] of Object.entries(readers)) {
      expect(seen[name]!.at(-1), name).toBe(read())
      expect(seen[name]!.length, name).toBeLessThanOrEqual(2)
    }
    for (const row of toRaw(target).list) if (byId.has(row.id)) expect(row).toBe(byId.get(row.id))
  })

  it('does not notify readers of the elements before the change', () => {
    const prev = { list: rows(1000) }
    const target = reactive(clone(prev as never)) as typeof prev
    let runs = 0
    effect(() => {
      void target.list[499]!.id
      runs++
    })
    reconcile(target, { list: prev.list.toSpliced(500, 1) }, prev)
    expect(runs).toBe(1)
  })

  it('works for plain values, without knowledge of the state before', () => {
    const target = reactive({ list: Array.from({ length: 1000 }, (_, index) => index) })
    let first: number | undefined
    effect(() => (first = target.list[0]))
    reconcile(target, { list: toRaw(target).list.slice(1) })
    expect([first, target.list.length, target.list[998]]).toEqual([1, 999, 999])
  })
})
