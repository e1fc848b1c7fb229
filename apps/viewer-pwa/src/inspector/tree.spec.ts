import { describe, expect, it } from 'vitest'
import { createFormats } from '../texts/formats.ts'
import { en } from '../texts/en/index.ts'
import { entriesOf, kindOf, preview, toJson } from './tree.ts'

const formats = createFormats('en-GB')
const texts = en(formats).inspector

describe('tree', () => {
  it.each([
    [null, 'null', 'null'],
    [[1], 'array', '1 item'],
    [[1, 2], 'array', '2 items'],
    [{}, 'object', '0 fields'],
    [{ a: 1 }, 'object', '1 field'],
    ['x', 'string', '“x”'],
    [1.5, 'number', '1.5'],
    [false, 'boolean', 'false'],
    [undefined, 'undefined', 'undefined'],
    [-0, 'number', '-0'],
    [12n, 'bigint', '12n'],
    [new Map([['a', 1]]), 'map', 'Map, 1 entry'],
    [new Set([1, 2]), 'set', 'Set, 2 items'],
    [new Date(0), 'date', formats.dateTime(0)],
    [new Date(Number.NaN), 'date', 'Invalid date'],
    [new Uint8Array(3), 'bytes', 'Uint8Array, 3 bytes'],
  ])('shows %o as %s with the preview %s', (value, kind, text) => {
    expect([kindOf(value), preview(value, texts, formats)]).toEqual([kind, text])
  })

  it('shows the keys of a map', () => {
    const map = new Map<unknown, unknown>([
      ['a', 1],
      [{ x: 1 }, 2],
      [3, 4],
    ])
    expect(entriesOf(map).map(([, key, value]) => [key, value])).toEqual([
      ['a', 1],
      ['{"x":1}', 2],
      ['3', 4],
    ])
    expect(entriesOf(new Set(['b']))).toEqual([['0', '0', 'b']])
    expect(toJson({ map, big: 5n })).toBe('{"map":[["a",1],[{"x":1},2],[3,4]],"big":"5"}')
  })

  it('has entries only for values with parts', () => {
    expect(entriesOf(['a'])).toEqual([['0', '0', 'a']])
    expect(entriesOf({ a: 1 })).toEqual([['a', 'a', 1]])
    expect(entriesOf('text')).toEqual([])
    expect(entriesOf(null)).toEqual([])
  })
})
