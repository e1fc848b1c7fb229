import { createPinia, defineStore } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { createApp, effect, reactive, ref, shallowRef, type ShallowUnwrapRef } from 'vue'
import { createWarn } from '../../diagnostics.ts'
import {
  type ConfigUpdate,
  hashOf,
  type PatchOperation,
  type Payload,
} from '../../protocol/index.ts'
import { createMirror } from './mirror.ts'
import type { StoreRules } from './store-rules.ts'

beforeEach(() => {
  vi.spyOn(console, 'warn').mockImplementation(() => {})
})

function open() {
  const pinia = createPinia()
  createApp({}).use(pinia)
  const mirror = createMirror({ pinia: () => pinia, warn: createWarn() })
  let seq = 0
  const position = () => ({ epoch: 'e', seq: ++seq })
  return {
    mirror,
    adopt<T extends object>(
      id: string,
      setup: () => T,
      rules: StoreRules = {},
    ): ShallowUnwrapRef<T> {
      const store = defineStore(id, setup as () => object)(pinia)
      mirror.adopt(store, rules)
      return store as unknown as ShallowUnwrapRef<T>
    },
    whole: (payload: Payload) => mirror.apply({ type: 'session_update', ...position(), payload }),
    update(payload: Payload, patch?: PatchOperation[]) {
      const message: ConfigUpdate = { type: 'config_update', ...position(), payload }
      return mirror.apply(patch ? { ...message, patch } : message)
    },
    problems: () =>
      mirror.problems.list.map(({ code, store, path }) => [code, store, path].join(' ')),
  }
}

/** Expects the state, the views, the ids and the hash to be the same thing. */
function expectState(mirror: ReturnType<typeof open>['mirror'], expected: Payload): void {
  expect(JSON.stringify(mirror.state)).toBe(JSON.stringify(expected))
  expect(mirror.ids).toEqual(Object.keys(expected))
  expect(mirror.hash()).toBe(hashOf(expected, new WeakMap()))
  for (const [id, fields] of Object.entries(expected)) expect(mirror.view(id).value).toEqual(fields)
}

describe('stores that come and go in a config_update', () => {
  it('shows a store that a merge names first, also in a store of the app', () => {
    const { mirror, whole, update, adopt } = open()
    const more = adopt('more', () => ({ a: ref(0) }))
    whole({ b: { x: 1 } })
    const view = mirror.view('more')
    expect(update({ more: { a: 1 } })).toBe(true)
    expectState(mirror, { b: { x: 1 }, more: { a: 1 } })
    expect([view.value, more.a]).toEqual([{ a: 1 }, 1])
    expect(update({ more: { a: 2 } })).toBe(true)
    expect([view.value, more.a]).toEqual([{ a: 2 }, 2])
  })

  it('adds, replaces, moves and removes stores by a patch', () => {
    const { mirror, whole, update, adopt } = open()
    const b = adopt('b', () => ({ x: ref(0) }))
    whole({ b: { x: 1 } })
    const views = [mirror.view('b'), mirror.view('more')]
    expect(update({}, [{ op: 'add', path: '/more', value: { a: 1 } }])).toBe(true)
    expectState(mirror, { b: { x: 1 }, more: { a: 1 } })
    expect(update({}, [{ op: 'replace', path: '/b', value: { x: 5 } }])).toBe(true)
    expect(b.x).toBe(5)
    expect(update({}, [{ op: 'remove', path: '/b' }])).toBe(true)
    expectState(mirror, { more: { a: 1 } })
    expect([b.x, ...views.map(({ value }) => value)]).toEqual([0, undefined, { a: 1 }])
    expect(update({ b: { x: 7 } })).toBe(true)
    expectState(mirror, { more: { a: 1 }, b: { x: 7 } })
    expect(b.x).toBe(7)
    expect(update({}, [{ op: 'move', from: '/b', path: '/c' }])).toBe(true)
    expectState(mirror, { more: { a: 1 }, c: { x: 7 } })
    expect(b.x).toBe(0)
  })

  it.each<[string, PatchOperation[]]>([
    ['a number', [{ op: 'add', path: '/b', value: 5 }]],
    ['a list', [{ op: 'replace', path: '/b', value: [] }]],
    ['null', [{ op: 'add', path: '/more', value: null }]],
  ])('refuses a patch that makes a store %s, and changes nothing', (_, patch) => {
    const { mirror, whole, update } = open()
    whole({ b: { x: 1 } })
    expect(update({ b: { x: 2 } }, patch)).toBe(false)
    expectState(mirror, { b: { x: 1 } })
  })

  it('refuses more stores than a viewer holds', () => {
    const { mirror, whole, update } = open()
    whole(Object.fromEntries(Array.from({ length: 1000 }, (_, id) => [`s${id}`, {}])))
    expect(update({ more: {} })).toBe(false)
    expect(update({}, [{ op: 'add', path: '/more', value: {} }])).toBe(false)
    expect(mirror.ids).toHaveLength(1000)
  })
})

