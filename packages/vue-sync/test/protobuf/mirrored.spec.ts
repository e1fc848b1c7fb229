import fc from 'fast-check'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { createCompiler } from '../../src/codecs/protobuf/schema/schema.ts'
import { protobuf } from '../../src/codecs/protobuf.ts'
import { isRecord, type Json } from '../../src/protocol/index.ts'
import { fittingState } from './fitting-state.ts'
import { createLinked } from './linked.ts'
import { BoardSchema } from './proto/board_pb.js'

beforeEach(() => void vi.spyOn(console, 'warn').mockImplementation(() => {}))

const codec = (): ReturnType<typeof protobuf> => protobuf({ stores: { board: BoardSchema } })
const type = createCompiler()(BoardSchema)
const state = fittingState(type)
const plain = (value: unknown): Json => JSON.parse(JSON.stringify(value)) as Json

/** Fields that are always there, so that most changes are deltas. */
const initial = (): Record<string, Json> => ({
  title: '',
  round: 0,
  open: false,
  rows: [],
  limit: null,
  players: {},
  phase: 'PHASE_UNSPECIFIED',
  leader: null,
  scores: [],
  tags: [],
  everything: {},
})

type Store = ReturnType<typeof createLinked>['source']
type Step = (store: Store) => void
const at = fc.nat(8)

/** Changes one field to another value that fits it. */
const setField: fc.Arbitrary<Step> = state.map((values) => (store) => {
  for (const [key, value] of Object.entries(values).slice(0, 2)) store[key] = value
})

const LISTS = ['rows', 'scores', 'tags'] as const
const listSteps = fc.constantFrom(...LISTS).chain((key) =>
  fc.tuple(state, at, at).map(([values, from, count]): Step => (store) => {
    const list = store[key]
    const items = values[key]
    if (!Array.isArray(list)) store[key] = []
    else if (count === 0) list.reverse()
    else if (count === 1) list.unshift(list.pop() ?? (items as Json[] | null)?.[0] ?? null)
    else list.splice(from, count - 2, ...(Array.isArray(items) ? items : []))
  }),
)

/** Changes, adds and removes fields of messages and entries of maps, also deep inside. */
const deepSteps = fc
  .tuple(state, fc.array(at, { minLength: 2, maxLength: 5 }))
  .map(([values, path]): Step => (store) => {
    let to: unknown = store.$state
    let from: unknown = values
    for (const step of path) {
      if (Array.isArray(to) && Array.isArray(from) && to.length > 0 && from.length > 0) {
        const index = step % to.length
        const next: unknown = to[index]
        if (!isRecord(next)) return void (to[index] = from[step % from.length])
        to = next
        from = from[step % from.length]
      } else if (isRecord(to) && isRecord(from)) {
        const keys = Object.keys(from)
        const key = keys[step % keys.length]
        if (key === undefined) return
        if (typeof to[key] !== 'object' || typeof from[key] !== 'object' || to[key] === null) {
          if (step === 0) delete to[key]
          else to[key] = from[key]
          return
        }
        to = to[key]
        from = from[key]
      } else return
    }
  })

