import fc from 'fast-check'
import { Encoder } from 'cbor-x'
import { Packr } from 'msgpackr'
import { describe, expect, it } from 'vitest'
import { anyJson } from './json-arbitrary.ts'
import { isContainer, type Json, MOST_DEPTH } from '../src/protocol/index.ts'
import { cbor } from '../src/codecs/cbor.ts'
import { msgpack } from '../src/codecs/msgpack.ts'

const repeat = (count: number, ...bytes: number[]): number[] =>
  Array.from({ length: count }, () => bytes).flat()
const cycle: Record<string, unknown> = {}
cycle['self'] = cycle

/** Documents of few bytes that announce much, or that are not JSON. */
const HOSTILE: Record<'msgpack' | 'cbor', [string, ArrayLike<number>][]> = {
  msgpack: [
    ['a list of 4 billion', [0xdd, 0xff, 0xff, 0xff, 0xff]],
    ['nested lists of 32 million', repeat(64, 0xdd, 0x02, 0, 0, 0)],
    ['a map of 4 billion', [0xdf, 0xff, 0xff, 0xff, 0xff]],
    ['a text of 4 billion', [0xdb, 0xff, 0xff, 0xff, 0xff]],
    ['a million lists in each other', [...repeat(1_000_000, 0x91), 0xc0]],
    ['bytes', [0xc4, 1, 0]],
    ['an extension', [0xd4, 0x72, 0x40]],
    ['a date', new Packr({}).pack(new Date(0))],
    ['a cycle', new Packr({ structuredClone: true, useRecords: false }).pack(cycle)],
    ['a key that is a list', [0x81, 0x90, 0xc0]],
    ['a number that JSON does not have', [0xcb, 0x7f, 0xf0, 0, 0, 0, 0, 0, 0]],
    ['an integer beyond 2⁵³', [0xcf, 0, 0x20, 0, 0, 0, 0, 0, 0]],
    ['a negative integer beyond 2⁵³', [0xd3, 0xff, 0xe0, 0, 0, 0, 0, 0, 0]],
    ['two documents', [0xc0, 0xc0]],
    ['nothing', []],
  ],
  cbor: [
    ['a list of 4 billion', [0x9a, 0xff, 0xff, 0xff, 0xff]],
    ['a list of 2⁶⁰', [0x9b, 0x10, 0, 0, 0, 0, 0, 0, 0]],
    ['nested lists of 32 million', repeat(64, 0x9a, 0x02, 0, 0, 0)],
    ['a map of 4 billion', [0xba, 0xff, 0xff, 0xff, 0xff]],
    ['a text of 4 billion', [0x7a, 0xff, 0xff, 0xff, 0xff]],
    ['a million lists in each other', [...repeat(1_000_000, 0x81), 0xf6]],
    ['an indefinite list', [0x9f, 0xff]],
    ['bytes', [0x41, 0]],
    ['a date', new Encoder({}).encode(new Date(0))],
    ['a cycle', new Encoder({ structuredClone: true, useRecords: false }).encode(cycle)],
    ['a key that is a list', [0xa1, 0x80, 0xf6]],
    ['a number that JSON does not have', [0xf9, 0x7c, 0]],
    ['undefined', [0xf7]],
    ['another simple value', [0xe0]],
    ['an integer beyond 2⁵³', [0x1b, 0, 0x20, 0, 0, 0, 0, 0, 0]],
    ['a negative integer beyond 2⁵³', [0x3b, 0, 0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]],
    ['a big integer', [0xc2, 0x41, 1]],
    ['two documents', [0xf6, 0xf6]],
    ['nothing', []],
  ],
}

function isJson(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value)
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true
  return isContainer(value) && Object.values(value).every(isJson)
}

