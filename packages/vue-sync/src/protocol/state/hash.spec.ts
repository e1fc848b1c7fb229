import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyJson } from '../../../test/json-arbitrary.ts'
import type { Json } from '../envelope.ts'
import { hashOf } from './hash.ts'
import { clone, equal } from './share.ts'

const hash = (value: Json) => hashOf(value, new WeakMap())

/** The same value with the keys of every object in another order. */
function turned(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(turned)
  const entries = Object.entries(value).toReversed()
  return Object.fromEntries(entries.map(([key, item]) => [key, turned(item)]))
}

describe('hashOf', () => {
  it('is the same for equal values with any order of keys', () => {
    fc.assert(
      fc.property(anyJson(), (value) => {
        expect(hash(turned(clone(value)))).toBe(hash(value))
      }),
    )
  })

  it('differs for different values', () => {
    fc.assert(
      fc.property(anyJson(), anyJson(), (a, b) => {
        if (!equal(a, b)) expect(hash(a)).not.toBe(hash(b))
      }),
      { numRuns: 1000, seed: 1 },
    )
  })

  it.each<[Json, Json]>([
    [1, '1'],
    [null, 'null'],
    [[], {}],
    [[[]], []],
    [
      [1, 2],
      [2, 1],
    ],
    [[0], [0, 0]],
    [
      { a: 1, b: 2 },
      { a: 2, b: 1 },
    ],
    [{ a: { b: 1 } }, { b: { a: 1 } }],
  ])('differs for %j and %j', (a, b) => {
    expect(hash(a)).not.toBe(hash(b))
  })

  it('does not read cached containers again', () => {
    const cache = new WeakMap<object, number>()
    const rows = [{ n: 1 }, { n: 2 }]
    const before = hashOf(rows, cache)
    // A cached container is not read again, which is why state must be immutable.
    rows[0]!.n = 99
    expect(hashOf([...rows], cache)).toBe(before)
  })
})
