import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { reactive, toRaw } from 'vue'
import { createRuns } from './tracked-list.ts'

function setup(count: number) {
  const list = reactive(Array.from({ length: count }, (_, id) => ({ id })))
  let made = 0
  const read = createRuns(toRaw(list), () => made++)
  /** Reads the runs. Gives how many elements are in new ones. */
  const readNew = (): number => {
    const before = made
    const runs = read()
    expect(runs.flatMap(({ items }) => items)).toEqual(toRaw(list))
    let at = 0
    for (const { from, items } of runs) {
      expect(from).toBe(at)
      at += items.length
    }
    return runs.filter(({ node }) => node >= before).reduce((sum, run) => sum + run.items.length, 0)
  }
  readNew()
  return { list, read, readNew }
}

type List = { id: number }[]

describe('the runs of a long array', () => {
  it.each<[string, (list: List) => void]>([
    ['a push', (list) => list.push({ id: -1 })],
    ['a shift', (list) => list.shift()],
    ['an insertion', (list) => list.splice(5000, 0, { id: -1 })],
    ['a replaced element', (list) => (list[5000] = { id: -1 })],
    ['a removed range', (list) => list.splice(3000, 4000)],
  ])('are read again only around %s', (_, change) => {
    const { list, readNew } = setup(10_000)
    change(list)
    expect(readNew()).toBeLessThanOrEqual(300)
  })

  it('are the same when nothing has changed, also inside an element', () => {
    const { list, read } = setup(1000)
    const before = read()
    list[500]!.id = -1
    expect(read()).toBe(before)
  })

  it('stay few and complete under any changes', () => {
    const step = fc.tuple(fc.nat(), fc.nat(300), fc.nat(300))
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const { list, read, readNew } = setup(1000)
        for (const [at, removed, added] of steps) {
          list.splice(
            at % (list.length + 1),
            removed,
            ...Array.from({ length: added }, (_, id) => ({ id })),
          )
          readNew()
          expect(read().length).toBeLessThanOrEqual(list.length / 32 + 2)
        }
      }),
      { numRuns: 50 },
    )
  })
})