describe('protobuf between a host and a viewer', () => {
  it('keeps the viewer and its hash equal to the host, for any changes that fit', () => {
    const rounds = fc.array(fc.array(fc.oneof(setField, listSteps, deepSteps), { maxLength: 3 }), {
      maxLength: 8,
    })
    let deltas = 0
    fc.assert(
      fc.property(rounds, (all) => {
        const linked = createLinked(codec(), codec(), initial)
        linked.publisher.flush()
        for (const steps of all) {
          for (const step of steps) step(linked.source)
          linked.publisher.flush()
          expect(plain(linked.shown())).toEqual(plain(linked.expected()))
          for (const { host, viewer } of linked.compareHashes()) expect(viewer).toBe(host)
        }
        expect(linked.resyncs()).toBe(0)
        expect(linked.problems.every(({ code }) => code === 'VS217')).toBe(true)
        deltas += linked.frames.filter((frame) => frame[9] === 'c'.charCodeAt(0)).length
        linked.stop()
      }),
      { numRuns: 150 },
    )
    // Otherwise this tests whole states only.
    expect(deltas).toBeGreaterThan(150)
  })

  it.each<[string, Json, Json]>([
    ['round', 3, 0],
    ['title', 'a', ''],
    ['open', true, false],
    ['limit', 5, 0],
    ['limit', 0, null],
    ['rows', [{ id: 1 }], []],
    ['players', { a: { name: 'b' } }, {}],
    ['leader', { id: 1 }, null],
    ['leader', { id: 1, name: 'a' }, {}],
    ['phase', 'PHASE_DONE', 'PHASE_UNSPECIFIED'],
  ])('%s changes from %j to %j in a delta', (key, before, after) => {
    const linked = createLinked(codec(), codec(), () => ({ ...initial(), [key]: before }))
    linked.publisher.flush()
    linked.source[key] = after
    linked.publisher.flush()
    expect(linked.shown()).toEqual({ ...initial(), [key]: after })
    expect(new TextDecoder().decode(linked.frames[1])).toContain('"config_update"')
  })

  it.each<[string, (board: Record<string, Json>) => void, string, RegExp]>([
    ['a text in a number', (board) => (board['round'] = '1'), 'round', /integer/],
    ['a fraction in an integer', (board) => (board['round'] = 1.5), 'round', /integer/],
    ['a number that is too large', (board) => (board['round'] = 2 ** 31), 'round', /integer/],
    ['a number in a text', (board) => (board['title'] = 1), 'title', /text/],
    ['an object in a list', (board) => (board['scores'] = {}), 'scores', /list/],
    ['a text in a list', (board) => (board['scores'] = [1, 'a']), 'scores[]', /integer/],
    ['an enum that is not', (board) => (board['phase'] = 'NO'), 'phase', /board\.v1\.Phase/],
    [
      'a date that is none',
      (board) => (board['everything'] = { at: 'now' }),
      'everything.at',
      /date/,
    ],
    [
      'a value in a row',
      (board) => (board['rows'] = [{ id: 1, children: [{ done: 1 }] }]),
      'rows[].children[].done',
      /true or false/,
    ],
  ])('reports %s with store, path and reason, and sends nothing', (_, change, path, reason) => {
    const linked = createLinked(codec(), codec(), initial)
    linked.publisher.flush()
    change(linked.source.$state)
    expect(() => linked.publisher.flush()).toThrow('VS124')
    expect(linked.problems).toEqual([
      { code: 'VS124', store: 'board', path, reason: expect.stringMatching(reason) as string },
    ])
    expect(linked.shown()).toEqual(initial())
    linked.source.$state = initial()
    linked.source['round'] = 2
    linked.publisher.flush()
    expect(linked.shown()).toEqual({ ...initial(), round: 2 })
  })

  it('reports the path of a wrong value that a patch writes', () => {
    const rows = Array.from({ length: 20 }, (_, id) => ({ id, name: `row ${id}` }))
    const linked = createLinked(codec(), codec(), () => ({ ...initial(), rows }))
    linked.publisher.flush()
    ;(linked.source['rows'] as Record<string, Json>[])[3]!['name'] = 5
    expect(() => linked.publisher.flush()).toThrow('VS124')
    expect(linked.problems).toMatchObject([{ path: 'rows[].name' }])
  })

  it('reports a key that the schema does not have once, and carries it', () => {
    const rows = Array.from({ length: 20 }, (_, id) => ({ id, color: 'red' }))
    const linked = createLinked(codec(), codec(), () => ({ ...initial(), rows, extra: [1] }))
    linked.publisher.flush()
    expect(linked.shown()).toEqual({ ...initial(), rows, extra: [1] })
    expect(linked.problems.map(({ code, path }) => [code, path])).toEqual([
      ['VS217', 'rows[].color'],
      ['VS217', 'extra'],
    ])
    ;(linked.source['rows'] as Record<string, Json>[])[3]!['color'] = { is: 'blue' }
    ;(linked.source['extra'] as Json[]).push({ a: 1 })
    linked.publisher.flush()
    expect(linked.shown()).toEqual(linked.expected())
  })

  it('writes values of operations by the types of the schema', () => {
    const rows = Array.from({ length: 50 }, (_, id) => ({ id, name: `row ${id}`, value: id }))
    const linked = createLinked(codec(), codec(), () => ({ ...initial(), rows }))
    linked.publisher.flush()
    const list = linked.source['rows'] as Record<string, Json>[]
    list[7]!['value'] = 0.5
    linked.publisher.flush()
    list.push(list.shift()!)
    linked.publisher.flush()
    expect(linked.shown()).toEqual(linked.expected())
    const bodies = linked.frames.slice(1).map((frame) => frame.length - frame.indexOf(10) - 1)
    expect(Math.max(...bodies)).toBeLessThan(45)
  })
})
