import * as v from 'valibot'
import { assert, describe, expect, it } from 'vitest'
import type { StoreFields } from '../../protocol/index.ts'
import { createAdmission, type StoreRules } from './store-rules.ts'

function setup(initial: object, rules: StoreRules = {}) {
  const warnings: string[] = []
  const admit = createAdmission('s', initial, rules, (code, subject) =>
    warnings.push(`${code} ${subject}`),
  )
  const check = (changed: StoreFields, all = changed) => admit(changed, all)
  return { warnings, check, admit: (...given: Parameters<typeof check>) => check(...given).fields }
}

class Point {
  x = 0
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
    ['on', { on: 0 }],
    ['list', { list: {} }],
    ['map', { map: [] }],
  ])('ignores only a field with a wrong type: %s', (field, wrong) => {
    const { admit, warnings } = setup(initial)
    expect(admit({ any: 7, ...wrong })).toEqual({ any: 7 })
    expect(warnings).toEqual([`VS204 store "s", ${field}`])
  })

  it('clears a field of a wrong type, and says what is wrong', () => {
    const { check } = setup(initial)
    expect(check({ count: 'fast', list: {}, map: 1, text: true })).toStrictEqual({
      fields: { count: undefined, list: undefined, map: undefined, text: undefined },
      refused: [
        ['count', 'a string, but the field accepts a number or null'],
        ['list', 'an object, but the field accepts an array or null'],
        ['map', 'a number, but the field accepts an object or null'],
        ['text', 'a boolean, but the field accepts a string or null'],
      ].map(([path, reason]) => ({ code: 'VS204', store: 's', path, reason })),
      failed: false,
    })
  })

  it('accepts null for every field', () => {
    const { admit, warnings } = setup(initial)
    const nothing = { text: null, count: null, on: null, list: null, map: null, any: null }
    expect(admit(nothing)).toStrictEqual(nothing)
    expect(warnings).toEqual([])
  })

  it.each<[string, unknown]>([
    ['a Date', new Date(0)],
    ['a Map', new Map()],
    ['a Set', new Set()],
    ['a BigInt', 1n],
    ['a URL', new URL('http://localhost')],
    ['an instance of a class', new Point()],
    ['an object with toJSON', { toJSON: () => 'text' }],
  ])(
    'accepts any JSON for a field that starts as %s, which JSON turns into another kind',
    (_, at) => {
      const { admit, warnings } = setup({ at })
      for (const value of ['2026-01-01T00:00:00.000Z', 5, true, [1], { a: 1 }, null])
        expect(admit({ at: value as never })).toStrictEqual({ at: value })
      expect(warnings).toEqual([])
    },
  )

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

  it('warns once for each path of a schema, whatever the values', () => {
    const schema = v.object({ rows: v.array(v.object({ due: v.number() })) })
    const { check, warnings } = setup({ rows: [] }, { schema })
    const { refused, failed, fields } = check({ rows: [{ due: 'a' }, { due: 'b' }] })
    expect(refused.map(({ path }) => path)).toEqual(['rows[].due', 'rows[].due'])
    expect(new Set(warnings)).toEqual(new Set(['VS204 store "s": rows[].due']))
    expect({ failed, fields }).toStrictEqual({ failed: true, fields: {} })
  })

  it.each<[string, StoreRules]>([
    ['deserialize', { deserialize: () => assert.fail('broken') }],
    [
      'schema',
      {
        schema: {
          '~standard': { version: 1, vendor: 'test', validate: () => assert.fail('broken') },
        },
      },
    ],
  ])('refuses the fields of a store whose %s throws', (_, rules) => {
    const { check, warnings } = setup({ a: 0, b: 0 }, rules)
    expect(check({ a: 1, other: 1 }, { a: 1, b: 1, other: 1 })).toMatchObject({
      fields: {},
      refused: [{ code: 'VS207', store: 's', reason: expect.stringContaining('broken') }],
      failed: true,
    })
    expect(warnings).toEqual([expect.stringMatching(/^VS207 store "s".*a hook threw$/)])
  })

  it('refuses only the field whose rule throws', () => {
    const { check } = setup({}, { fields: { a: () => assert.fail('broken'), b: 'number' } })
    expect(check({ a: 1, b: 2 })).toMatchObject({
      fields: { a: undefined, b: 2 },
      refused: [{ code: 'VS207', path: 'a' }],
    })
  })

  it('ignores fields that deserialize gives as undefined, because it gets only the changed ones', () => {
    const { admit } = setup(
      { rows: [], n: 0 },
      { deserialize: ({ rows, n }) => ({ rows: (rows as number[] | undefined)?.map(Number), n }) },
    )
    expect(admit({ n: 1 }, { rows: ['5'], n: 1 })).toStrictEqual({ n: 1 })
  })
})
