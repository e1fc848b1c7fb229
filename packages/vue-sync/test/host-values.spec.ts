import fc from 'fast-check'
import { createPinia, defineStore } from 'pinia'
import { describe, expect, it } from 'vitest'
import { createApp, isProxy, markRaw, reactive, readonly, ref, shallowRef } from 'vue'
import { createStoreSource } from '../src/host/stores/store-source.ts'
import { createSyncedState } from '../src/host/stores/synced-state.ts'
import { createProblems } from '../src/problems.ts'
import { hashOf, type Json } from '../src/protocol/index.ts'
import { anyJson } from './json-arbitrary.ts'
import { publishStore } from './published-store.ts'

class Amount {
  readonly cents: unknown
  constructor(cents: unknown) {
    this.cents = cents
  }
  toJSON() {
    return { cents: this.cents, currency: 'EUR' }
  }
}
class Point {
  readonly x: unknown
  constructor(x: unknown) {
    this.x = x
  }
  get double() {
    return [this.x, this.x]
  }
}

const isRecordOrList = (value: unknown): value is object =>
  Array.isArray(value) || Object.prototype.toString.call(value) === '[object Object]'

/** A value that can be made twice: as the app holds it, and without anything of Vue. */
type Recipe = (isVue: boolean) => unknown

const key = fc.constantFrom('a', 'b', 'hasOwnProperty', 'toString', 'length', 'constructor', '0')
const leafRecipe: fc.Arbitrary<Recipe> = fc.oneof(
  anyJson(2).map(
    (value): Recipe =>
      () =>
        structuredClone(value),
  ),
  fc.constantFrom<Recipe>(
    () => undefined,
    () => Number.NaN,
    () => -Infinity,
    () => -0,
    () => new Date(0),
    () => new Date(Number.NaN),
    () => Object(5),
    () => new URL('https://a.example/'),
    () => new Map([[1, 2]]),
    () => new Set([1]),
    () => 10n,
    () => Symbol('s'),
    () => () => 1,
    () => new Uint8Array(2),
    () => ['x', , 'z'], // oxlint-disable-line no-sparse-arrays -- a hole is a kind of value
    () => '\ud800',
    () => JSON.parse('{"__proto__":{"bad":1},"fine":1}'),
    () =>
      Object.defineProperty({ ok: 1 }, 'broken', {
        enumerable: true,
        get() {
          throw new Error('broken getter')
        },
      }),
  ),
)
const { recipe } = fc.letrec<{ recipe: Recipe }>((tie) => ({
  recipe: fc.oneof(
    { maxDepth: 4 },
    leafRecipe,
    fc.array(tie('recipe'), { maxLength: 4 }).map(
      (items): Recipe =>
        (isVue) =>
          items.map((item) => item(isVue)),
    ),
    fc.array(fc.tuple(key, tie('recipe')), { maxLength: 4 }).map(
      (entries): Recipe =>
        (isVue) =>
          Object.fromEntries(entries.map(([name, item]) => [name, item(isVue)])),
    ),
    tie('recipe').map(
      (item): Recipe =>
        (isVue) =>
          new Amount(item(isVue)),
    ),
    tie('recipe').map(
      (item): Recipe =>
        (isVue) =>
          new Point(item(isVue)),
    ),
    fc.tuple(fc.constantFrom(ref, shallowRef), tie('recipe')).map(
      ([wrap, item]): Recipe =>
        (isVue) =>
          isVue ? { r: wrap(item(true)) } : { r: item(false) },
    ),
    fc
      .tuple(
        fc.constantFrom<(value: object) => unknown>(markRaw, readonly, Object.freeze),
        tie('recipe'),
      )
      .map(([wrap, item]): Recipe => (isVue) => {
        const value = item(isVue)
        // Reading through the proxy of an object that was frozen later is an error of JavaScript.
        return isVue && isRecordOrList(value) && !isProxy(value) ? wrap(value) : value
      }),
  ),
}))

interface State {
  list: unknown[]
  record: Record<string, unknown>
  any: unknown
}
type Step = (state: State, isVue: boolean) => void

const at = fc.nat(4)
const step: fc.Arbitrary<Step> = fc.oneof(
  recipe.map(
    (make): Step =>
      (state, isVue) =>
        void state.list.push(make(isVue)),
  ),
  fc.tuple(at, at, recipe).map(([from, count, make]): Step => (state, isVue) => {
    state.list.splice(from, count, make(isVue))
  }),
  fc.constant<Step>((state) => void state.list.reverse()),
  fc.tuple(key, recipe).map(
    ([name, make]): Step =>
      (state, isVue) =>
        void (state.record[name] = make(isVue)),
  ),
  key.map(
    (name): Step =>
      (state) =>
        void delete state.record[name],
  ),
  recipe.map(
    (make): Step =>
      (state, isVue) =>
        void (state.any = make(isVue)),
  ),
  // A field and a property that become undefined.
  fc.constant<Step>((state) => void (state.any = undefined)),
  key.map(
    (name): Step =>
      (state) =>
        void (state.record[name] = undefined),
  ),
)

/** Everything that a host leaves out, although `JSON.stringify` has a form for it or throws. */
function isRefused(value: unknown): boolean {
  return (
    typeof value === 'bigint' ||
    value instanceof Map ||
    value instanceof Set ||
    value instanceof Uint8Array
  )
}

/** What the viewer must show. */
function expected(state: State): Json {
  const text = JSON.stringify(state, function (this: Record<string, unknown>, name, value) {
    if (name === '__proto__' || isRefused(value)) return undefined
    if (value && typeof value === 'object' && Object.hasOwn(value, 'broken')) {
      const { ok } = value as { ok: unknown }
      return { ok }
    }
    return value as unknown
  })
  return JSON.parse(text) as Json
}

