import { describe, expect, it } from 'vitest'
import { entriesOf, kindOf, preview } from './tree.ts'

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
  ])('shows %j as %s with the preview %s', (value, kind, text) => {
    expect([kindOf(value), preview(value)]).toEqual([kind, text])
  })

  it('has entries only for objects and arrays', () => {
    expect(entriesOf(['a'])).toEqual([['0', 'a']])
    expect(entriesOf({ a: 1 })).toEqual([['a', 1]])
    expect(entriesOf('text')).toEqual([])
    expect(entriesOf(null)).toEqual([])
  })
})
