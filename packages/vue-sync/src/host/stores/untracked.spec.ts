import { createPinia, defineStore } from 'pinia'
import { beforeEach, expect, it, vi } from 'vitest'
import { createApp, markRaw, ref, shallowReactive, shallowRef, toRaw } from 'vue'
import { createWarn } from '../../diagnostics.ts'
import type { Json, StoreFields } from '../../protocol/index.ts'
import { richValues } from '../../values/rich-values.ts'
import { valueForm } from '../core/plain.ts'
import { joined } from '../core/runs.ts'
import { createStoreSource } from './store-source.ts'

beforeEach(() => void vi.spyOn(console, 'warn').mockImplementation(() => {}))

/** Hides its state from Vue. */
class Counter {
  #count = 0
  add(): void {
    this.#count++
  }
  get count(): number {
    return this.#count
  }
  toJSON(): { count: number } {
    return { count: this.#count }
  }
}

const rows = Array.from({ length: 600 }, (_, id) => ({ id, at: { x: 0 } }))

/** A value, and a change in it that Vue does not track. */
// oxlint-disable-next-line typescript/no-explicit-any -- each case has a type of its own
const CASES: Record<string, [make: () => unknown, change: (value: any) => void]> = {
  'a Date': [() => ({ when: new Date(0) }), ({ when }) => when.setFullYear(1999)],
  'a Date in a list': [() => [new Date(0)], ([when]) => when.setFullYear(1999)],
  'a shallow ref': [() => shallowRef({ a: { b: 1 } }), (value) => (value.a.b = 2)],
  'a part of a shallowReactive object': [
    () => shallowReactive({ a: { b: 1 } }),
    (value) => (value.a.b = 2),
  ],
  'a raw object': [() => ({ a: markRaw({ b: { c: 1 } }) }), ({ a }) => (a.b.c = 2)],
  'a class with private fields': [
    () => ({ counter: new Counter() }),
    ({ counter }) => toRaw(counter).add(),
  ],
  'a raw list': [() => ({ list: markRaw([1]) }), ({ list }) => list.push(2)],
  'an object that is written without its proxy': [
    () => ({ a: { b: 1 } }),
    ({ a }) => (toRaw(a).b = 2),
  ],
  'a row that is written without its proxy': [
    () => structuredClone(rows),
    (value) => (toRaw(value)[300].id = -1),
  ],
  'a row that is replaced without the proxy of its list': [
    () => structuredClone(rows),
    (value) => (toRaw(value)[300] = { id: -1, at: { x: 1 } }),
  ],
}

const RICH_CASES: typeof CASES = {
  'a typed array': [() => ({ bytes: new Uint8Array(2) }), ({ bytes }) => (toRaw(bytes)[0] = 7)],
  'a DataView': [
    () => ({ view: new DataView(new ArrayBuffer(2)) }),
    ({ view }) => toRaw(view).setInt8(0, 7),
  ],
  'a raw map': [() => ({ map: markRaw(new Map([['a', 1]])) }), ({ map }) => map.set('a', 2)],
  'a raw set': [() => ({ set: markRaw(new Set([1])) }), ({ set }) => set.add(2)],
  'a Date in a map': [() => new Map([['a', new Date(0)]]), (map) => map.get('a').setFullYear(1999)],
}

function start(make: () => unknown, values: ReturnType<typeof richValues> | undefined) {
  const pinia = createPinia()
  createApp({}).use(pinia)
  const store = defineStore('s', () => ({ value: ref(make()), other: ref({ same: { a: 1 } }) }))(
    pinia,
  )
  const form = valueForm(false, values)
  const source = createStoreSource(store, {}, createWarn(), () => {}, undefined, form)
  const push = () => {
    source.reread()
    values?.reread()
    return source.read()
  }
  return { store, source, push }
}

for (const values of [undefined, richValues()])
  for (const [name, [make, change]] of Object.entries(values ? { ...CASES, ...RICH_CASES } : CASES))
    it(`reads an untracked change inside ${name}${values ? ' with rich values' : ''} after a push`, () => {
      const { store, source, push } = start(make, values)
      const before = source.read()
      expect(push(), 'unchanged values keep their identity').toBe(before)
      change(store.value)
      const after = push()
      const fresh = start(() => toRaw(store.value), values && richValues()).source.read()
      expect(after).toEqual(fresh)
      expect(after).not.toEqual(before)
      expect(after['other']).toBe(before['other'])
      expect(source.read()).toBe(after)
    })

it('keeps the identity of the rows that an untracked change leaves alone, and still follows tracked ones', () => {
  const { store, source, push } = start(() => structuredClone(rows), undefined)
  const rowsOf = (state: StoreFields) => joined(state['value']!) as Json[]
  const before = rowsOf(source.read())
  const value = store.value as typeof rows
  toRaw(value)[300]!.id = -1
  const pushed = rowsOf(push())
  expect(pushed.filter((row, index) => row !== before[index])).toEqual([{ id: -1, at: { x: 0 } }])
  value[10]!.at.x = 5
  value.shift()
  const after = rowsOf(source.read())
  expect(after[9]).toEqual({ id: 10, at: { x: 5 } })
  expect(after.filter((row) => !pushed.includes(row))).toHaveLength(1)
})
