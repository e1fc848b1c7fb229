import { describe, expect, it } from 'vitest'
import { headOf } from '@vue-sync/vue/recording'
import type { View } from '../inspector/model/index.ts'
import { changesOf } from './panel/changes-of.ts'
import type { Playback } from './playback.ts'
import { createTimeline, growth, type TimelineLimits } from './timeline.ts'

const viewOf = (stores: Record<string, object>): View => ({
  ids: Object.keys(stores),
  stores: new Map(Object.entries(stores)),
})

/** A timeline whose messages lead to the given views. */
function create(first: View, limits?: TimelineLimits) {
  let view = first
  let seq = 0
  let next: View | Error = first
  const playback: Playback = {
    view: () => view,
    async play() {
      if (next instanceof Error) throw next
      return (view = next)
    },
    dispose() {},
  }
  const timeline = createTimeline(playback, 1000, limits)
  async function send(to: View | Error, type = 'config_update', epoch = 'e'): Promise<void> {
    next = to
    const frame = JSON.stringify({ type, epoch, seq: ++seq, payload: {} })
    await timeline.add({ at: 1000 + seq, frame, head: headOf(frame) })
  }
  const status = (host: string) =>
    timeline.add({ at: 1000, frame: JSON.stringify({ type: 'status', payload: { host } }) })
  return { timeline, send, status, kinds: () => timeline.moments.map(({ kind }) => kind) }
}

describe('the timeline', () => {
  it('has a moment for each message, with the state before and after it', async () => {
    const [one, two] = [viewOf({ s: { n: 1 } }), viewOf({ s: { n: 2 } })]
    const { timeline, send, kinds } = create(one)
    await send(two)
    expect(kinds()).toEqual(['start', 'change'])
    expect(timeline.moments[1]).toMatchObject({ id: 1, seq: 1, changes: 1, before: one, view: two })
  })

  it('says what happened to the connection and to the host', async () => {
    const { timeline, send, status, kinds } = create(viewOf({}))
    await send(viewOf({ s: { n: 1 } }), 'session_update')
    await status('online')
    await status('online')
    await status('offline')
    await status('online')
    await timeline.add({ at: 1001, event: 'lost' })
    await timeline.add({ at: 1002, event: 'connected' })
    await send(viewOf({ s: { n: 1 } }), 'session_update')
    await send(viewOf({ s: { n: 1 } }), 'session_update', 'f')
    await send(new Error('unreadable'))
    expect(kinds()).toEqual([
      'start',
      'hostOffline',
      'hostOnline',
      'lost',
      'connected',
      'whole',
      'restarted',
      'unreadable',
    ])
  })

  it('numbers the messages of a host that has started again after those before', async () => {
    let view = viewOf({})
    const timeline = createTimeline(
      {
        view: () => view,
        play: async () => (view = viewOf({ s: { n: view.ids.length } })),
        dispose() {},
      },
      undefined,
    )
    for (const [epoch, seq] of [
      ['e', 1],
      ['e', 2],
      ['f', 1],
      ['f', 2],
      ['g', 1],
    ] as const) {
      const type = seq === 1 ? 'session_update' : 'config_update'
      const frame = JSON.stringify({ type, epoch, seq, payload: {} })
      await timeline.add({ at: 1000, frame, head: headOf(frame) })
    }
    expect(timeline.moments.map(({ seq }) => seq)).toEqual([1, 2, 1, 2, 1])
    expect(timeline.moments.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5])
  })

  it('drops the oldest moments, of which the first keeps no earlier state', async () => {
    const { timeline, send } = create(viewOf({ s: { n: 0 } }), { moments: 3 })
    for (let n = 1; n <= 5; n++) await send(viewOf({ s: { n } }))
    expect(timeline.isCut).toBe(true)
    expect(timeline.moments.map(({ id }) => id)).toEqual([3, 4, 5])
    expect(timeline.moments[0]).toMatchObject({ kind: 'start', before: { ids: [] } })
  })

  it('drops moments whose states take too much memory', async () => {
    const { timeline, send } = create(viewOf({ s: { text: '' } }), { bytes: 5000 })
    for (let n = 1; n <= 10; n++) await send(viewOf({ s: { text: `${n}`.padEnd(1000) } }))
    expect(timeline.moments.length).toBeGreaterThan(2)
    expect(timeline.moments.length).toBeLessThan(6)
  })

  it('counts only what is not shared with the state before', () => {
    const rows = Array.from({ length: 100 }, (_, id) => ({ id, name: 'x'.repeat(100) }))
    const changed = rows.with(3, { id: 3, name: 'y' })
    expect(growth(rows, rows)).toBe(0)
    expect(growth(rows, changed)).toBeLessThan(growth(undefined, rows) / 5)
    expect(growth(rows, [{ id: -1, name: 'new' }, ...rows])).toBeLessThan(
      growth(undefined, rows) / 5,
    )
  })
})

describe('the memory that a state takes', () => {
  const large = new Uint8Array(1e6)
  const text = 'x'.repeat(1e6)

  it.each<[string, unknown]>([
    ['bytes', large],
    ['a buffer', large.buffer],
    ['values of a map', new Map([['a', text]])],
    ['keys of a map', new Map([[{ text }, 1]])],
    ['items of a set', new Set([[text]])],
  ])('includes %s', (_, value) => {
    expect(growth({}, { value })).toBeGreaterThan(1e6)
    expect(growth({ value }, { value, other: 1 })).toBeLessThan(200)
  })

  it('includes only what is new in maps and sets', () => {
    const before = { map: new Map([['a', text]]), set: new Set([text]) }
    const now = { map: new Map([...before.map, ['b', '']]), set: new Set([...before.set, '']) }
    expect(growth(before, now)).toBeLessThan(1000)
  })
})

describe('the changes of a moment', () => {
  it('are listed by path, the first three, with the number of the others', async () => {
    const { timeline, send } = create(viewOf({ s: { rows: [1, 2, 3, 4, 5] }, t: { a: 1 } }))
    await send(
      viewOf({ s: { rows: [1, 20, 30, 40, 50] }, t: timeline.moments[0]!.view.stores.get('t')! }),
    )
    const found = changesOf(timeline.moments[1]!)
    expect(found.list.map(({ path, before, after }) => [path, before, after])).toEqual([
      ['s.rows[1]', 2, 20],
      ['s.rows[2]', 3, 30],
      ['s.rows[3]', 4, 40],
    ])
    expect(found).toMatchObject({ more: 1, stores: ['s'] })
    expect(changesOf(timeline.moments[1]!)).toBe(found)
  })

  it('are none where the history begins', () => {
    const { timeline } = create(viewOf({ s: { n: 1 } }))
    expect(changesOf(timeline.moments[0]!)).toEqual({ list: [], more: 0, stores: [] })
  })

  it('say that the order has changed', async () => {
    const rows = [{ id: 1 }, { id: 2 }]
    const { timeline, send } = create(viewOf({ s: { rows } }))
    await send(viewOf({ s: { rows: rows.toReversed() } }))
    const { list, stores } = changesOf(timeline.moments[1]!)
    expect(list).toMatchObject([{ path: 's.rows', type: 'moved' }])
    expect(stores).toEqual(['s'])
  })

  it('name a removed part by where it was', async () => {
    const { timeline, send } = create(viewOf({ s: { a: 1, b: { c: 2 } } }))
    await send(viewOf({ s: { a: 1, b: {} } }))
    expect(changesOf(timeline.moments[1]!).list).toEqual([
      { path: 's.b.c', type: 'removed', before: 2, after: undefined },
    ])
  })
})
