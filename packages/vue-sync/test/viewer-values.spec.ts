import fc from 'fast-check'
import { createPinia, defineStore, type Store } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import {
  computed,
  createApp,
  customRef,
  effect,
  markRaw,
  reactive,
  readonly,
  ref,
  shallowReactive,
  shallowRef,
} from 'vue'
import { createWarn } from '../src/diagnostics.ts'
import { createPublisher } from '../src/host/core/publisher.ts'
import {
  clone,
  type CodecProblem,
  DIFFERENCES,
  type Json,
  share,
  type StateMessage,
  type StoreFields,
} from '../src/protocol/index.ts'
import { createMirror } from '../src/viewer/mirror/mirror.ts'
import { anyJson, jsonWithKeys } from './json-arbitrary.ts'

beforeEach(() => {
  vi.spyOn(console, 'warn').mockImplementation(() => {})
})

type Fields = Record<string, unknown>

function deepFreeze(value: unknown): unknown {
  if (typeof value === 'object' && value !== null)
    for (const part of Object.values(value)) deepFreeze(part)
  return Object.freeze(value)
}

/** A ref with hooks of the app. */
function custom(value: unknown, keep: (value: unknown) => unknown = (given) => given) {
  return customRef((track, trigger) => ({
    get: () => (track(), value),
    set(next) {
      value = keep(next)
      trigger()
    },
  }))
}

/** A place for a container: `[value]` or `{ value }`, by the value. */
const box = (value: unknown): object => (typeof value === 'string' ? { value } : [value])

/** How a setup store can define a field. */
const SETUP_KINDS: Record<string, (initial: unknown) => unknown> = {
  ref: (value) => ref<unknown>(value),
  shallowRef: (value) => shallowRef<unknown>(value),
  reactive: (value) => reactive(box(value)),
  shallowReactive: (value) => shallowReactive(box(value)),
  reactiveInShallowRef: (value) => shallowRef<unknown>(reactive(box(value))),
  marked: (value) => ref<unknown>(markRaw(box(value))),
  frozen: (value) => ref<unknown>(deepFreeze(value)),
  sealed: (value) => ref<unknown>(Object.seal(box(value))),
  custom: (value) => custom(value),
  customThrows: (value) =>
    custom(value, () => {
      throw new Error('refused by the app')
    }),
  customClamps: (value) => custom(value, (next) => (typeof next === 'number' ? 5 : next)),
  readonlyRef: (value) => readonly(ref<unknown>(value)),
  readonlyReactive: (value) => readonly(reactive(box(value))),
  getter: () => computed(() => 'computed by the viewer'),
}

class Point {
  x = 0
}

/** What the state of an options store can hold. */
const OPTION_KINDS: Record<string, (initial: unknown) => unknown> = {
  plain: (value) => value,
  shallowReactive: (value) => shallowReactive(box(value)),
  readonly: (value) => readonly(box(value)),
  marked: (value) => markRaw(box(value)),
  frozen: (value) => deepFreeze(value),
  frozenInside: (value) => ({ a: deepFreeze(value), list: [Object.freeze([1]), value] }),
  refInside: (value) => ({ a: ref(value), b: shallowRef<unknown>(box(value)), list: [ref(value)] }),
  readonlyRefInside: (value) => ({ a: readonly(ref<unknown>(value)), b: readonly(box(value)) }),
  getterInside: (value) => ({
    get a() {
      return value
    },
    get b() {
      throw new Error('fails')
    },
  }),
  date: () => new Date(0),
  map: () => new Map([[1, 2]]),
  instance: () => new Point(),
}

/** JSON with sorted keys; `undefined` for what has no JSON. */
function textOf(value: unknown): string | undefined {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )
}

