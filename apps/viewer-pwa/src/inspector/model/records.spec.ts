import { describe, expect, it } from 'vitest'
import { columnsOf, numberColumnsOf, openColumnsOf, sortValues, valuesOf } from './records.ts'

const names = (value: unknown) => columnsOf(value)?.map(({ name }) => name)

describe('a table', () => {
  it('has the fields of its records as columns', () => {
    expect(
      names([
        { a: 1, b: 2 },
        { a: 1, c: 3 },
      ]),
    ).toEqual(['a', 'b', 'c'])
    expect(columnsOf([{ a: 1, b: 2 }, { a: 1 }])).toEqual([
      { name: 'a', count: 2 },
      { name: 'b', count: 1 },
    ])
  })

  it.each([
    [[]],
    [[{ a: 1 }]],
    [[1, 2, 3]],
    [[{}, {}]],
    [[[1], [2]]],
    [{ a: { b: 1 } }],
    ['text'],
    [null],
    [[{ a: 1 }, 2, 3]],
    [[new Date(), new Date()]],
  ])('is not made of %o', (value) => {
    expect(columnsOf(value)).toBeUndefined()
  })

  it('is found without reading every record', () => {
    const rows = Array.from({ length: 100_000 }, (_, id) => ({ id }))
    const start = performance.now()
    expect(names(rows)).toEqual(['id'])
    expect(performance.now() - start).toBeLessThan(50)
  })

  it.each<[unknown[], boolean, unknown[]]>([
    [[3, 1, 2], false, [1, 2, 3]],
    [[3, 1, 2], true, [3, 2, 1]],
    [['b10', 'b9', 'á', 'B1'], false, ['á', 'B1', 'b9', 'b10']],
    [[2, undefined, 1, null], false, [1, 2, undefined, null]],
    [[2, undefined, 1], true, [2, 1, undefined]],
    [['x', 1, true], false, [true, 1, 'x']],
    [[3n, 1n], false, [1n, 3n]],
    [[2n, 1, 3n], false, [1, 2n, 3n]],
    [[new Date(2), new Date(1)], false, [new Date(1), new Date(2)]],
    [
      ['x', new Date(1), new Uint8Array(1), new Map()],
      false,
      [new Date(1), 'x', new Uint8Array(1), new Map()],
    ],
    [[Number.NaN, 1], false, [1, Number.NaN]],
  ])('sorts %o (descending: %s) to %o', (values, descending, expected) => {
    const records = values.map((v) => ({ v }))
    const order = sortValues(valuesOf(records, 'v'), { descending }, 'en')
    expect(order.map((at) => values[at])).toEqual(expected)
  })

  it('keeps the order of equal records', () => {
    expect(sortValues([1, 0, 1], { descending: true }, 'en')).toEqual([0, 2, 1])
  })

  it('has at most 100 columns, also of records with very many fields', () => {
    const wide = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`field${at}`, at]))
    expect(names([wide(300_000), wide(300_000)])).toHaveLength(100)
    expect(names([wide(20), wide(101)])?.at(-1)).toBe('field99')
  })
})

describe('an open table', () => {
  const before = [{ name: 'a', count: 2 }]
  const open = (value: unknown) => openColumnsOf(value, before)?.map(({ name }) => name)

  it.each<[string, unknown, string[]]>([
    ['one record', [{ a: 1, b: 2 }], ['a', 'b']],
    ['no records', [], ['a']],
    ['records without fields', [{}, {}], ['a']],
    ['a few other items', [{ a: 1 }, null], ['a']],
  ])('keeps its columns when its list has %s', (_, value, expected) => {
    expect(open(value)).toEqual(expected)
  })

  it.each([['text'], [{ a: 1 }], [null], [undefined], [[1, 2]], [[1, 2, { a: 1 }]]])(
    'has no columns when its value becomes %o',
    (value) => {
      expect(open(value)).toBeUndefined()
    },
  )

  it('has the columns of its list again when that is back', () => {
    expect(openColumnsOf([{ c: 1 }], before)).toEqual([{ name: 'c', count: 1 }])
  })
})

it('finds the columns of numbers, whose headers are aligned like their values', () => {
  const list = [
    { id: 1, big: 1n, name: 'a', mixed: 1, gap: null, none: null },
    { id: 2, big: 2n, name: 'b', mixed: 'x', gap: 7, none: null },
    null,
  ]
  const found = numberColumnsOf(list, ['id', 'big', 'name', 'mixed', 'gap', 'none', 'absent'])
  expect([...found]).toEqual(['id', 'big', 'gap'])
})
