import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json } from '../envelope.ts'
import { clone, equal, share } from './share.ts'
import { anyJson } from '../../../test/json-arbitrary.ts'

const json = anyJson()

describe('equal', () => {
  it('agrees with a comparison of JSON texts with sorted keys', () => {
    fc.assert(
      fc.property(json, json, (a, b) => {
        expect(equal(a, clone(a))).toBe(true)
        const text = (value: Json) =>
          JSON.stringify(value, (_, part) =>
            part && typeof part === 'object' && !Array.isArray(part)
              ? Object.fromEntries(Object.entries(part).toSorted(([x], [y]) => (x < y ? -1 : 1)))
              : part,
          )
        expect(equal(a, b)).toBe(text(a) === text(b))
      }),
    )
  })

  it.each([
    [{ a: undefined as never }, {}],
    [{ toString: 1 }, {}],
    [[], {}],
    [[1], { 0: 1 }],
    [null, {}],
  ])('distinguishes %j from %j', (a, b) => {
    expect(equal(a, b)).toBe(false)
    expect(equal(b, a)).toBe(false)
  })

  it('treats an object made by a hook as one value', () => {
    expect(equal(new Date(0) as never, new Date(0) as never)).toBe(false)
  })
})

describe('share', () => {
  it('gives the new value with equal parts of the old one', () => {
    fc.assert(
      fc.property(json, json, (a, b) => {
        expect(share(a, clone(b))).toEqual(b)
        expect(share(a, clone(a))).toBe(a)
      }),
    )
  })

  it('keeps the identity of elements around an insertion or removal', () => {
    const row = fc.record({ id: fc.nat(), tags: fc.array(fc.string(), { maxLength: 2 }) })
    fc.assert(
      fc.property(
        fc.array(row),
        fc.array(row),
        fc.array(row),
        fc.array(row),
        (head, gone, come, tail) => {
          const prev = [...head, ...gone, ...tail] as Json[]
          const next = share(prev, clone([...head, ...come, ...tail] as Json[]))
          for (const index of head.keys()) expect(next[index]).toBe(prev[index])
          for (const index of tail.keys()) {
            const back = index - tail.length
            // Equal rows beside the change may match from either end.
            expect(next.at(back)).toEqual(prev.at(back))
            if (come.length === 0 || gone.length === 0) continue
            expect(prev).toContain(next.at(back))
          }
        },
      ),
    )
  })

  it('gives no part of the old value two places', () => {
    const row = fc.record({ list: fc.array(fc.constantFrom(1, 2), { maxLength: 2 }) })
    fc.assert(
      fc.property(fc.array(row), fc.array(row), (a, b) => {
        const next = share(a as Json[], clone(b as Json[]))
        const parts = next.flatMap((item) => [item, (item as { list: Json }).list])
        expect(new Set(parts).size).toBe(parts.length)
      }),
      { numRuns: 1000 },
    )
  })

  it('never changes a prototype', () => {
    const evil = JSON.parse(
      '{"__proto__":{"bad":1},"constructor":{"prototype":{"bad":1}},"a":1}',
    ) as Json
    for (const made of [clone(evil), share({ a: 0 }, clone(evil))]) {
      expect((made as { bad?: number }).bad).toBeUndefined()
      expect(Object.getPrototypeOf(made)).toBe(Object.prototype)
    }
    expect(({} as { bad?: number }).bad).toBeUndefined()
  })
})

it.each([
  ['a leaf', (leaf: number): Json[] => [leaf]],
  ['a leaf and more elements', (leaf: number): Json[] => Array.from({ length: leaf }, () => leaf)],
])('costs no more for each level when %s changes below 400 levels', (_, make) => {
  const nested = (leaf: number): Json => {
    let value: Json = make(leaf)
    for (let level = 0; level < 400; level++) value = [0, value, leaf]
    return value
  }
  const began = performance.now()
  expect(share(nested(1), nested(2))).toEqual(nested(2))
  expect(performance.now() - began).toBeLessThan(2000)
})
