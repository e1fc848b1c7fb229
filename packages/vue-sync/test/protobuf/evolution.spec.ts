import { beforeEach, describe, expect, it, vi } from 'vitest'
import { protobuf } from '../../src/codecs/protobuf.ts'
import { DIFFERENCES, type Json } from '../../src/protocol/index.ts'
import { described } from './described.ts'
import { createLinked } from './linked.ts'

beforeEach(() => void vi.spyOn(console, 'warn').mockImplementation(() => {}))

type Fields = Parameters<typeof described>[0]
const codecOf = (...schema: Parameters<typeof described>) =>
  protobuf({ stores: { board: described(...schema) } })

const BASE: Fields = { title: [1, 'string'], score: [2, 'int32'] }

interface Case {
  /** What the host's schema has besides `BASE`, or instead of it. */
  host: Fields
  viewer: Fields
  /** What the host's store has besides a title. */
  state: Record<string, Json>
  /** What it changes to. */
  next: Record<string, Json>
  /** What the viewer then has besides the title. */
  shown: Record<string, Json>
  problem?: [path: string, reason: RegExp]
}

const CASES: [string, Case][] = [
  [
    'a field that the viewer does not know yet',
    {
      host: { ...BASE, added: [3, 'string'] },
      viewer: BASE,
      state: { score: 1, added: 'a' },
      next: { score: 2, added: 'b' },
      shown: { score: 2 },
    },
  ],
  [
    'a field that the host does not have any more',
    {
      host: { title: [1, 'string'] },
      viewer: BASE,
      state: {},
      next: { title: 'b' },
      shown: { title: 'b' },
    },
  ],
  [
    'a renamed field of the same number',
    {
      host: { title: [1, 'string'], points: [2, 'int32'] },
      viewer: BASE,
      state: { points: 1 },
      next: { points: 2 },
      shown: { score: 2 },
    },
  ],
  ...(['int64', 'uint32', 'uint64', 'bool'] as const).map((type): [string, Case] => [
    `int32 that the host has as ${type}`,
    {
      host: { ...BASE, score: [2, type] },
      viewer: BASE,
      state: { score: type === 'bool' ? false : 1 },
      next: { score: type === 'bool' ? true : 7 },
      shown: { score: type === 'bool' ? 1 : 7 },
    },
  ]),
  [
    'int32 that the host has as int64, with a value that it cannot hold',
    {
      host: { ...BASE, score: [2, 'int64'] },
      viewer: BASE,
      state: { score: 1 },
      next: { score: 5_000_000_000 },
      shown: { score: null },
      problem: ['score', /int32/],
    },
  ],
  [
    'int32 that the host has as an enum',
    {
      host: { ...BASE, score: [2, 'Phase'] },
      viewer: BASE,
      state: { score: 'NONE' },
      next: { score: 'ONE' },
      shown: { score: 1 },
    },
  ],
  [
    'text that the host has as bytes',
    {
      host: { ...BASE, title: [1, 'bytes'] },
      viewer: BASE,
      state: { title: 'aGk=' },
      next: { title: 'aG8=' },
      shown: { title: 'ho' },
    },
  ],
  [
    'bytes that are not text',
    {
      host: { ...BASE, title: [1, 'bytes'] },
      viewer: BASE,
      state: { title: 'aGk=' },
      next: { title: '/w==' },
      shown: { title: null },
      problem: ['title', /string/],
    },
  ],
  ...(['string', 'double', 'fixed32', 'sint32', 'float'] as const).map((type): [string, Case] => [
    `int32 that the host has as ${type}`,
    {
      host: { ...BASE, score: [2, type] },
      viewer: BASE,
      state: { score: type === 'string' ? 'a' : 1 },
      next: { title: 'b', score: type === 'string' ? 'b' : 2 },
      shown: { title: 'b' },
      problem: ['score', new RegExp(`${type}.*int32`)],
    },
  ]),
  [
    'a single value that the host has as a list',
    {
      host: { ...BASE, score: [2, 'repeated int32'] },
      viewer: BASE,
      state: { score: [1] },
      next: { title: 'b', score: [1, 2] },
      shown: { title: 'b' },
      problem: ['score', /list of int32.*int32/],
    },
  ],
  [
    'a list that the host has as a single value',
    {
      host: BASE,
      viewer: { ...BASE, score: [2, 'repeated int32'] },
      state: { score: 1 },
      next: { title: 'b', score: 2 },
      shown: { title: 'b' },
      problem: ['score[]', /int32.*list of int32/],
    },
  ],
]

