import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createFormats } from '../../texts/formats.ts'
import { en } from '../../texts/en/index.ts'
import { createItemIds, partsOf } from './parts.ts'
import { countText, previewOf, rowText } from './previews.ts'
import { hasParts, kindOf, shortJson, shownJson, sizeOf, textToCopy, toJson } from './values.ts'

const formats = createFormats('en-GB')
const texts = en(formats).inspector

describe('values', () => {
  it.each([
    [null, 'null', 'null'],
    [[], 'array', '[]'],
    [[1, 2], 'array', '[1, 2]'],
    [{}, 'object', '{}'],
    [{ a: 1 }, 'object', '{ a: 1 }'],
    ['x', 'string', '“x”'],
    ['', 'string', '“”'],
    ['value', 'string', '“value”'],
    ['true', 'string', '“true”'],
    [true, 'boolean', 'true'],
    [false, 'boolean', 'false'],
    [1.5, 'number', '1.5'],
    [-0, 'number', '-0'],
    [Number.NaN, 'number', 'NaN'],
    [Number.NEGATIVE_INFINITY, 'number', '-Infinity'],
    [undefined, 'undefined', 'undefined'],
    [12n, 'bigint', '12n'],
    [new Map([['a', 1]]), 'map', 'Map {"a" => 1}'],
    [new Set([1, 'b']), 'set', 'Set {1, "b"}'],
    [new Date(0), 'date', formats.dateTime(0)],
    [new Date(Number.NaN), 'date', 'Invalid date'],
    [new Uint8Array(3), 'bytes', 'Uint8Array, 3 bytes'],
    [new ArrayBuffer(1), 'bytes', 'ArrayBuffer, 1 byte'],
  ])('shows %o as %s with the text %s', (value, kind, text) => {
    expect([kindOf(value), rowText(value, texts, formats)]).toEqual([kind, text])
  })

  it.each([
    [[1], '1 item'],
    [Array.from({ length: 5000 }), '5,000 items'],
    [{ a: 1 }, '1 field'],
    [new Map([['a', 1]]), 'Map, 1 entry'],
    [new Set([1, 2]), 'Set, 2 items'],
  ])('counts the parts of %o', (value, text) => {
    expect(countText(value, texts)).toBe(text)
  })

  it.each([
    [[]],
    [{}],
    [new Map()],
    [new Set()],
    ['text'],
    [null],
    [new Date()],
    [new Uint8Array(2)],
  ])('has nothing to open in %o', (value) => {
    expect([sizeOf(value), [...partsOf(value, createItemIds())]]).toEqual([0, []])
  })

  it('shows the keys of a map', () => {
    const map = new Map<unknown, unknown>([
      ['a', 1],
      [{ x: 1 }, 2],
      [3, 4],
      ['3', 5],
    ])
    const parts = [...partsOf(map, createItemIds())]
    expect(parts.map(({ name, value }) => [name, value])).toEqual([
      ['a', 1],
      ['{"x":1}', 2],
      ['3', 4],
      ['3', 5],
    ])
    expect(new Set(parts.map(({ id }) => id)).size).toBe(4)
    expect(toJson({ map, big: 5n })).toBe('{"map":[["a",1],[{"x":1},2],[3,4],["3",5]],"big":"5"}')
  })

  it('knows which values have parts', () => {
    expect([[], {}, new Map(), new Set()].map(hasParts)).toEqual([true, true, true, true])
    expect(['', null, undefined, 0n, new Date(), new Uint8Array(1)].some(hasParts)).toBe(false)
  })
})

describe('a preview', () => {
  it.each([
    [{ id: 7, name: 'Ada', tags: ['x'], at: {} }, '{ id: 7, name: "Ada", tags: […], at: {} }'],
    [{ 'odd key': 1, größe: 2 }, '{ "odd key": 1, größe: 2 }'],
    [[{ a: 1 }, [], null], '[{…}, [], null]'],
    [{ text: 'x'.repeat(50) }, `{ text: "${'x'.repeat(24)}…" }`],
  ])('of %o is %s', (value, text) => {
    expect(previewOf(value)).toBe(text)
  })

  it('is short for long lists and wide objects', () => {
    const numbers = previewOf(Array.from({ length: 5000 }, (_, at) => at))
    expect(numbers).toMatch(/^\[0, 1, 2, .*, …\]$/)
    expect(numbers.length).toBeLessThan(140)
    const wide = Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`field${at}`, at]))
    expect(previewOf(wide)).toMatch(/, … \}$/)
    expect(previewOf({ ['k'.repeat(400)]: 1 }).length).toBeLessThan(60)
  })
})

describe('the short text of a value', () => {
  it.each([
    ['', '""'],
    ['say "a"', '"say \\"a\\""'],
    [2.5, '2.5'],
    [undefined, 'undefined'],
  ])('is the JSON of %o', (value, text) => {
    expect(shortJson(value)).toBe(text)
  })

  it('is short for long texts and for bytes, in the page as well as in names of maps', () => {
    expect(shortJson('x'.repeat(48_000))).toHaveLength(200)
    expect(shortJson('"'.repeat(48_000))).toHaveLength(200)
    const bytes = [new Uint8Array(1_000_000), new ArrayBuffer(1_000_000)] as const
    expect(bytes.map(shortJson)).toEqual(['Uint8Array', 'ArrayBuffer'])
    const map = new Map([[bytes[0], 1]])
    expect([...partsOf(map, createItemIds())].map(({ name }) => name)).toEqual(['Uint8Array'])
  })
})

describe('the beginning of the JSON of a value', () => {
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      fc.oneof(fc.string(), fc.integer(), fc.bigInt(), fc.date(), fc.constantFrom(null, undefined)),
      fc.uint8Array(),
      fc.array(tie('tree')),
      fc.array(tie('tree')).map((items) => new Set(items)),
      fc.array(fc.tuple(fc.string(), tie('tree'))).map((entries) => new Map(entries)),
      fc.dictionary(fc.oneof(fc.string(), fc.constant('__proto__')), tie('tree')),
    ),
  }))

  it('is that of the whole JSON', () => {
    fc.assert(
      fc.property(tree, fc.nat(60), (value, most) => {
        const whole = toJson(value, 2)
        const shown = shownJson(value, most)
        expect(shown.slice(0, most)).toBe(whole.slice(0, most))
        expect(shown.length > most).toBe(whole.length > most)
      }),
    )
  })

  it('reads no more of a large value than it needs', () => {
    let reads = 0
    const items = new Proxy(
      Array.from({ length: 100_000 }, (_, id) => ({ id })),
      {
        get(target, name, receiver) {
          reads++
          return Reflect.get(target, name, receiver) as unknown
        },
      },
    )
    expect(shownJson({ items }, 10_000).slice(0, 31)).toBe('{\n  "items": [\n    {\n      "id"')
    expect(reads).toBeLessThan(10_000)
    expect(
      shownJson({ text: 'x'.repeat(1e6), bytes: new Uint8Array(1e6) }, 100).length,
    ).toBeLessThan(2000)
  })
})

describe('the copy of a value', () => {
  it.each([
    ['a "text"', 'a "text"'],
    [7n, '7n'],
    [null, 'null'],
    [{ a: 1 }, '{\n  "a": 1\n}'],
    [new Uint8Array([1, 255]), '[\n  1,\n  255\n]'],
    [new Uint8Array([1, 255]).buffer, '[\n  1,\n  255\n]'],
  ])('of %o is %s', (value, text) => {
    expect(textToCopy(value)).toBe(text)
  })
})
