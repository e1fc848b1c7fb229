import { create, toBinary } from '@bufbuild/protobuf'
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { protobuf } from '../../src/codecs/protobuf.ts'
import { createCompiler } from '../../src/codecs/protobuf/schema/schema.ts'
import { isContainer } from '../../src/protocol/index.ts'
import { fittingState } from './fitting-state.ts'
import { BoardSchema, EverythingSchema } from './proto/board_pb.js'
import { BodySchema } from './proto/frame_pb.js'

const codec = protobuf({ stores: { board: BoardSchema, all: EverythingSchema } })
const LEN = WireType.LengthDelimited

/** A body with one store of the given bytes. */
const body = (fields: Uint8Array, id = 'board'): Uint8Array =>
  toBinary(
    BodySchema,
    create(BodySchema, { stores: [{ id, state: { case: 'fields', value: fields } }] }),
  )
const written = (write: (writer: BinaryWriter) => void): Uint8Array => {
  const writer = new BinaryWriter()
  write(writer)
  return writer.finish()
}

/** The same field `depth` times inside itself. */
function nested(number: number, depth: number, ...between: number[]): Uint8Array {
  let bytes: Uint8Array = new Uint8Array()
  for (let level = 0; level < depth; level++) {
    for (const inner of [...between, number]) {
      const inside = bytes
      bytes = written((writer) => void writer.tag(inner, LEN).bytes(inside))
    }
  }
  return bytes
}

const row = nested(6, 2000)
const outline = (types: number): Uint8Array =>
  toBinary(
    BodySchema,
    create(BodySchema, {
      schema: 7,
      outline: {
        stores: [{ id: 'board', type: 0 }],
        // Each type has a leader and a row of the next type.
        types: Array.from({ length: types }, (_, at) => ({
          fields: [8, 11, at + 2, 4, 43, at + 2, 6, 43, at + 2],
        })),
      },
    }),
  )

const HOSTILE: [string, Uint8Array][] = [
  ['a length beyond the end', Uint8Array.of(0x22, 0xff, 0xff, 0xff, 0x7f)],
  ['a store with a length beyond the end', body(Uint8Array.of(0x0a, 0xff, 0xff, 0xff, 0x0f))],
  ['a list with a length beyond the end', body(Uint8Array.of(0x4a, 0xff, 0xff, 0xff, 0x0f, 1))],
  ['messages that nest 2000 levels', body(written((w) => void w.tag(4, LEN).bytes(row)))],
  ['groups that nest 100,000 levels', new Uint8Array(100_000).fill(0xfb)],
  [
    'lists in a Value that nest 2000 levels',
    body(
      written((w) => void w.tag(20, LEN).bytes(nested(6, 2000, 1))),
      'all',
    ),
  ],
  [
    'JSON that nests a million levels',
    toBinary(
      BodySchema,
      create(BodySchema, {
        stores: [{ id: 'x', state: { case: 'json', value: '['.repeat(1_000_000) } }],
      }),
    ),
  ],
  ['a number that JSON does not have', body(Uint8Array.of(9, 0, 0, 0, 0, 0, 0, 0xf0, 0x7f), 'all')],
  ['other members that are no object', toBinary(BodySchema, create(BodySchema, { rest: '[]' }))],
  [
    'a store without fields',
    toBinary(BodySchema, create(BodySchema, { stores: [{ id: 'board' }] })),
  ],
  ['a body that is no message', Uint8Array.of(0x07)],
  ['an outline with ten thousand types', outline(10_000)],
  [
    'an operation without its key',
    toBinary(BodySchema, create(BodySchema, { patch: [{ store: 'board', path: [0] }] })),
  ],
  [
    'an operation that does not exist',
    toBinary(BodySchema, create(BodySchema, { patch: [{ op: 9, store: 'board', path: [1] }] })),
  ],
]

function isJson(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value)
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true
  return isContainer(value) && Object.values(value).every(isJson)
}

describe('protobuf with hostile bytes', () => {
  it.each(HOSTILE)('refuses %s before it allocates', (_, bytes) => {
    const began = performance.now()
    expect(() => codec.decode(bytes, { type: 'session_update' })).toThrow()
    expect(performance.now() - began).toBeLessThan(1000)
  })

  // `JSON.parse` gives Infinity for `1e999`, so a state had a number that JSON does not have.
  it.each(['{"a":1e999}', '{"a":[{"b":-1e999}]}'])('refuses the number in %s', (value) => {
    const bytesOf = (json: string) => {
      const stores = [{ id: 'x', state: { case: 'json' as const, value: json } }]
      return toBinary(BodySchema, create(BodySchema, { stores }))
    }
    expect(() => codec.decode(bytesOf(value))).toThrow()
    expect(() => codec.decode(bytesOf(value.replace('999', '99')))).not.toThrow()
  })

  it('reads an outline with many types that it compares in little time', () => {
    expect(() => codec.decode(outline(300))).not.toThrow()
  })

  it('gives only JSON, for any bytes', () => {
    const compile = createCompiler()
    const state = fc.record({
      board: fittingState(compile(BoardSchema), 1),
      all: fittingState(compile(EverythingSchema), 1),
    })
    const mutated = fc
      .tuple(state, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 }))
      .map(([payload, changes]) => {
        const patch = [
          { op: 'replace', path: '/board/title', value: 'a' },
          { op: 'move', from: '/board/rows/1', path: '/board/rows/0' },
        ]
        const bytes = Uint8Array.from(codec.encode({ payload, patch }, { type: 'session_update' }))
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte
        return bytes
      })
    let read = 0
    fc.assert(
      fc.property(fc.oneof(mutated, fc.uint8Array({ maxLength: 40 }), mutated), (bytes) => {
        let value: unknown
        try {
          value = codec.decode(bytes)
        } catch {
          return
        }
        read++
        expect(isJson(value)).toBe(true)
        expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
      }),
      { numRuns: 800 },
    )
    expect(read).toBeGreaterThan(100)
  })

  it.each([
    [
      'a key of JSON',
      { stores: [{ id: 'x', state: { case: 'json', value: '{"__proto__":{"a":1}}' } }] },
    ],
    ['a store', { stores: [{ id: '__proto__', state: { case: 'json', value: '{"a":1}' } }] }],
  ] as const)('never writes to a prototype by %s', (_, init) => {
    const value = codec.decode(toBinary(BodySchema, create(BodySchema, init as never))) as {
      payload: Record<string, object>
    }
    expect(Object.getPrototypeOf(value.payload)).toBe(Object.prototype)
    for (const store of Object.values(value.payload))
      expect(Object.getPrototypeOf(store)).toBe(Object.prototype)
    expect(({} as Record<string, unknown>)['a']).toBeUndefined()
  })

  it('ignores the key __proto__ in a map and among unknown keys', () => {
    const map = written((w) =>
      w
        .tag(6, LEN)
        .fork()
        .tag(1, LEN)
        .string('__proto__')
        .tag(2, LEN)
        .bytes(new Uint8Array())
        .join(),
    )
    const unknown = written((w) => w.tag(19004, LEN).string('{"__proto__":{"a":1},"b":2}'))
    const decoded = [map, unknown].map((bytes) => codec.decode(body(bytes)) as object)
    expect(decoded).toMatchObject([
      { payload: { board: { players: {} } } },
      { payload: { board: { b: 2 } } },
    ])
  })
})