describe('schemas of different versions', () => {
  it.each(CASES)('%s', (_, { host, viewer, state, next, shown, problem }) => {
    const title = host['title']![1] === 'bytes' ? 'aA==' : 'a'
    const linked = createLinked(codecOf(host), codecOf(viewer), () => ({ title, ...state }))
    linked.publisher.flush()
    for (const [key, value] of Object.entries(next)) linked.source[key] = value
    linked.publisher.flush()
    const expected: Record<string, Json> = { title: 'a', ...shown }
    expect(linked.shown()).toEqual(expected)
    expect(linked.resyncs()).toBe(0)
    // A difference by design is no reason to load the state again and again.
    for (const hashes of linked.compareHashes()) expect(hashes.viewer).toBeUndefined()
    const { list } = linked.mirror.problems
    expect(list.map(({ code, store, path }) => [code, store, path])).toEqual(
      problem ? [['VS125', 'board', problem[0]]] : [],
    )
    if (problem) expect(list[0]!.reason).toMatch(problem[1])
  })

  it('an added enum value is a number at the viewer', () => {
    const fields: Fields = { phase: [1, 'Phase'] }
    const linked = createLinked(
      codecOf(fields, {}, ['NONE', 'ONE', 'TWO']),
      codecOf(fields, {}, ['NONE', 'ONE']),
      () => ({ phase: 'ONE' }),
    )
    linked.publisher.flush()
    expect(linked.shown()).toEqual({ phase: 'ONE' })
    linked.source['phase'] = 'TWO'
    linked.publisher.flush()
    expect(linked.shown()).toEqual({ phase: 2 })
    expect(linked.mirror.problems.list).toEqual([])
  })

  it('ignores operations inside fields that the viewer does not know, and applies the others', () => {
    const row: Fields = { id: [1, 'int32'], name: [2, 'string'] }
    const host = codecOf(
      { rows: [1, 'repeated Row'], extra: [2, 'repeated Row'] },
      { Row: { ...row, label: [2, 'string'], tags: [3, 'repeated string'], name: [4, 'string'] } },
    )
    const viewer = codecOf({ lines: [1, 'repeated Row'] }, { Row: row })
    const rows = Array.from({ length: 30 }, (_, id) => ({ id, label: `row ${id}`, tags: ['a'] }))
    const linked = createLinked(host, viewer, () => ({ rows, extra: structuredClone(rows) }))
    linked.publisher.flush()
    const list = linked.source['rows'] as { id: number; label: string; tags: string[] }[]
    const extra = linked.source['extra'] as typeof list
    list[3]!.label = 'changed'
    list[4]!.tags.push('b')
    list.splice(10, 2)
    list.unshift(list.pop()!)
    extra[2]!.label = 'unseen'
    extra.push(extra.shift()!)
    linked.publisher.flush()
    const expected = list.map(({ id, label }) => ({ id, name: label }))
    expect(linked.shown()).toEqual({ lines: expected })
    expect(linked.resyncs()).toBe(0)
  })

  it('says that the viewer has no schema for a store, and shows the others', () => {
    const viewer = protobuf({ stores: {} })
    const linked = createLinked(codecOf(BASE), viewer, () => ({ title: 'a', score: 1 }))
    linked.publisher.flush()
    expect(linked.shown()).toBeUndefined()
    expect(linked.mirror.problems.list).toMatchObject([{ code: 'VS125', store: 'board' }])
    linked.source['score'] = 2
    linked.publisher.flush()
    expect(linked.resyncs()).toBe(0)
  })

  it('reads a store for which only the viewer has a schema', () => {
    const linked = createLinked(protobuf({ stores: {} }), codecOf(BASE), () => ({
      title: 'a',
      rows: Array.from({ length: 30 }, (_, id) => ({ id })),
    }))
    linked.publisher.flush()
    ;(linked.source['rows'] as Json[]).push({ id: 30 })
    linked.publisher.flush()
    expect(linked.shown()).toEqual(linked.expected())
    expect(linked.resyncs()).toBe(0)
  })

  it('compares hashes again when both have the same schema', () => {
    const viewer = codecOf(BASE)
    const newer = codecOf({ ...BASE, added: [3, 'string'] })
    const older = codecOf(BASE)
    const message = { payload: { board: { title: 'a' } } }
    const type = 'session_update'
    const decoded = (host: typeof newer): object =>
      viewer.decode(host.encode(message, { type }), { type }) as object
    expect(DIFFERENCES in decoded(newer)).toBe(true)
    expect(DIFFERENCES in decoded(older)).toBe(false)
  })

  it('clears a problem when a later state fits', () => {
    const linked = createLinked(codecOf({ ...BASE, score: [2, 'int64'] }), codecOf(BASE), () => ({
      title: 'a',
      score: 5_000_000_000,
    }))
    linked.publisher.flush()
    expect(linked.shown()).toEqual({ title: 'a' })
    expect(linked.mirror.problems.list).toHaveLength(1)
    linked.source['score'] = 5
    linked.publisher.flushAll()
    expect(linked.shown()).toEqual({ title: 'a', score: 5 })
    expect(linked.mirror.problems.list).toEqual([])
  })
})
