import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type AccessRules,
  isOverfull,
  mergeAccess,
  MOST_TOKENS,
  NO_RULES,
  readAccess,
  sameAccess,
  withoutExpired,
} from './access.ts'

const HOUR = 3_600_000

// Few ids and generations, so that the rules of two views often meet.
const token = fc.record(
  {
    id: fc.constantFrom('a', 'b', 'c', 'd'),
    label: fc.constantFrom('x', 'y'),
    expires: fc.constantFrom(1, 2, 3),
    general: fc.constant(true as const),
  },
  { requiredKeys: ['id'] },
)
const rules: fc.Arbitrary<AccessRules> = fc
  .record({
    generation: fc.nat(2),
    tokens: fc.array(token, { maxLength: 4 }),
    revoked: fc.array(fc.constantFrom('main', 'a', 'b', 'c', 'd'), { maxLength: 3 }),
  })
  .map((value) => readAccess(value)!)

const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : 1)

/** Without the order of the lists, which means nothing. */
const plain = ({ generation, tokens, revoked }: AccessRules) => ({
  generation,
  tokens: tokens.toSorted(byId),
  revoked: revoked.toSorted(),
})

/** Whether a view locks out the viewers with a token of this generation. It knows nothing of later ones. */
function locksOut(view: AccessRules, id: string, generation: number): boolean {
  const isRevoked = view.revoked.includes(id)
  if (id === 'main') return isRevoked
  return generation < view.generation || (generation === view.generation && isRevoked)
}

describe('merging access rules', () => {
  it('gives the same in any order and grouping, and as often as it is repeated', () => {
    fc.assert(
      fc.property(rules, rules, rules, (a, b, c) => {
        const ab = mergeAccess(a, b)
        expect(plain(mergeAccess(b, a))).toEqual(plain(ab))
        expect(plain(mergeAccess(ab, c))).toEqual(plain(mergeAccess(a, mergeAccess(b, c))))
        expect(sameAccess(mergeAccess(a, a), a)).toBe(true)
        expect(sameAccess(mergeAccess(ab, b), ab)).toBe(true)
        expect(sameAccess(mergeAccess(a, NO_RULES), a)).toBe(true)
      }),
      { numRuns: 5000 },
    )
  })

  it('lowers no generation, and locks out exactly those that one of the two views locks out', () => {
    fc.assert(
      fc.property(rules, rules, (a, b) => {
        const merged = mergeAccess(a, b)
        expect(merged.generation).toBe(Math.max(a.generation, b.generation))
        for (const id of ['main', 'a', 'b', 'c', 'd', 'other'])
          for (let generation = 0; generation <= merged.generation; generation++)
            expect(locksOut(merged, id, generation)).toBe(
              locksOut(a, id, generation) || locksOut(b, id, generation),
            )
      }),
      { numRuns: 5000 },
    )
  })

  it('survives being stored and read again', () => {
    fc.assert(
      fc.property(rules, rules, (a, b) => {
        const merged = mergeAccess(a, b)
        const read = readAccess(JSON.parse(JSON.stringify(merged)))!
        expect(JSON.stringify(read)).toBe(JSON.stringify(merged))
      }),
    )
  })
})

describe('a revoked token', () => {
  const issued = readAccess({
    generation: 0,
    tokens: [
      { id: 'day', label: 'Day', expires: 100 },
      { id: 'ever', label: 'Ever' },
    ],
    revoked: [],
  })!
  const revoke = (...revoked: string[]) =>
    mergeAccess(issued, { generation: 0, tokens: [], revoked })

  it('leaves the list, or stays without its label until it has expired on every clock', () => {
    const revoked = revoke('day', 'ever')
    expect(revoked).toEqual({
      generation: 0,
      tokens: [{ id: 'day', expires: 100 }],
      revoked: ['day', 'ever'],
    })
    expect(withoutExpired(revoked, 99 + HOUR)).toBe(revoked)
    expect(withoutExpired(revoked, 100 + HOUR)).toEqual({
      generation: 0,
      tokens: [],
      revoked: ['ever'],
    })
  })

  it('that was not revoked leaves the list when it expires', () => {
    expect(withoutExpired(issued, 99)).toBe(issued)
    expect(withoutExpired(issued, 100).tokens).toEqual([{ id: 'ever', label: 'Ever' }])
  })

  it('is dropped with all others by a rotation, which keeps only the revocation of the viewer key', () => {
    const rotated = { generation: 1, tokens: [{ id: 'new' }], revoked: [] }
    expect(mergeAccess(revoke('main', 'day', 'ever'), rotated)).toEqual({
      generation: 1,
      tokens: [{ id: 'new' }],
      revoked: ['main'],
    })
  })
})

it('more than the most tokens or revocations are too many', () => {
  const ids = (count: number) => Array.from({ length: count }, (_, index) => `t${index}`)
  const made = (tokens: number, revoked: number) =>
    isOverfull({
      generation: 0,
      tokens: ids(tokens).map((id) => ({ id })),
      revoked: ids(revoked),
    })
  expect([made(MOST_TOKENS, MOST_TOKENS), made(1001, 0), made(0, 1001)]).toEqual([
    false,
    true,
    true,
  ])
})