/** Numbers as encoders of other languages write them. */
const FOREIGN: Record<'msgpack' | 'cbor', [number, number[]][]> = {
  msgpack: [
    [1764105318418, [0xcf, 0, 0, 0x01, 0x9a, 0xbc, 0xde, 0xf0, 0x12]],
    [2 ** 53 - 1, [0xcf, 0, 0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]],
    [5, [0xcf, 0, 0, 0, 0, 0, 0, 0, 5]],
    [-1764105318418, [0xd3, 0xff, 0xff, 0xfe, 0x65, 0x43, 0x21, 0x0f, 0xee]],
    [1 - 2 ** 53, [0xd3, 0xff, 0xe0, 0, 0, 0, 0, 0, 1]],
    [2 ** 32, [0xd3, 0, 0, 0, 1, 0, 0, 0, 0]],
    [1.5, [0xca, 0x3f, 0xc0, 0, 0]],
    [-0, [0xcb, 0x80, 0, 0, 0, 0, 0, 0, 0]],
  ],
  cbor: [
    [1764105318418, [0x1b, 0, 0, 0x01, 0x9a, 0xbc, 0xde, 0xf0, 0x12]],
    [2 ** 53 - 1, [0x1b, 0, 0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]],
    [5, [0x1b, 0, 0, 0, 0, 0, 0, 0, 5]],
    [-1764105318419, [0x3b, 0, 0, 0x01, 0x9a, 0xbc, 0xde, 0xf0, 0x12]],
    [1 - 2 ** 53, [0x3b, 0, 0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe]],
    [1.5, [0xf9, 0x3e, 0]],
    [-0, [0xf9, 0x80, 0]],
  ],
}

describe.each([msgpack(), cbor()])('$name', (codec) => {
  it.each(FOREIGN[codec.name as 'cbor'])(
    'gives the number %d, however it is encoded',
    (n, bytes) => {
      expect(codec.decode(Uint8Array.from(bytes))).toBe(n)
    },
  )

  it.each(HOSTILE[codec.name as 'cbor'])('refuses %s before it allocates', (_, bytes) => {
    const began = performance.now()
    expect(() => codec.decode(Uint8Array.from(bytes))).toThrow()
    expect(performance.now() - began).toBeLessThan(1000)
  })

  it('carries any JSON, also in a slice of a longer buffer', () => {
    const numbers = fc.oneof(
      fc.maxSafeInteger(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    )
    fc.assert(
      fc.property(anyJson(), fc.array(numbers), (value, list) => {
        const body = { payload: { value, list: list as Json } }
        const bytes = codec.encode(body)
        const padded = new Uint8Array([1, 2, 3, ...bytes, 4])
        const inside = padded.subarray(3, 3 + bytes.length)
        expect(codec.decode(inside)).toEqual(JSON.parse(JSON.stringify(body)))
      }),
    )
  })

  it.each([23, 24, 255, 256, 65_535, 65_536, 70_000])(
    'carries a text of %i characters',
    (length) => {
      const body = { payload: { text: 'x'.repeat(length), ['k'.repeat(length)]: 1 } }
      expect(codec.decode(codec.encode(body))).toEqual(body)
    },
  )

  it('carries as many levels as JSON text may have, and no more', () => {
    const nested = (levels: number): unknown =>
      JSON.parse('['.repeat(levels) + ']'.repeat(levels)) as unknown
    const most = nested(MOST_DEPTH)
    expect(codec.decode(codec.encode(most as object))).toEqual(most)
    expect(() => codec.decode(codec.encode(nested(MOST_DEPTH + 1) as object))).toThrow('too deep')
  })

  it('gives only JSON, for any bytes', () => {
    const mutated = fc.tuple(anyJson(), fc.nat(), fc.nat(255)).map(([value, at, byte]) => {
      const bytes = Uint8Array.from(codec.encode({ value }))
      bytes[at % bytes.length] = byte
      return bytes
    })
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 40 }), mutated), (bytes) => {
        let value: unknown
        try {
          value = codec.decode(bytes)
        } catch {
          return
        }
        expect(isJson(value)).toBe(true)
      }),
      { numRuns: 3000 },
    )
  })
})
