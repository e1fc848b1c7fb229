import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import type { StoreFields } from '../protocol/index.ts'
import { createAdmission, type StoreRules } from './store-rules.ts'

function setup(initial: object, rules: StoreRules = {}) {
  const warnings: string[] = []
  const admit = createAdmission('s', initial, rules, (code, subject) =>
    warnings.push(`${code} ${subject}`),
  )
  return { warnings, admit: (changed: StoreFields, all = changed) => admit(changed, all).fields }
}

describe('a store without rules', () => {
  const initial = { text: '', count: 0, on: false, list: [], map: {}, any: null, maybe: undefined }

  it('accepts the types of its initial state', () => {
    const { admit, warnings } = setup(initial)
    const good = { text: 'a', count: 1, on: true, list: [1], map: { a: 1 }, any: 'x', maybe: [1] }
    expect(admit(good)).toEqual(good)
    expect(warnings).toEqual([])
  })

  it.each<[string, StoreFields]>([
    ['text', { text: 1 }],
    ['count', { count: 'fast' }],
    ['count', { count: null }],
    ['on', { on: 0 }],
    ['list', { list: {} }],
    ['map', { map: [] }],
    ['map', { map: null }],
  ])('ignores only a field with a wrong type: %s', (field, wrong) => {
    const { admit, warnings } = setup(initial)
    expect(admit({ any: 7, ...wrong })).toEqual({ any: 7 })
    expect(warnings).toEqual([`VS204 store "s", ${field}`])
  })

  it.each(['other', '__proto__', 'constructor', 'toString'])(
    'drops an unknown field: %s',
    (name) => {
      const { admit, warnings } = setup(initial)
      expect(admit(JSON.parse(`{"${name}":1,"count":2}`))).toEqual({ count: 2 })
      expect(warnings).toEqual([`VS203 store "s", ${name}`])
    },
  )
})

describe('a store with rules', () => {
  it('accepts an explicit map of kinds, nullable kinds, `any` and functions', () => {
    const { admit } = setup(
      {},
      {
        fields: {
          name: 'string?',
          list: 'array',
          free: 'any',
          even: (value) => typeof value === 'number' && value % 2 === 0,
        },
      },
    )
    expect(admit({ name: null, list: null, free: null, even: 4 })).toEqual({
      name: null,
      free: null,
      even: 4,
    })
    expect(admit({ name: 'x', list: [], even: 5, other: 1 })).toEqual({ name: 'x', list: [] })
  })

  it('gives a Standard Schema the whole store, and takes its output', () => {
    const schema = v.object({
      low: v.number(),
      high: v.pipe(v.number(), v.minValue(10)),
      when: v.pipe(
        v.string(),
        v.transform((text) => new Date(text)),
      ),
    })
    const { admit, warnings } = setup({}, { schema })
    const all = { low: 1, high: 20, when: '2026-01-01T00:00:00Z' }
    expect(admit({ when: all.when, odd: 1 }, { ...all, odd: 1 })).toEqual({
      when: new Date(all.when),
    })
    expect(admit({ high: 5 }, { ...all, high: 5 })).toEqual({})
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toMatch(/^VS204 store "s": /)
  })

  it('refuses an asynchronous schema with a warning', () => {
    const schema = v.objectAsync({
      a: v.pipeAsync(
        v.number(),
        v.checkAsync(() => Promise.resolve(true)),
      ),
    })
    const { admit, warnings } = setup({}, { schema })
    expect(admit({ a: 1 })).toEqual({})
    expect(warnings).toEqual(['VS204 store "s": the schema is asynchronous'])
  })

  it('checks the output of deserialize against the types of the state', () => {
    const { admit } = setup(
      { when: new Date(0), n: 0 },
      { deserialize: ({ when, ...rest }) => ({ ...rest, when: new Date(when as number) }) },
    )
    expect(admit({ when: 5, n: 1 })).toEqual({ when: new Date(5), n: 1 })
  })
})