describe('names', () => {
  it('shows a store without a name, and follows its changes', () => {
    const { mirror, whole, update } = open()
    whole({ '': { a: 1 } })
    expectState(mirror, { '': { a: 1 } })
    expect(update({}, [{ op: 'add', path: '//b', value: 2 }])).toBe(true)
    expectState(mirror, { '': { a: 1, b: 2 } })
  })

  it('tells stores apart whose names have line breaks', () => {
    const { mirror, whole } = open()
    whole({ a: {}, b: {} })
    whole({ 'a\nb': {} })
    expectState(mirror, { 'a\nb': {} })
  })

  it.each(['__proto__', 'constructor', 'toString', 'length', 'hasOwnProperty'])(
    'carries %s as a store, a field and a key, in a merge and in a patch',
    (name) => {
      const { mirror, whole, update, adopt, problems } = open()
      const shown = adopt('s', () => ({ f: ref<unknown>(null) }))
      const parse = (text: string) => JSON.parse(text.replaceAll('KEY', name)) as Payload
      whole(parse('{"s":{"f":1}}'))
      expect(update(parse('{"KEY":{"a":1},"s":{"KEY":1,"f":{"KEY":{"a":1}}}}'))).toBe(true)
      expectState(mirror, parse('{"s":{"f":{"KEY":{"a":1}},"KEY":1},"KEY":{"a":1}}'))
      expect(update(parse('{"KEY":{"a":2},"s":{"KEY":2,"f":{"KEY":{"a":2}}}}'))).toBe(true)
      expectState(mirror, parse('{"s":{"f":{"KEY":{"a":2}},"KEY":2},"KEY":{"a":2}}'))
      const patch: PatchOperation[] = [
        { op: 'replace', path: `/s/f/${name}/a`, value: 3 },
        { op: 'replace', path: `/s/${name}`, value: 3 },
        { op: 'add', path: `/${name}/b`, value: 3 },
      ]
      expect(update({}, patch)).toBe(true)
      expectState(mirror, parse('{"s":{"f":{"KEY":{"a":3}},"KEY":3},"KEY":{"a":2,"b":3}}'))
      expect(update({}, [{ op: 'remove', path: `/s/f/${name}` }])).toBe(true)
      expectState(mirror, parse('{"s":{"f":{},"KEY":3},"KEY":{"a":2,"b":3}}'))
      expect([JSON.stringify(shown.f), problems()]).toEqual(['{}', []])
      expect(Object.getPrototypeOf(shown.f)).toBe(Object.prototype)
    },
  )

  it('lists a reserved key that it keeps out of the app’s stores, until the host has it no longer', () => {
    const { whole, update, adopt, problems } = open()
    const shown = adopt('s', () => ({ f: ref<unknown>({}) }))
    whole(JSON.parse('{"s":{"f":{"a":[{"__proto__":{"bad":1},"b":1}]}}}') as Payload)
    expect(JSON.stringify(shown.f)).toBe('{"a":[{"b":1}]}')
    expect(problems()).toEqual(['VS214 s f'])
    update({}, [{ op: 'add', path: '/s/f/c', value: 1 }])
    expect(problems()).toEqual(['VS214 s f'])
    update({}, [{ op: 'remove', path: '/s/f/a/0/__proto__' }])
    expect(JSON.stringify(shown.f)).toBe('{"a":[{"b":1}],"c":1}')
    expect(problems()).toEqual([])
  })
})

