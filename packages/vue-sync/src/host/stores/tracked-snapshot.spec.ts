import { markRaw, reactive, ref, shallowRef, triggerRef } from 'vue'
import { describe, expect, it } from 'vitest'
import type { Json } from '../../protocol/index.ts'
import { type Path, formatPath } from '../core/plain.ts'
import { joined } from '../core/runs.ts'
import { createTrackedReader } from './tracked-snapshot.ts'

function setup() {
  const problems: string[] = []
  const read = createTrackedReader((kind, path) => problems.push(`${formatPath(path)}: ${kind}`))
  const root: Path = { key: 's' }
  return { problems, read: (value: unknown) => joined(read(value, { up: root, key: 'f' }) as Json) }
}

const rows = (count: number) =>
  Array.from({ length: count }, (_, id) => ({ id, tags: [`t${id}`], at: { x: id, y: id + 0.5 } }))

describe('a tracked snapshot', () => {
  it('is plain JSON and independent of the state', () => {
    const { read } = setup()
    const state = reactive({ list: rows(2), name: 'a', none: null, nested: ref({ deep: ref(1) }) })
    const snapshot = read(state)
    expect(snapshot).toEqual({ list: rows(2), name: 'a', none: null, nested: { deep: 1 } })
    state.list[0]!.at.x = 9
    expect(snapshot).toEqual({ list: rows(2), name: 'a', none: null, nested: { deep: 1 } })
  })

  it('is the same object when nothing changed, and when a change was undone', () => {
    const { read } = setup()
    const state = reactive({ list: rows(3) })
    const first = read(state)
    expect(read(state)).toBe(first)
    state.list[1]!.at.x = 5
    state.list[1]!.at.x = 1
    expect(read(state)).toBe(first)
  })

  it('shares all parts that do not contain the change', () => {
    const { read } = setup()
    const state = reactive({ list: rows(3), other: { a: 1 } })
    const before = read(state) as { list: Json[]; other: Json }
    state.list[1]!.at.x = 100
    const after = read(state) as { list: { tags: Json }[]; other: Json }
    expect(after.other).toBe(before.other)
    expect(after.list[0]).toBe(before.list[0])
    expect(after.list[2]).toBe(before.list[2])
    expect(after.list[1]).not.toBe(before.list[1])
    expect(after.list[1]!.tags).toBe((before.list[1] as { tags: Json }).tags)
  })

  it.each<[string, (list: ReturnType<typeof rows>) => void]>([
    ['push', (list) => list.push(...rows(1))],
    ['shift', (list) => list.shift()],
    ['splice', (list) => list.splice(1, 1)],
    ['sort', (list) => list.sort((a, b) => b.id - a.id)],
    ['index write', (list) => (list[0] = list[2]!)],
    ['length', (list) => (list.length = 1)],
    ['new key', (list) => Object.assign(list[0]!, { extra: true })],
    ['deleted key', (list) => delete (list[0] as { tags?: unknown }).tags],
  ])('detects %s', (_, mutate) => {
    const { read } = setup()
    const state = reactive({ list: rows(3) })
    read(state)
    mutate(state.list)
    expect(read(state)).toEqual(JSON.parse(JSON.stringify(state)))
  })

  it.each([256, 257, 1000])('follows every change of a list of %d, chunk by chunk', (count) => {
    const { read } = setup()
    const state = reactive({ list: rows(count) })
    const same = () => expect(read(state)).toEqual(JSON.parse(JSON.stringify(state)))
    same()
    const before = (read(state) as { list: Json[] }).list
    state.list[count - 1]!.at.x = -1
    const after = (read(state) as { list: Json[] }).list
    expect(after.filter((row, index) => row !== before[index])).toHaveLength(1)
    expect(read(state)).toBe(read(state))
    for (const change of [
      () => state.list.push(...rows(300)),
      () => state.list.splice(100, 500),
      () => state.list.unshift(...rows(200)),
      () => (state.list.length = 3),
      () => (state.list = rows(400)),
      () => (state.list[399] = { ...state.list[0]!, id: 7 }),
      () => state.list.reverse(),
    ]) {
      change()
      same()
    }
  })

  it('reads an object that occurs twice once, and updates both places', () => {
    const { read } = setup()
    const shared = { n: 1 }
    const state = reactive({ a: shared, b: { inner: shared } })
    read(state)
    state.a.n = 2
    const snapshot = read(state) as { a: Json; b: { inner: Json } }
    expect(snapshot).toEqual({ a: { n: 2 }, b: { inner: { n: 2 } } })
    expect(snapshot.a).toBe(snapshot.b.inner)
  })

  it('reports values that JSON cannot carry, and keeps the rest', () => {
    const { read, problems } = setup()
    const state = reactive<Record<string, unknown>>({
      ok: 1,
      when: new Date(0),
      map: new Map([[1, 2]]),
      set: new Set([1]),
      none: undefined,
      nan: Number.NaN,
      big: 10n,
      run: () => {},
      list: [undefined, 1],
    })
    state['self'] = state
    expect(read(state)).toEqual({
      ok: 1,
      when: '1970-01-01T00:00:00.000Z',
      nan: null,
      list: [null, 1],
    })
    expect(problems).toEqual([
      'store "s", f.when: Date',
      'store "s", f.map: Map',
      'store "s", f.set: Set',
      'store "s", f.nan: NaN',
      'store "s", f.big: bigint',
      'store "s", f.run: function',
      'store "s", f.list[]: undefined',
      'store "s", f.self: cycle',
    ])
  })

  it('never lets a `__proto__` key become a prototype', () => {
    const { read } = setup()
    const snapshot = read(reactive(JSON.parse('{"__proto__":{"bad":true},"a":1}')))
    expect(snapshot).toEqual({ a: 1 })
    expect((snapshot as { bad?: boolean }).bad).toBeUndefined()
  })

  it('follows a shallowRef when it is replaced', () => {
    const { read } = setup()
    const state = reactive({ inner: shallowRef({ n: 1 }) })
    read(state)
    state.inner = { n: 2 }
    expect(read(state)).toEqual({ inner: { n: 2 } })
  })

  it('detects changes inside a shallowRef when it is triggered, and shares unchanged parts', () => {
    const { read, problems } = setup()
    const list = shallowRef(rows(3))
    const raw = markRaw({ list, other: 1 })
    const before = read(raw) as { list: Json[] }
    list.value[1]!.at.x = 50
    expect(read(raw)).toBe(before)
    triggerRef(list)
    const after = read(raw) as { list: Json[] }
    expect(after.list).toEqual(list.value)
    expect([after.list[0], after.list[2]]).toEqual([before.list[0], before.list[2]])
    expect(after.list[0]).toBe(before.list[0])
    expect(problems).toEqual([])
  })
})
