import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyPatch, clone, type Json, share } from '../../protocol/index.ts'
import { diffValue } from './patch-diff.ts'
import { anyJson } from '../../../test/json-arbitrary.ts'

const json = anyJson()

/** `apply(diff(a, b), a)`, with the patch sent as JSON text. */
function through(a: Json, b: Json): Json {
  const patch = diffValue(a, b, '/v')
  if (!patch) return b
  const state = applyPatch({ v: a }, JSON.parse(JSON.stringify(patch)) as never)
  return state.v
}

const makeRows = (count: number) =>
  Array.from({ length: count }, (_, id) => ({
    id,
    name: `row ${id}`,
    value: id * 2,
    tags: ['a'],
    at: { x: id },
  }))

describe('diffValue', () => {
  it('gives a patch that turns any JSON into any other', () => {
    fc.assert(
      fc.property(json, json, (a, b) => {
        const before = clone(a)
        expect(through(a, share(a, clone(b)))).toEqual(b)
        expect(a, 'what was there is not written').toEqual(before)
      }),
      { numRuns: 1000 },
    )
  })

  it('gives a right patch for many list changes at once', () => {
    type Rows = { id: number; n: number }[]
    const at = fc.nat(30)
    const step: fc.Arbitrary<(rows: Rows) => void> = fc.oneof(
      at.map((n) => (rows: Rows) => void rows.push({ id: 100 + n, n })),
      at.map((n) => (rows: Rows) => void rows.unshift({ id: 200 + n, n })),
      fc.constant((rows: Rows) => void rows.pop()),
      fc.constant((rows: Rows) => void rows.shift()),
      fc.constant((rows: Rows) => void rows.reverse()),
      fc.constant((rows: Rows) => void rows.sort((a, b) => a.n - b.n)),
      fc.tuple(at, at).map(
        ([from, count]) =>
          (rows: Rows) =>
            void rows.splice(from, count % 4),
      ),
      fc.tuple(at, at).map(([a, b]) => (rows: Rows) => {
        if (a < rows.length && b < rows.length) [rows[a], rows[b]] = [rows[b]!, rows[a]!]
      }),
      fc.tuple(at, at).map(([index, n]) => (rows: Rows) => {
        if (rows[index]) rows[index] = { ...rows[index], n }
      }),
      at.map((index) => (rows: Rows) => {
        if (rows[index]) rows.push(rows[index])
      }),
    )
    fc.assert(
      fc.property(fc.nat(25), fc.array(step, { maxLength: 12 }), (count, steps) => {
        const before = Array.from({ length: count }, (_, id) => ({ id, n: (id * 7) % 5 }))
        const after = [...before]
        for (const act of steps) act(after)
        expect(through(before, after)).toEqual(after)
      }),
      { numRuns: 2000 },
    )
  })

  it('gives a right patch for lists of plain values with duplicates', () => {
    const list = fc.array(fc.nat(4), { maxLength: 20 })
    fc.assert(
      fc.property(list, list, (a, b) => {
        expect(through(a, b)).toEqual(b)
      }),
      { numRuns: 2000 },
    )
  })

  const rows = makeRows(1000)
  const swap = (list: Json[], a: number, b: number) => {
    const copy = [...list]
    ;[copy[a], copy[b]] = [copy[b]!, copy[a]!]
    return copy
  }
  it.each<[string, Json, string[]]>([
    ['push', [...rows, { id: -1 }], ['add /v/1000']],
    ['pop', rows.slice(0, -1), ['remove /v/999']],
    ['shift', rows.slice(1), ['remove /v/0']],
    ['unshift', [{ id: -1 }, ...rows], ['add /v/0']],
    ['insert', rows.toSpliced(500, 0, { id: -1 } as never), ['add /v/500']],
    [
      'splice',
      rows.toSpliced(500, 2, { id: -1 } as never),
      ['remove /v/501', 'remove /v/500', 'add /v/500'],
    ],
    ['swap', swap(rows, 3, 900), ['move /v/900 /v/3', 'move /v/4 /v/900']],
    ['to the front', [rows[500]!, ...rows.toSpliced(500, 1)], ['move /v/500 /v/0']],
    ['sliding window', [...rows.slice(1), { id: -1 }], ['remove /v/0', 'add /v/999']],
    ['one field', rows.with(500, { ...rows[500]!, name: 'x' }), ['replace /v/500/name']],
    [
      'two rows far apart',
      rows.with(5, { ...rows[5]!, value: 0 }).with(900, { ...rows[900]!, value: 0 }),
      ['replace /v/5/value', 'replace /v/900/value'],
    ],
    [
      'a changed row behind an insertion',
      [{ id: -1 }, ...rows.with(500, { ...rows[500]!, name: 'x' })],
      ['add /v/0', 'replace /v/501/name'],
    ],
  ])('makes a small patch for %s', (_, after, expected) => {
    const patch = diffValue(rows, after, '/v')!
    const operations = patch.map(({ op, from, path }) =>
      [op, ...(from ? [from] : []), path].join(' '),
    )
    expect(operations).toEqual(expected)
    expect(applyPatch({ v: rows as Json }, patch).v).toEqual(after)
  })

  it('gives no patch when it would be large', () => {
    const shuffled = rows.map((_, index) => rows[(index * 387) % 1000]!)
    expect(diffValue(rows, shuffled, '/v')).toBeUndefined()
  })

  it('escapes special characters in paths', () => {
    expect(diffValue({ 'a/b~c': 1, k: 1 }, { 'a/b~c': 2, k: 1 }, '/v')).toEqual([
      { op: 'replace', path: '/v/a~1b~0c', value: 2 },
    ])
  })
})