describe('fields that cannot show what the host has', () => {
  it('does not lose the other fields of the message', () => {
    const { whole, adopt, problems } = open()
    const fails = {
      get value(): number {
        return 0
      },
      set value(_) {
        throw new Error('broken setter')
      },
    }
    const shown = adopt('s', () => ({
      first: ref(0),
      object: reactive({ fails }),
      frozen: ref<unknown>(Object.freeze([1])),
      last: ref(0),
    }))
    whole({ s: { first: 1, object: { fails: null, other: 1 }, frozen: [2], last: 1 } })
    expect([shown.first, shown.frozen, shown.last]).toEqual([1, [2], 1])
    expect(shown.object).toEqual({ fails: null, other: 1 })
    expect(problems()).toEqual([])
  })

  it('empties a reactive object that the host has set to null, says so, and goes on with the next value', () => {
    const { mirror, whole, update, adopt, problems } = open()
    const rows = reactive<number[]>([])
    const shown = adopt('s', () => ({ rows, count: ref(0) }))
    whole({ s: { rows: [1, 2], count: 1 } })
    update({ s: { rows: null, count: 2 } })
    expect([shown.rows, shown.count]).toEqual([[], 2])
    expect(mirror.problems.list).toEqual([
      { code: 'VS213', store: 's', path: 'rows', reason: expect.stringContaining('reactive') },
    ])
    update({ s: { rows: [3] } })
    // The setup function holds the same object.
    expect([shown.rows, rows, problems()]).toEqual([[3], [3], []])
  })

  it('applies a patch elsewhere while a field is refused, without a whole state', () => {
    const { whole, update, adopt, problems } = open()
    const shown = adopt('s', () => ({ a: ref(0), rows: ref([1]) }))
    whole({ s: { a: 1, rows: [1, 2] } })
    update({ s: { a: 'wrong' } })
    expect(update({}, [{ op: 'add', path: '/s/rows/-', value: 3 }])).toBe(true)
    expect([shown.a, shown.rows, problems()]).toEqual([undefined, [1, 2, 3], ['VS204 s a']])
    expect(update({}, [{ op: 'replace', path: '/s/a', value: 5 }])).toBe(true)
    expect([shown.a, problems()]).toEqual([5, []])
  })

  it('clears what a schema refuses, and shows all of it again when the schema accepts it', () => {
    const { mirror, whole, update, adopt, problems } = open()
    const shown = adopt('s', () => ({ low: ref(0), high: ref(0), note: ref('') }), {
      schema: {
        '~standard': {
          version: 1,
          vendor: 'test',
          validate(value) {
            const { low, high } = value as Record<string, number>
            return low! < high! ? { value } : { issues: [{ message: 'not above', path: ['high'] }] }
          },
        },
      },
    })
    whole({ s: { low: 1, high: 2, note: 'a' } })
    expect(update({ s: { low: 5 } })).toBe(true)
    expect([shown.low, shown.high, shown.note]).toEqual([undefined, 2, 'a'])
    expect(problems()).toEqual(['VS204 s high'])
    update({ s: { high: 9 } })
    expect([shown.low, shown.high, shown.note, problems()]).toEqual([5, 9, 'a', []])
    expect(mirror.problems.list).toEqual([])
  })

  it('clears the fields of a store whose deserialize throws, and fills them again', () => {
    const { whole, update, adopt, problems } = open()
    const shown = adopt('s', () => ({ when: ref<Date>(), own: ref('mine') }), {
      deserialize: ({ at }) => ({ when: new Date(new Date(at as string).toISOString()) }),
    })
    whole({ s: { at: '2026-01-01T00:00:00.000Z' } })
    expect(shown.when?.getFullYear()).toBe(2026)
    expect(update({ s: { at: 'never' } })).toBe(true)
    expect([shown.when, shown.own, problems()]).toEqual([undefined, 'mine', ['VS207 s ']])
    update({ s: { at: '2027-01-01T00:00:00.000Z' } })
    expect([shown.when?.getFullYear(), problems()]).toEqual([2027, []])
  })

  it('forgets what it showed of a session before the next one', () => {
    const { mirror, whole, adopt, problems } = open()
    const shown = adopt('s', () => ({ a: ref(0), list: ref<unknown>([1]), own: ref('mine') }))
    whole({ s: { a: 'wrong', list: [5] } })
    expect(problems()).toEqual(['VS204 s a'])
    shown.own = 'changed'
    mirror.clear()
    expect([shown.a, shown.list, shown.own, problems()]).toEqual([0, [1], 'changed', []])
  })
})

it('keeps the identity of equal parts of a shallow ref, so that their components do not re-render', () => {
  const { whole, update, adopt } = open()
  const shown = adopt('s', () => ({ rows: shallowRef<{ id: number; n: number }[]>([]) }))
  whole({ s: { rows: [1, 2, 3].map((id) => ({ id, n: 0 })) } })
  const before = [...shown.rows]
  let runs = 0
  effect(() => {
    runs += shown.rows.length > 0 ? 1 : 0
  })
  update({}, [{ op: 'replace', path: '/s/rows/1/n', value: 5 }])
  expect(shown.rows.map(({ n }) => n)).toEqual([0, 5, 0])
  expect([0, 1, 2].map((index) => shown.rows[index] === before[index])).toEqual([true, false, true])
  expect(runs).toBe(2)
})
