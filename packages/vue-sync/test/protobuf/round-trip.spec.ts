import { fromBinary } from '@bufbuild/protobuf'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createCompiler } from '../../src/codecs/protobuf/schema/schema.ts'
import { protobuf } from '../../src/codecs/protobuf.ts'
import { DIFFERENCES, hashOf, type Json, type Payload } from '../../src/protocol/index.ts'
import { fittingState } from './fitting-state.ts'
import { BoardSchema, EverythingSchema, Phase } from './proto/board_pb.js'
import { BodySchema } from './proto/frame_pb.js'

const codec = protobuf({ stores: { board: BoardSchema, all: EverythingSchema } })
const compile = createCompiler()
const normal = (value: Json): unknown => JSON.parse(JSON.stringify(value))

interface Body {
  payload: Payload
  patch?: unknown
}
const through = (body: Body): Body => codec.decode(codec.encode(body)) as Body

describe('protobuf', () => {
  it('carries any state that fits, with its presence, nulls and unknown keys', () => {
    const state = fc.record({
      board: fittingState(compile(BoardSchema)),
      all: fittingState(compile(EverythingSchema)),
      free: fc.dictionary(fc.constantFrom('a', 'b'), fc.jsonValue() as fc.Arbitrary<Json>),
    })
    fc.assert(
      fc.property(state, (payload) => {
        const body = normal({ payload } as never) as Body
        const arriving = codec.arriving!(body.payload)
        const received = through(body)
        expect(normal(received.payload)).toEqual(normal(arriving))
        expect(DIFFERENCES in received).toBe(false)
        expect(hashOf(received.payload, new WeakMap())).toBe(hashOf(arriving, new WeakMap()))
      }),
      { numRuns: 300 },
    )
  })

  it.each<[string, Record<string, Json>]>([
    ['zeros', { title: '', round: 0, open: false, phase: 'PHASE_UNSPECIFIED', limit: 0 }],
    ['nulls', { title: null, rows: null, players: null, leader: null, limit: null }],
    ['empty lists, maps and objects', { rows: [], players: {}, scores: [], leader: {} }],
    ['nothing', {}],
    ['a null inside a list and a map', { scores: [1, null], players: { a: null } }],
    ['lone surrogates', { title: 'a\ud83d', tags: ['\udc00'] }],
    ['keys of objects that JavaScript has', { constructor: 1, toString: { a: 1 } }],
    ['enums as names', { phase: 'PHASE_DONE' }],
    ['enums as numbers', { phase: Phase.DONE, players: { a: { phase: Phase.RUNNING } } }],
    ['an enum value that the schema does not name', { phase: 12 }],
    ['enums in both forms', { phase: 2, players: { a: { phase: 'PHASE_RUNNING' } } }],
  ])('carries %s as they are', (_, board) => {
    expect(through({ payload: { board } }).payload).toEqual({ board })
  })

  it('carries the two members of a oneof, and the key that is used', () => {
    for (const all of [{ radius: 0 }, { square: { id: 1 } }, { radius: 1.5, square: null }])
      expect(through({ payload: { all } }).payload).toEqual({ all })
  })

  it('gives a float as the decimal that was written, or the nearest', () => {
    const { payload } = through({ payload: { all: { aFloat: 0.1, floats: [0.123456789, 1e10] } } })
    expect(payload).toEqual({ all: { aFloat: 0.1, floats: [0.12345679, 1e10] } })
  })

  it('keeps the identity of what it does not round', () => {
    const rows = [{ id: 1, value: 0.123456789 }]
    const state: Payload = { board: { rows }, all: { floats: [0.5], square: { id: 2 } } }
    expect(codec.arriving!(state)).toBe(state)
    const rounded = codec.arriving!({ ...state, all: { floats: [0.123456789] } })
    expect(rounded['board']).toBe(state['board'])
    expect(rounded['all']).toEqual({ floats: [0.12345679] })
  })

  it('is read by any Protocol Buffers library', () => {
    const board = {
      title: 'Final',
      round: 0,
      phase: 'PHASE_RUNNING',
      rows: [{ id: 7, name: 'Ada', value: 1.5, note: null }],
      players: { a: { name: 'é', points: -3 } },
      scores: [1, -1, 300],
      everything: { at: '2026-11-26T03:19:11.250Z', struct: { a: [1, null] }, wrapped: 0 },
    }
    const bytes = codec.encode({ payload: { board } }, { type: 'session_update' })
    const body = fromBinary(BodySchema, bytes)
    expect(body.outline!.stores).toMatchObject([{ id: 'all' }, { id: 'board' }])
    const read = fromBinary(BoardSchema, body.stores[0]!.state.value as Uint8Array)
    expect(read).toMatchObject({
      title: 'Final',
      round: 0,
      phase: Phase.RUNNING,
      rows: [{ id: 7, name: 'Ada', value: 1.5, note: '' }],
      players: { a: { name: 'é', points: -3 } },
      scores: [1, -1, 300],
      everything: {
        at: { seconds: 1795663151n, nanos: 250_000_000 },
        struct: { a: [1, null] },
        wrapped: 0,
      },
    })
  })

  it('carries the other members of a body', () => {
    const body = { payload: {}, name: 'Final', started: 1795521395545 }
    expect(through(body)).toEqual(body)
  })
})