function setup(kind: 'setup' | 'options', initial: Record<string, Json>) {
  const pinia = createPinia()
  createApp({}).use(pinia)
  const makers = kind === 'setup' ? SETUP_KINDS : OPTION_KINDS
  const make = () =>
    Object.fromEntries(
      Object.entries(initial).map(([key, value]) => [key, makers[key]!(clone(value))]),
    )
  const useStore =
    kind === 'setup' ? defineStore('s', make as () => object) : defineStore('s', { state: make })
  const store = useStore(pinia) as Store & Fields
  const mirror = createMirror({ pinia: () => pinia, warn: createWarn() })
  mirror.adopt(store, {})

  /** What a component renders: it only sees a change of which Vue tells it. */
  const rendered: Record<string, string | undefined> = {}
  for (const key of Object.keys(initial))
    effect(() => {
      try {
        rendered[key] = textOf(store[key])
      } catch {
        rendered[key] = 'a getter of the viewer failed'
      }
    })

  let state: StoreFields = {}
  let seq = 0
  const publisher = createPublisher('e', (sent) => {
    const message = JSON.parse(JSON.stringify(sent)) as StateMessage
    ;({ seq } = message)
    if (!mirror.apply(message)) {
      // The viewer asks for a whole state then.
      const payload = JSON.parse(JSON.stringify({ s: state }))
      expect(mirror.apply({ type: 'session_update', epoch: 'e', seq, payload })).toBe(true)
    }
    return true
  })
  publisher.add('s', () => state)
  return {
    store,
    mirror,
    rendered,
    send(next: StoreFields, whole: boolean) {
      state = share(state, clone(next))
      publisher.flush()
      const payload = JSON.parse(JSON.stringify({ s: next }))
      if (whole) mirror.apply({ type: 'session_update', epoch: 'e', seq, payload })
    },
  }
}

const KEYS = ['a', 'b', 'list', 'length', 'toString']
const ownJson = fc.oneof(anyJson(2), jsonWithKeys(...KEYS))
const json = fc.oneof(
  ownJson,
  jsonWithKeys(...KEYS, '__proto__', '__v_skip', '__v_isRef', '__v_raw', '__v_isReadonly'),
)

describe.each([
  ['setup', SETUP_KINDS],
  ['options', OPTION_KINDS],
] as const)('a %s store of the viewer', (kind, makers) => {
  const keys = Object.keys(makers)
  const initial = fc.record(Object.fromEntries(keys.map((key) => [key, ownJson])))
  const states = fc.array(
    fc.tuple(
      fc.record(Object.fromEntries(keys.map((key) => [key, json])), { requiredKeys: [] }),
      fc.boolean(),
    ),
    { minLength: 1, maxLength: 5 },
  )

  it('renders what the host has after each message, or lists exactly the fields that it cannot show', () => {
    fc.assert(
      fc.property(initial, states, (own, sent) => {
        const { mirror, rendered, send } = setup(kind, own)
        const received = new Set<string>()
        for (const [fields, whole] of sent) {
          send(fields as StoreFields, whole)
          expect(mirror.problems.list.every(({ store }) => store === 's')).toBe(true)
          const listed = new Set(mirror.problems.list.map(({ path }) => path))
          expect(textOf(mirror.view('s').value)).toBe(textOf(fields))
          for (const key of Object.keys(fields)) received.add(key)
          const wrong = [...received].filter((key) => rendered[key] !== textOf(fields[key]))
          // A getter that the host does not have as a field shows nothing of the host.
          const expected = wrong.filter((key) => key !== 'getter' || key in fields)
          expect(listed).toEqual(new Set(expected))
        }
      }),
      { numRuns: 100 },
    )
  })
})

it('leaves the problems that the codec found in a store when a field of it is refused', () => {
  const pinia = createPinia()
  createApp({}).use(pinia)
  const useStore = defineStore('s', { state: () => ({ n: 0, t: '' }) })
  const store = useStore(pinia)
  const mirror = createMirror({ pinia: () => pinia, warn: createWarn() })
  mirror.adopt(store, {})
  const codes = () => mirror.problems.list.map(({ code }) => code).toSorted()
  const found: CodecProblem = { code: 'VS125', store: 's', path: 'x', reason: 'another type' }
  const update = (seq: number, n: Json): StateMessage => ({
    type: 'config_update',
    epoch: 'e',
    seq,
    payload: { s: { n } },
  })
  mirror.apply({
    type: 'session_update',
    epoch: 'e',
    seq: 1,
    payload: { s: { n: 'no number', t: '' } },
    [DIFFERENCES]: [found],
  })
  expect(codes()).toEqual(['VS125', 'VS204'])
  mirror.apply(update(2, 1))
  expect(codes()).toEqual(['VS125'])
  store.$dispose()
  mirror.apply(update(3, 2))
  expect(codes()).toEqual(['VS125'])
})
