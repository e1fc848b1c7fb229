import fc from 'fast-check'
import { createPinia, defineStore } from 'pinia'
import { describe, expect, it } from 'vitest'
import { createApp } from 'vue'
import { runsOf } from '../src/host/core/runs.ts'
import { valueForm } from '../src/host/core/plain.ts'
import { equal, hashOf, type Json } from '../src/protocol/index.ts'
import { richValues } from '../src/values/rich-values.ts'
import { publishStore } from './published-store.ts'

interface Row {
  id: number
  tags: string[]
  /** May be long. */
  inner: (number | Row)[]
}
interface State {
  rows: Row[]
  numbers: number[]
  pairs: [number, number[]][]
  deep: { board: { rows: Row[] } }
  other: unknown
}

const makeRow = (id: number, length = 0): Row => ({
  id,
  tags: [`t${id}`],
  inner: Array.from({ length }, (_, index) => index),
})
const makeRows = (length: number) => Array.from({ length }, (_, id) => makeRow(id))

const initial = (): State => ({
  rows: makeRows(400),
  numbers: Array.from({ length: 300 }, (_, id) => id % 7),
  pairs: Array.from({ length: 300 }, (_, id) => [id, [id]]),
  deep: { board: { rows: makeRows(280) } },
  other: null,
})

function setup() {
  const pinia = createPinia()
  createApp({}).use(pinia)
  const store = defineStore('s', { state: initial })(pinia)
  const published = publishStore(store, valueForm(false, richValues()))
  return { ...published, store, shown: () => published.shown()['s'], state: published.shown }
}

type Step = (state: State) => void
const at = fc.nat(1000)
const length = fc.constantFrom(0, 1, 3, 255, 256, 257, 300)
const listOf = (state: State, which: number): Row[] =>
  [state.rows, state.deep.board.rows][which % 2]!

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(at, at, at).map(([which, index, id]): Step => (state) => {
    const row = listOf(state, which)[index]
    if (row) row.id = id
  }),
  fc.tuple(at, at, length).map(([which, index, count]): Step => (state) => {
    const row = listOf(state, which)[index]
    if (row) row.inner = makeRow(0, count).inner
  }),
  fc.tuple(at, at, at).map(([which, index, value]): Step => (state) => {
    const list = listOf(state, which)
    list[index % (list.length + 1)] = makeRow(value, value % 300)
  }),
  fc.tuple(at, at, length, length).map(([which, index, removed, added]): Step => (state) => {
    listOf(state, which).splice(index, removed, ...makeRows(added))
  }),
  at.map(
    (which): Step =>
      (state) =>
        void listOf(state, which).reverse(),
  ),
  at.map(
    (which): Step =>
      (state) =>
        void listOf(state, which).shift(),
  ),
  fc.tuple(at, at).map(([index, value]): Step => (state) => {
    if (state.pairs[index]) state.pairs[index][1].push(value)
  }),
  fc.tuple(at, length).map(([index, count]): Step => (state) => {
    state.numbers.splice(index, count, ...makeRow(0, count % 5).inner.map(Number))
  }),
  length.map(
    (count): Step =>
      (state) =>
        void (state.other = makeRows(count)),
  ),
  // The same list in another place, and in a map.
  fc.constant<Step>((state) => void (state.other = { twice: state.rows })),
  fc.constant<Step>((state) => void (state.other = new Map([['list', state.rows]]))),
  fc.constant<Step>((state) => void (state.rows = [...state.deep.board.rows])),
)

/** The JSON that a viewer must have for `state`, in which only `other` can be a map. */
function plain(state: State): unknown {
  const { other } = state
  const form = other instanceof Map ? { '^map': [...other] } : other
  return JSON.parse(JSON.stringify({ ...state, other: form }))
}

/** `toEqual` takes seconds for so many rows. */
function expectSame(actual: unknown, expected: unknown): void {
  expect(equal(actual as Json, expected as Json)).toBe(true)
}

describe('a state with long lists', () => {
  it('is the same in the viewer after any changes, with the same hash', () => {
    fc.assert(
      fc.property(fc.array(fc.array(step, { maxLength: 3 }), { maxLength: 8 }), (flushes) => {
        const { store, publisher, source, shown, state, sentHash } = setup()
        for (const steps of flushes) {
          for (const act of steps) act(store.$state)
          publisher.flush()
          expectSame(shown(), plain(store.$state))
        }
        expect(sentHash()).toBe(hashOf(state(), new WeakMap()))
        publisher.flushAll()
        expectSame(shown(), plain(store.$state))
        source.stop()
      }),
      { numRuns: 10 },
    )
  })

  it('sends nothing for a change in a long list that was undone', () => {
    const { store, publisher, frames } = setup()
    store.rows.push(makeRow(-1))
    store.rows.pop()
    store.rows.splice(100, 1, store.rows[100]!)
    publisher.flush()
    expect(frames).toHaveLength(1)
  })

  it('follows a number that becomes -0', () => {
    const { store, publisher, shown } = setup()
    expect(store.numbers[7]).toBe(0)
    store.numbers[7] = -0
    publisher.flush()
    expect((shown()!['numbers'] as Json[])[7]).toBe('^f-0')
  })

  it('is not copied for a change in one row', () => {
    const { store, source } = setup()
    const before = runsOf(source.read()['rows'] as Json[])
    store.rows[200]!.id = -1
    const after = runsOf(source.read()['rows'] as Json[])
    expect(after.length).toBeGreaterThan(1)
    expect(after.filter((run) => !before.includes(run))).toHaveLength(1)
  })
})
