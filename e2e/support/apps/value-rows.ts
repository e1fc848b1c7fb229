import {
  computed,
  customRef,
  isReactive,
  isRef,
  markRaw,
  reactive,
  readonly,
  ref,
  shallowReactive,
  shallowRef,
} from 'vue'

/** A value of a host's field, as the docs name it. */
export type ValueRow = [label: string, make: () => unknown]

class Point {
  x = 1
  get double(): number {
    return this.x * 2
  }
}

function trigger<T extends object>(value: T): unknown {
  return customRef((track, notify) => ({
    get() {
      track()
      return value
    },
    set(next: T) {
      value = next
      notify()
    },
  }))
}

function cycle(): unknown {
  const value: Record<string, unknown> = { a: 1 }
  value['self'] = value
  return value
}

function nested(levels: number): unknown {
  let value: unknown = 'end'
  for (let level = 0; level < levels; level++) value = { in: value }
  return value
}

const throwing = {
  ok: 1,
  get bad(): never {
    throw new Error('no')
  },
}

export const VALUE_ROWS: [group: string, rows: ValueRow[]][] = [
  [
    'JSON',
    [
      ['`null`, `true`', () => [null, true]],
      ['`1.5`, `1e21`, `2 ** 53 + 2`', () => [1.5, 1e21, 2 ** 53 + 2]],
      ['`"text"`', () => 'text'],
      ['`[1, [2]]`', () => [1, [2]]],
      ['`{ a: { b: 1 } }`', () => ({ a: { b: 1 } })],
    ],
  ],
  [
    'Beyond JSON',
    [
      ['`undefined` as a field', () => undefined],
      ['`{ a: undefined, b: 1 }`', () => ({ a: undefined, b: 1 })],
      ['`[undefined, 1]`', () => [undefined, 1]],
      // oxlint-disable-next-line no-sparse-arrays -- a hole is the case
      ['`[, 1]` (a hole)', () => [, 1]],
      ['`NaN`, `Infinity`', () => [Number.NaN, Infinity]],
      ['`-0`', () => [-0]],
      ['`new Date(0)`', () => new Date(0)],
      ['an invalid `Date`', () => new Date(Number.NaN)],
      ['`new Map([["a", 1]])`', () => new Map([['a', 1]])],
      ['`new Set([1])`', () => new Set([1])],
      ['`12n`', () => 12n],
      ['`new Uint8Array([1, 2])`', () => new Uint8Array([1, 2])],
      ['`new ArrayBuffer(1)`', () => new ArrayBuffer(1)],
      ['half an emoji: `"a\\ud83d"`', () => 'a\ud83d'],
      ['`Symbol()`', () => [Symbol('a'), 1]],
      ['`{ [Symbol()]: 1, a: 1 }`', () => ({ [Symbol('a')]: 1, a: 1 })],
      ['a function', () => [() => 1, 1]],
      ['`/x/`', () => [/x/, 1]],
    ],
  ],
  [
    'Objects',
    [
      ['with `toJSON`', () => ({ toJSON: () => ({ as: 'json' }) })],
      ['`new URL("https://a.test/")`', () => [new URL('https://a.test/')]],
      ['`new Number(1)`, `new String("a")`', () => [new Number(1), new String('a')]],
      ['a class instance with a getter of the class', () => new Point()],
      [
        'with a getter of its own',
        () => ({
          x: 1,
          get double() {
            return 2
          },
        }),
      ],
      ['with a getter that throws', () => throwing],
      ['frozen', () => Object.freeze({ a: 1 })],
      ['sealed', () => Object.seal({ a: 1 })],
      ['that contains itself', cycle],
      ['2,000 levels deep', () => nested(2000)],
      ['with the key `__proto__`', () => JSON.parse('{"__proto__":{"a":1},"b":1}') as unknown],
      [
        'with the keys `length`, `hasOwnProperty`, `toString`, `constructor`',
        () => ({ length: 1, hasOwnProperty: 2, toString: 3, constructor: 4 }),
      ],
      ['with a key and a text that begin with `^`', () => ({ '^a': '^b' })],
    ],
  ],
  [
    'Vue',
    [
      ['`ref({ a: 1 })`', () => ref({ a: 1 })],
      ['`shallowRef({ a: 1 })`', () => shallowRef({ a: 1 })],
      ['`customRef`', () => trigger({ a: 1 })],
      ['`reactive({ a: 1 })`', () => reactive({ a: 1 })],
      ['`shallowReactive({ a: 1 })`', () => shallowReactive({ a: 1 })],
      ['`readonly(reactive({ a: 1 }))`', () => readonly(reactive({ a: 1 }))],
      ['`readonly(ref(1))`', () => readonly(ref(1))],
      ['`computed(() => 1)` (a getter of the store)', () => computed(() => 1)],
      ['`ref(markRaw({ a: 1 }))`', () => ref(markRaw({ a: 1 }))],
      ['`{ a: ref(1) }` inside the state', () => ({ a: ref(1) })],
      ['`shallowRef({ a: ref(1) })`', () => shallowRef({ a: ref(1) })],
    ],
  ],
]

/** Whether the value must be returned by a setup function to be part of a store's state. */
export const isOfSetup = (value: unknown): boolean =>
  isRef(value) || isReactive(value) || value === undefined

/** A field of a viewer's own store, as the docs name it. */
export const FIELD_ROWS: [label: string, make: () => unknown][] = [
  ['`ref(null)`', () => ref(null)],
  ['`ref({ n: 0 })`, or a property of `state`', () => ref({ n: 0 })],
  ['`ref("text")`', () => ref('text')],
  ['`shallowRef({ n: 0 })`', () => shallowRef({ n: 0 })],
  ['`reactive({ n: 0 })`', () => reactive({ n: 0 })],
  ['`shallowReactive({ n: 0 })`', () => shallowReactive({ n: 0 })],
  ['`ref(markRaw({ n: 0 }))`', () => ref(markRaw({ n: 0 }))],
  ['`ref(Object.freeze({ n: 0 }))`', () => ref(Object.freeze({ n: 0 }))],
  ['`ref(Object.seal({ n: 0 }))`', () => ref(Object.seal({ n: 0 }))],
  ['`customRef`', () => trigger({ n: 0 })],
  ['`readonly(reactive({ n: 0 }))`', () => readonly(reactive({ n: 0 }))],
  ['`readonly(ref({ n: 0 }))`', () => readonly(ref({ n: 0 }))],
  ['`computed(() => ({ n: 0 }))`', () => computed(() => ({ n: 0 }))],
  ['`ref(new Date(0))`', () => ref(new Date(0))],
  ['`ref(new Map())`', () => ref(new Map())],
]
