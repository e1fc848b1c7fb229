import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { effect, reactive, toRaw } from 'vue'
import { clone } from '../../protocol/index.ts'
import { reconcile } from './reconcile.ts'
import { anyJson } from '../../../test/json-arbitrary.ts'

const json = anyJson()
const rows = (...ids: number[]) => ids.map((id) => ({ id, at: { x: id } }))

describe('reconcile', () => {
  it('makes the target deeply equal, and shares no object with its arguments', () => {
    fc.assert(
      fc.property(json, json, (before, after) => {
        const target = reactive<{ value: unknown }>({ value: clone(before) })
        const given = { value: clone(after) }
        reconcile(target, given)
        expect(toRaw(target)).toEqual({ value: after })
        if (typeof given.value === 'object' && given.value !== null)
          expect(toRaw(target.value)).not.toBe(given.value)
      }),
      { numRuns: 500 },
    )
  })

  it.each([
    ['insertion at the head', [1, 2, 3], [9, 1, 2, 3]],
    ['insertion in the middle', [1, 2, 3], [1, 9, 2, 3]],
    ['removal at the head', [1, 2, 3], [2, 3]],
    ['removal in the middle', [1, 2, 3, 4], [1, 4]],
    ['appending', [1, 2], [1, 2, 3, 4]],
    ['nothing', [1, 2], [1, 2]],
  ])('keeps the identity of other elements: %s', (_, before, after) => {
    const target = reactive({ list: rows(...before) })
    const kept = new Map(target.list.map((row) => [row.id, row]))
    reconcile(target, { list: rows(...after) })
    expect(target.list.map(({ id }) => id)).toEqual(after)
    for (const row of target.list) if (kept.has(row.id)) expect(row).toBe(kept.get(row.id))
  })

  it('runs only effects that depend on the change', () => {
    const target = reactive({ list: rows(1, 2, 3) })
    const runs = [0, 0, 0]
    for (const [index, row] of target.list.entries())
      effect(() => {
        void row.at.x
        runs[index]!++
      })
    const next = clone(toRaw(target)) as typeof target
    next.list[1]!.at.x = 50
    reconcile(target, next)
    expect(runs).toEqual([1, 2, 1])
  })

  it('fills a very long array without exceeding the argument limit', () => {
    const target = reactive<{ list: unknown[] }>({ list: [] })
    const list = Array.from({ length: 300_000 }, (_, index) => index)
    reconcile(target, { list })
    expect(target.list).toHaveLength(list.length)
    reconcile(target, { list: [-1, ...list] })
    expect([target.list[0], target.list.at(-1)]).toEqual([-1, 299_999])
  })

  it('keeps the elements of a very long array when one is inserted, in less than seconds', () => {
    const target = reactive({ list: rows(...Array(100_000).keys()) })
    const kept = [target.list[0], target.list[99_999]]
    const next = { list: [{ id: -1, at: { x: -1 } }, ...clone(toRaw(target.list))] }
    reconcile(target, next, undefined)
    expect([target.list[1], target.list[100_000]]).toEqual(kept)
    expect(target.list[1]).toBe(kept[0])
    expect(target.list[100_000]).toBe(kept[1])
    expect(target.list[0]).toEqual({ id: -1, at: { x: -1 } })
  })

  it('compares each part once, however deep the change is', () => {
    const big = Array.from({ length: 50_000 }, (_, id) => ({ id }))
    const make = (leaf: number) => {
      let value: unknown = [clone(big), leaf]
      for (let level = 0; level < 400; level++) value = [value]
      return { value }
    }
    const target = reactive(make(1))
    const began = performance.now()
    reconcile(target, make(2))
    expect(performance.now() - began).toBeLessThan(5000)
    expect(toRaw(target)).toEqual(make(2))
  })

  it('replaces an object made by a hook, even with a similar one', () => {
    const target = reactive({ when: new Date(0) })
    reconcile(target, { when: new Date(5) })
    expect(target.when.getTime()).toBe(5)
  })

  it('never changes a prototype', () => {
    const target = reactive<Record<string, unknown>>({ deep: {} })
    reconcile(target, JSON.parse('{"__proto__":{"bad":1},"deep":{"__proto__":{"bad":1},"a":1}}'))
    expect(toRaw(target)).toEqual({ deep: { a: 1 } })
    expect((target as { bad?: number }).bad).toBeUndefined()
    expect(({} as { bad?: number }).bad).toBeUndefined()
  })
})
