import fc from 'fast-check'
import { createPinia, defineStore } from 'pinia'
import { expect, it } from 'vitest'
import { createApp, ref, toRaw } from 'vue'
import { createWarn } from '../../diagnostics.ts'
import { equal, hashOf, type Json, type PatchOperation } from '../../protocol/index.ts'
import { type Model, patchModel } from '../../../test/patch-model.ts'
import { createMirror } from './mirror.ts'
import type { StoreRules } from './store-rules.ts'

type State = Record<'s', { rows: Json; other: Json }>

const LENGTH = 1100
const index = fc.integer({ min: 0, max: LENGTH + 3 })
const place = fc.oneof(
  index.map((at) => `/s/rows/${at}`),
  index.map((at) => `/s/rows/0/list/${at}`),
  fc.constantFrom('/s/rows/0', '/s/rows/1', '/s/rows/0/list', '/s/rows/0/list/-', '/s/rows/-'),
  fc.constantFrom('/s/rows', '/s/other', '/s/other/0', '/s/other/list'),
)
const value = fc.constantFrom<Json>({ id: -1 }, [1], 2, null)
const any = fc.record({
  op: fc.constantFrom('add', 'replace', 'remove', 'move', 'copy'),
  path: place,
  from: place,
  value,
})
// These fit, so most patches do.
const fitting = fc.record({
  op: fc.constantFrom('add', 'replace', 'remove'),
  path: fc.integer({ min: 1, max: 1060 }).map((at) => `/s/rows/${at}`),
  value,
})
const operation = fc.oneof({ weight: 5, arbitrary: fitting }, any) as fc.Arbitrary<PatchOperation>
const bad: PatchOperation = { op: 'remove', path: '/s/none' }

const jsonOf = (model: Model): Json => {
  if (model instanceof Map)
    return Object.fromEntries([...model].map(([key, value]) => [key, jsonOf(value)]))
  return Array.isArray(model) ? model.map(jsonOf) : model
}

/** A patch, whether its last operation fails, and what reads the state after it. */
const step = fc.record({
  patch: fc.array(operation, { minLength: 1, maxLength: 3 }),
  fails: fc.nat(7).map((found) => found === 0),
  field: fc.option(fc.constantFrom<Json>(1, [{ id: 1 }], { rows: [1] }), { freq: 1 }),
  reader: fc.constantFrom('nothing', 'nothing', 'nothing', 'hash', 'hash', 'view', 'state'),
  whole: fc.nat(7).map((found) => found === 0),
})

const rowsOf = (): Json[] => Array.from({ length: LENGTH }, (_, id) => (id < 9 ? { id } : id))
const initial = (): State => {
  const rows = rowsOf()
  rows[0] = { list: rowsOf() }
  return { s: { rows, other: [] } }
}

it('never changes what was read of a state with long lists, and shows the next one', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 4, maxLength: 10 }), (steps) => {
      const pinia = createPinia()
      createApp({}).use(pinia)
      const store = defineStore('s', () => ({
        rows: ref<unknown>(null),
        other: ref<unknown>(null),
      }))(pinia)
      const mirror = createMirror({ pinia: () => pinia, warn: createWarn() })
      mirror.adopt(store, {})
      const view = mirror.view('s')
      let seq = 0
      let model = initial()
      const read: [value: unknown, text: string][] = []
      const sendAll = () =>
        mirror.apply({
          type: 'session_update',
          epoch: 'e',
          seq: ++seq,
          payload: structuredClone(model),
        })
      sendAll()
      for (const { patch, fails, field, reader, whole } of steps) {
        if (whole) expect(sendAll()).toBe(true)
        const fields = field === null ? {} : { s: { other: field } }
        const merged = { s: { ...model.s, ...structuredClone(fields.s) } }
        const operations = fails ? [...patch, bad] : patch
        const next = patchModel(merged as never, operations as never)
        const fits = mirror.apply({
          type: 'config_update',
          epoch: 'e',
          seq: ++seq,
          payload: structuredClone(fields),
          patch: structuredClone(operations),
        })
        expect(fits).toBe(next !== undefined)
        if (next) model = jsonOf(next) as State
        for (const key of ['rows', 'other'] as const)
          expect(equal((toRaw(store[key]) ?? null) as Json, model.s[key] ?? null)).toBe(true)
        if (reader === 'view') read.push([view.value, JSON.stringify(view.value)])
        if (reader === 'state') read.push([mirror.state, JSON.stringify(mirror.state)])
        if (reader === 'hash') expect(mirror.hash()).toBe(hashOf(model, new WeakMap()))
        for (const [value, before] of read) expect(JSON.stringify(value) === before).toBe(true)
      }
      expect(mirror.state).toEqual(model)
    }),
    { numRuns: 60 },
  )
})

it.each<[string, (keep: (value: unknown) => void) => StoreRules]>([
  [
    'deserialize',
    (keep) => ({
      deserialize: (fields) => {
        keep(fields['rows'])
        return fields
      },
    }),
  ],
  [
    'the rule of a field',
    (keep) => ({
      fields: {
        rows: (value) => {
          keep(value)
          return true
        },
      },
    }),
  ],
])('never changes a long list that %s has seen', (_, rulesOf) => {
  const pinia = createPinia()
  createApp({}).use(pinia)
  const store = defineStore('s', () => ({ rows: ref<unknown>(null) }))(pinia)
  const mirror = createMirror({ pinia: () => pinia, warn: createWarn() })
  const kept: [value: unknown, text: string][] = []
  mirror.adopt(
    store,
    rulesOf((value) => kept.push([value, JSON.stringify(value)])),
  )
  mirror.apply({ type: 'session_update', epoch: 'e', seq: 1, payload: { s: { rows: rowsOf() } } })
  for (let seq = 2; seq < 8; seq++)
    mirror.apply({
      type: 'config_update',
      epoch: 'e',
      seq,
      payload: {},
      patch: [{ op: 'replace', path: `/s/rows/${seq}`, value: seq }],
    })
  expect(kept).toHaveLength(7)
  for (const [value, text] of kept) expect(JSON.stringify(value)).toBe(text)
})
