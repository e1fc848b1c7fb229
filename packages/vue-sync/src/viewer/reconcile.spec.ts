import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { effect, reactive, toRaw } from 'vue'
import { clone } from '../protocol/index.ts'
import { reconcile } from './reconcile.ts'
import { anyJson } from '../../test/json-arbitrary.ts'

const json = anyJson()
const rows = (...ids: number[]) => ids.map((id) => ({ id, at: { x: id } }))

describe('reconcile', () => {
  it('makes the target deeply equal, and never shares with what it was given', () => {
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
  ])('leaves the neighbours what they were: %s', (_, before, after) => {
    const target = reactive({ list: rows(...before) })
    const kept = new Map(target.list.map((row) => [row.id, row]))
    reconcile(target, { list: rows(...after) })
    expect(target.list.map(({ id }) => id)).toEqual(after)
    for (const row of target.list) if (kept.has(row.id)) expect(row).toBe(kept.get(row.id))
  })

  it('runs only what depends on the change', () => {
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

  it('takes a long array whole, without overflowing a call', () => {
    const target = reactive<{ list: unknown[] }>({ list: [] })
    const list = Array.from({ length: 300_000 }, (_, index) => index)
    reconcile(target, { list })
    expect(target.list).toHaveLength(list.length)
    reconcile(target, { list: [-1, ...list] })
    expect([target.list[0], target.list.at(-1)]).toEqual([-1, 299_999])
  })

  it('replaces a value that a hook made, even by a like one', () => {
    const target = reactive({ when: new Date(0) })
    reconcile(target, { when: new Date(5) })
    expect(target.when.getTime()).toBe(5)
  })

  it('never writes a prototype', () => {
    const target = reactive<Record<string, unknown>>({ deep: {} })
    reconcile(target, JSON.parse('{"__proto__":{"bad":1},"deep":{"__proto__":{"bad":1},"a":1}}'))
    expect(toRaw(target)).toEqual({ deep: { a: 1 } })
    expect((target as { bad?: number }).bad).toBeUndefined()
    expect(({} as { bad?: number }).bad).toBeUndefined()
  })
})