const initial = (): State => ({ list: [], record: {}, any: null })

function setup() {
  const pinia = createPinia()
  createApp({}).use(pinia)
  const store = defineStore('s', { state: initial })(pinia)
  return { store, ...publishStore(store) }
}

const state = () => reactive(initial()) as unknown as State

/** Everything that a host can publish, with the state to change. */
const KINDS: [string, () => { store: State } & ReturnType<typeof publishStore>][] = [
  ['a store', () => setup() as ReturnType<(typeof KINDS)[number][1]>],
  [
    'a reactive object',
    () => {
      const store = state()
      return { store, ...publishStore(createSyncedState('s', store)) }
    },
  ],
  [
    'a ref',
    () => {
      const source = ref(initial())
      return { store: source.value, ...publishStore(createSyncedState('s', source)) }
    },
  ],
  [
    'a getter',
    () => {
      const store = state()
      return { store, ...publishStore(createSyncedState('s', () => ({ ...store }))) }
    },
  ],
]

describe('what a viewer gets of a host’s values', () => {
  it.each(KINDS)(
    'of %s equals JSON.parse(JSON.stringify(state)) after any changes, apart from what is refused',
    (name, start) => {
      fc.assert(
        fc.property(fc.array(fc.array(step, { maxLength: 4 }), { maxLength: 8 }), (flushes) => {
          const { store, publisher, source, shown, sent, problems } = start()
          const plain = initial()
          for (const steps of flushes) {
            for (const act of steps) {
              act(store, true)
              act(plain, false)
            }
            publisher.flush()
            expect(shown()['s'], JSON.stringify(problems.list)).toEqual(expected(plain))
            expect(hashOf(shown(), new WeakMap())).toBe(hashOf(sent(), new WeakMap()))
          }
          source.stop()
        }),
        { numRuns: name === 'a store' ? 1500 : 500 },
      )
    },
  )

  it('is the same for a viewer that was there and one that joins late, after cycles came and went', () => {
    const edge = fc.tuple(fc.nat(4), fc.constantFrom('x', 'y'), fc.option(fc.nat(4)))
    fc.assert(
      fc.property(fc.array(fc.array(edge, { maxLength: 3 }), { maxLength: 8 }), (flushes) => {
        const { store, publisher, source, shown, problems } = setup()
        store.list = Array.from({ length: 5 }, (_, id) => ({ id, inner: { id } }))
        publisher.flush()
        for (const edges of flushes) {
          for (const [from, name, to] of edges)
            (store.list[from] as Record<string, unknown>)[name] = to === null ? 0 : store.list[to]
          publisher.flush()
          const late = setup()
          late.store.list = store.list
          late.publisher.flush()
          expect(shown()).toEqual(late.shown())
          let isCyclic = false
          try {
            expect(shown()['s']).toEqual(JSON.parse(JSON.stringify(store.$state)))
          } catch (error) {
            if (!(error instanceof TypeError)) throw error
            isCyclic = true
          }
          expect(problems.list.length > 0).toBe(isCyclic)
          late.source.stop()
        }
        source.stop()
      }),
      { numRuns: 1000 },
    )
  })

  it('costs about as little for undefined as for null', () => {
    const { store, publisher, frames } = setup()
    store.list = Array.from({ length: 1000 }, (_, id) => ({ id, name: `row ${id}` }))
    publisher.flush()
    const cost = (value: unknown): number => {
      const before = frames.length
      store.any = value
      publisher.flush()
      expect(frames).toHaveLength(before + 1)
      return frames.at(-1)!.length
    }
    const sizes = [cost(1), cost(null), cost(undefined), cost(5), cost(undefined), cost('x')]
    for (const size of sizes) expect(size).toBeLessThan(130)
  })

  it('never shows more than the relay accepts of a list that grows by nesting, and all of it once it fits', () => {
    const { store, publisher, problems, shown } = setup()
    const grow = () => void (store.any = { next: store.any })
    for (let level = 0; level < 520; level++) {
      grow()
      if (level % 40 === 0) publisher.flush()
    }
    publisher.flush()
    const depth = () => {
      let value = shown()['s']!['any'] as { next?: Json } | null
      let levels = 0
      for (; value?.next; value = value.next as typeof value) levels++
      return levels
    }
    // Around the field are the message, its payload and the store.
    expect(depth()).toBe(500 - 3 - 1)
    expect(problems.list).toMatchObject([{ code: 'VS209', store: 's', reason: 'nests too deep' }])
    for (let level = 0; level < 40; level++) store.any = (store.any as { next: unknown }).next
    publisher.flush()
    expect(shown()['s']!['any']).toEqual(JSON.parse(JSON.stringify(store.any)))
    expect(problems.list).toEqual([])
  })
})

it('leaves the problems that the codec found in a store until a whole state is encoded', () => {
  const pinia = createPinia()
  createApp({}).use(pinia)
  const store = defineStore('board', { state: () => ({ n: 0, due: new Date(Number.NaN) }) })(pinia)
  const problems = createProblems()
  const source = createStoreSource(
    store,
    {},
    () => {},
    () => {},
    problems,
  )
  source.read()
  problems.add({ code: 'VS217', store: 'board', path: 'color', reason: 'it is rounded' })
  problems.add({ code: 'VS201', store: 'board', path: 'former', reason: 'is a Map' })
  store.n++
  source.read()
  expect(problems.list.map(({ path }) => path)).toContain('color')
  expect(problems.list.map(({ path }) => path)).not.toContain('former')
  source.stop()
  expect(problems.list).toEqual([])
})
