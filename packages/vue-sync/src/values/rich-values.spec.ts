import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { describeValue, richValue } from '../../test/rich-arbitrary.ts'
import { toPlain, valueForm } from '../host/core/plain.ts'
import type { Json, Payload } from '../protocol/index.ts'
import { richValues } from './rich-values.ts'

/** The form of a value, as a host reads it. */
function encode(value: unknown, values = richValues()): Json {
  const reported: string[] = []
  const form = toPlain(value, { key: 's' }, (kind) => reported.push(kind), {
    form: valueForm(false, values),
  })
  expect(reported).toEqual([])
  return form as Json
}

const decode = (form: Json, values = richValues()): unknown =>
  (values.decode({ s: { f: form } }) as Record<string, Record<string, unknown>>)['s']!['f']

describe('richValues', () => {
  it.each<[unknown, Json]>([
    ['text', 'text'],
    ['^2', '^^2'],
    [{ '^a': 1 }, { '^^a': 1 }],
    [undefined, '^u'],
    [
      [undefined, 1],
      ['^u', 1],
    ],
    [-12n, '^n-12'],
    [Number.NaN, '^fNaN'],
    [-0, '^f-0'],
    [new Date(0), { '^date': '1970-01-01T00:00:00.000Z' }],
    [new Date(Number.NaN), { '^date': null }],
    [
      new Map<unknown, unknown>([
        ['a', new Date(0)],
        [1, new Set([2n])],
      ]),
      {
        '^map': [
          ['a', { '^date': '1970-01-01T00:00:00.000Z' }],
          [1, { '^set': ['^n2'] }],
        ],
      },
    ],
    [new Uint8Array([1, 2, 255]), { '^bytes': ['Uint8Array', 'AQL_'] }],
    [new Float32Array([1.5]), { '^bytes': ['Float32Array', 'AADAPw'] }],
    [new Uint8Array([9, 1, 2, 9]).subarray(1, 3), { '^bytes': ['Uint8Array', 'AQI'] }],
    [new ArrayBuffer(2), { '^bytes': ['ArrayBuffer', 'AAA'] }],
  ])('sends %o as %j', (value, form) => {
    expect(encode(value)).toEqual(form)
    expect(describeValue(decode(form))).toBe(describeValue(value))
  })

  it('gives any value back with its types and its order', () => {
    fc.assert(
      fc.property(richValue, (value) => {
        const form = JSON.parse(JSON.stringify(encode(value))) as Json
        expect(describeValue(decode(form))).toBe(describeValue(value))
      }),
      { numRuns: 1000 },
    )
  })

  it('gives the same object for the same part of a state, and a part without such values as it is', () => {
    const values = richValues()
    const plain = { rows: [{ id: 1 }] }
    const map: Json = { '^map': [['k', plain]] }
    const date: Json = { '^date': '1970-01-01T00:00:00.000Z' }
    const first = values.decode({ s: { map, date, plain } }) as Record<
      string,
      Record<string, unknown>
    >
    const second = values.decode({ s: { map, date, plain, more: 1 } }) as typeof first
    for (const key of ['map', 'date', 'plain']) expect(second['s']![key]).toBe(first['s']![key])
    expect(first['s']!['plain']).toBe(plain)
  })

  it('copies what an app could write to inside a set', () => {
    const item = { n: 1 }
    const set = decode({ '^set': [item] }) as Set<typeof item>
    expect([...set]).toEqual([item])
    expect([...set][0]).not.toBe(item)
  })

  it.each<[string, Json]>([
    ['an unknown string', '^x'],
    ['a string with a mark alone', '^'],
    ['undefined with more text', '^undefined'],
    ['a number that JSON has', '^f1'],
    ['an inherited name', '^ftoString'],
    ['a big integer with a leading zero', '^n01'],
    ['a big integer that takes long to parse', `^n${'9'.repeat(10_001)}`],
    ['an unknown tag', { '^regexp': 'a' }],
    ['a tag beside other keys', { '^date': null, a: 1 }],
    ['a date in another form', { '^date': '2026-11-26' }],
    ['a date that is a number', { '^date': 0 }],
    ['a map that is an object', { '^map': {} }],
    ['an entry of three', { '^map': [[1, 2, 3]] }],
    ['a set that is text', { '^set': 'abc' }],
    ['bytes of an unknown class', { '^bytes': ['Buffer', ''] }],
    ['bytes of an inherited name', { '^bytes': ['constructor', ''] }],
    ['bytes that are not base64url', { '^bytes': ['Uint8Array', 'a+b='] }],
    ['bytes that are no whole element', { '^bytes': ['Int16Array', 'AQ'] }],
  ])('refuses %s', (_, form) => {
    expect(() => decode(form)).toThrow()
    expect(() => decode({ deep: [form] })).toThrow()
  })

  it('never sets a prototype', () => {
    const form = JSON.parse('{"__proto__":{"polluted":1},"d":{"^date":null}}') as Payload
    const made = decode(form) as { polluted?: number }
    expect(Object.getPrototypeOf(made)).toBe(Object.prototype)
    expect(made.polluted).toBeUndefined()
  })

  it('refuses to send a big integer that would take long to parse', () => {
    const huge = 10n ** 10_000n
    const reported: string[] = []
    toPlain([huge], { key: 's' }, (kind) => reported.push(kind), {
      form: valueForm(false, richValues()),
    })
    expect(reported).toEqual(['bigint'])
  })
})
