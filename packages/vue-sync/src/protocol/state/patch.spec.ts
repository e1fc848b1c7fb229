import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json, PatchOperation } from '../envelope.ts'
import { sizeOf } from './bounds.ts'
import { hashOf } from './hash.ts'
import { applyPatch, escapeKey, type Reuse } from './patch.ts'
import { jsonWithKeys } from '../../../test/json-arbitrary.ts'
import { modelOf, patchModel } from '../../../test/patch-model.ts'

const state = () => ({ s: { list: [1, 2, 3], map: { a: { b: 1 }, c: 2 }, 'odd/~': 0 } })

/** An object that nests `depth` levels deep, each under the same key. */
function nested(depth: number, key: string): Json {
  let value: Json = {}
  for (let level = 1; level < depth; level++) value = { [key]: value }
  return value
}

describe('applyPatch', () => {
  // RFC 6902, section 4 and appendix A.
  it.each<[PatchOperation[], Json]>([
    [[{ op: 'add', path: '/s/list/1', value: 9 }], { list: [1, 9, 2, 3] }],
    [[{ op: 'add', path: '/s/list/-', value: 9 }], { list: [1, 2, 3, 9] }],
    [[{ op: 'add', path: '/s/list/3', value: 9 }], { list: [1, 2, 3, 9] }],
    [[{ op: 'remove', path: '/s/list/0' }], { list: [2, 3] }],
    [[{ op: 'replace', path: '/s/list/2', value: null }], { list: [1, 2, null] }],
    [[{ op: 'move', from: '/s/list/0', path: '/s/list/2' }], { list: [2, 3, 1] }],
    [[{ op: 'copy', from: '/s/map/c', path: '/s/map/d' }], { map: { a: { b: 1 }, c: 2, d: 2 } }],
    [[{ op: 'remove', path: '/s/map/a/b' }], { map: { a: {}, c: 2 } }],
    [[{ op: 'replace', path: '/s/odd~1~0', value: 1 }], { 'odd/~': 1 }],
    [
      [
        { op: 'test', path: '/s/map/a', value: { b: 1 } },
        { op: 'remove', path: '/s/map' },
      ],
      { map: undefined as never },
    ],
  ])('%j', (patch, expected) => {
    expect(applyPatch(state(), patch)).toEqual({ s: { ...state().s, ...(expected as object) } })
  })

  it.each<PatchOperation>([
    { op: 'replace', path: '/s/none', value: 1 },
    { op: 'remove', path: '/s/list/3' },
    { op: 'remove', path: '/s/list/-' },
    { op: 'add', path: '/s/list/4', value: 1 },
    { op: 'add', path: '/s/list/01', value: 1 },
    { op: 'add', path: '/s/list/-1', value: 1 },
    { op: 'add', path: '/s/list/x', value: 1 },
    { op: 'add', path: '/s/none/x', value: 1 },
    { op: 'add', path: '/s/map/x' },
    { op: 'add', path: 's', value: 1 },
    { op: 'add', path: '', value: 1 },
    { op: 'move', path: '/s/x' },
    { op: 'test', path: '/s/map/c', value: 3 },
    { op: 'nope' as never, path: '/s/map/c' },
    { op: 'add', path: '/__proto__/polluted', value: 1 },
    { op: 'replace', path: '/s/__proto__', value: { polluted: 1 } },
    { op: 'add', path: '/s/map/__proto__/polluted', value: 1 },
    { op: 'replace', path: '/s/odd~1~2', value: 1 },
    { op: 'add', path: '/s/~', value: 1 },
    { op: 'move', from: '/s/~2', path: '/s/x' },
    { op: 'remove', path: '/s/list/length' },
    { op: 'add', path: '/s/constructor/prototype/polluted', value: 1 },
    { op: 'replace', path: '/s/map/toString', value: 1 },
    { op: 'copy', from: '/s/map/__proto__', path: '/s/map/x' },
  ])('refuses %j and changes nothing', (operation) => {
    const before = state()
    const first: PatchOperation = { op: 'replace', path: '/s/map/c', value: 'half' }
    expect(() => applyPatch(before, [first, operation])).toThrow()
    expect(before).toEqual(state())
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
  })

  it('adds `__proto__` as an own property, and pollutes no prototype', () => {
    const before = state()
    const after = applyPatch<Record<string, Json>>(before, [
      { op: 'add', path: '/s/__proto__', value: { polluted: 1 } },
      { op: 'add', path: '/s/__proto__/more', value: 2 },
      { op: 'copy', from: '/s', path: '/t' },
    ])
    expect(JSON.stringify(after['s'])).toContain('"__proto__":{"polluted":1,"more":2}}')
    expect(JSON.stringify(after['t'])).toBe(JSON.stringify(after['s']))
    for (const made of [after['s']!, after['t']!]) {
      expect(Object.getPrototypeOf(made)).toBe(Object.prototype)
      expect((made as { polluted?: number }).polluted).toBeUndefined()
    }
    expect(before).toEqual(state())
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
  })

  it('reads an own property `length` as any other', () => {
    const before: Record<string, Json> = { A: { f: { x: 1, length: { toString: 1 } } } }
    expect(applyPatch(before, [{ op: 'replace', path: '/A/f/x', value: 2 }])).toEqual({
      A: { f: { x: 2, length: { toString: 1 } } },
    })
  })

  it('agrees with a model without prototypes, for keys that JavaScript reserves', () => {
    const names = ['__proto__', 'length', 'hasOwnProperty', 'toString', '', 'valueOf']
    const value = jsonWithKeys(...names)
    const part = fc.constantFrom(...names, ...names, '0', '1', '-', 'constructor', 'a~b/c')
    const path = fc
      .array(part, { minLength: 1, maxLength: 3 })
      .map((keys) => keys.map((name) => `/${escapeKey(name)}`).join(''))
    const operation = fc.record({
      op: fc.constantFrom('add', 'add', 'replace', 'remove', 'move', 'copy', 'test'),
      path,
      from: path,
      value,
    }) as fc.Arbitrary<Required<PatchOperation>>
    const root = value.filter((made) => typeof made === 'object' && made !== null)
    let applied = 0
    fc.assert(
      fc.property(root, fc.array(operation, { maxLength: 3 }), (before, patch) => {
        const text = JSON.stringify(before)
        const expected = patchModel(before, patch)
        let made: Json | undefined
        try {
          made = applyPatch(before as { [key: string]: Json }, patch)
          applied++
        } catch {
          // Refused, as by the model.
        }
        expect(made && modelOf(made)).toEqual(expected)
        expect(JSON.stringify(before)).toBe(text)
        expect(Object.keys(Object.prototype)).toEqual([])
      }),
      { numRuns: 5000 },
    )
    expect(applied).toBeGreaterThan(1000)
  })

  it('shares unchanged parts', () => {
    const before = state()
    const after = applyPatch(before, [{ op: 'replace', path: '/s/map/a/b', value: 2 }])
    expect(after.s.list).toBe(before.s.list)
    expect(after.s.map).not.toBe(before.s.map)
  })

  describe('with arrays to reuse', () => {
    const rows = Array.from({ length: 2000 }, (_, id) => ({ id }))
    const set = (id: number): PatchOperation[] => [
      { op: 'replace', path: '/rows/7/id', value: id },
      { op: 'remove', path: '/rows/0' },
    ]

    it('writes into the array of the state before the last, and forgets its hash', () => {
      const reuse: Reuse = { lists: new WeakMap(), hashes: new WeakMap() }
      const states: { rows: Json[] }[] = [{ rows }]
      for (let id = 0; id < 4; id++) {
        states.push(applyPatch(states.at(-1)!, set(-id), undefined, reuse))
        const last = states.at(-1)!
        expect(hashOf(last, reuse.hashes)).toBe(hashOf(last, new WeakMap()))
      }
      const [first, second, third, fourth, fifth] = states.map((state) => state.rows)
      expect(first).toEqual(Array.from({ length: 2000 }, (_, id) => ({ id })))
      expect(fourth).toBe(second)
      expect(fifth).toBe(third)
      expect(fifth).toHaveLength(1996)
    })

    it('leaves the present state as it is when it refuses a patch, and when it applies the next one', () => {
      const reuse: Reuse = { lists: new WeakMap(), hashes: new WeakMap() }
      let now = { rows: rows as Json[] }
      for (let id = 0; id < 4; id++) now = applyPatch(now, set(id), undefined, reuse)
      const text = JSON.stringify(now)
      const bad: PatchOperation[] = [...set(9), { op: 'remove', path: '/none' }]
      expect(() => applyPatch(now, bad, undefined, reuse)).toThrow('no /none')
      expect(JSON.stringify(now)).toBe(text)
      expect(applyPatch(now, set(5), undefined, reuse).rows).not.toBe(now.rows)
      expect(JSON.stringify(now)).toBe(text)
    })

    it('writes into no array that something else may hold', () => {
      const reuse: Reuse = { lists: new WeakMap(), hashes: new WeakMap() }
      let now = { rows: rows as Json[] }
      for (let id = 0; id < 4; id++) now = applyPatch(now, set(id), undefined, reuse)
      reuse.lists = new WeakMap()
      const read = now
      const text = JSON.stringify(read)
      for (let id = 0; id < 4; id++) now = applyPatch(now, set(id), undefined, reuse)
      expect(JSON.stringify(read)).toBe(text)
    })
  })

  it('does not write into its arguments', () => {
    const value = { deep: { n: 1 } }
    const patch: PatchOperation[] = [
      { op: 'add', path: '/s/x', value },
      { op: 'copy', from: '/s/x', path: '/s/y' },
      { op: 'replace', path: '/s/x/deep/n', value: 2 },
    ]
    const after = applyPatch(state() as never, patch) as unknown as { s: { x: Json; y: Json } }
    expect(value).toEqual({ deep: { n: 1 } })
    expect([after.s.x, after.s.y]).toEqual([{ deep: { n: 2 } }, { deep: { n: 1 } }])
  })

  it('copies, so that 28 doublings of a small patch are refused at once', () => {
    const double = Array.from({ length: 28 }, (_, index): PatchOperation[] => [
      { op: 'copy', from: '/s/map', path: `/s/list/${index}` },
      { op: 'copy', from: '/s/list', path: '/s/map/list' },
    ]).flat()
    const before = state()
    const began = performance.now()
    expect(() => applyPatch(before, double)).toThrow('too')
    expect(performance.now() - began).toBeLessThan(5000)
    expect(before).toEqual(state())
  })

  it('shares no part between two places of the result', () => {
    const after = applyPatch(state() as { s: Record<string, Json> }, [
      { op: 'copy', from: '/s/map', path: '/s/other' },
      { op: 'copy', from: '/s/other', path: '/s/list/0' },
    ])
    const { map, other, list } = after.s as { map: Json; other: Json; list: Json[] }
    expect(other).toEqual(map)
    expect(list[0]).toEqual(map)
    expect(new Set([map, other, list[0]]).size).toBe(3)
  })

  it.each<[string, PatchOperation]>([
    ['insertions', { op: 'add', path: '/s/list/0', value: 1 }],
    ['removals', { op: 'remove', path: '/s/list/0' }],
    ['moves', { op: 'move', from: '/s/list/0', path: '/s/list/900000' }],
    ['comparisons', { op: 'test', path: '/s/list', value: [] }],
  ])('refuses 60,000 %s in a list of a million', (_, operation) => {
    const list = Array.from({ length: 1_000_000 }, () => 0)
    const began = performance.now()
    expect(() =>
      applyPatch(
        { s: { list } },
        Array.from({ length: 60_000 }, () => operation),
      ),
    ).toThrow()
    expect(performance.now() - began).toBeLessThan(5000)
  })

  it('applies as many operations as a host sends, to a list of a million', () => {
    const list = Array.from({ length: 1_000_000 }, () => 0)
    const patch = Array.from({ length: 250 }, (): PatchOperation => {
      return { op: 'add', path: '/s/list/0', value: 1 }
    })
    expect(applyPatch({ s: { list } }, patch).s.list).toHaveLength(1_000_250)
  })

  it.each<[string, PatchOperation[]]>([
    ['a value', [{ op: 'add', path: `/s${'/a'.repeat(400)}/b`, value: nested(200, 'a') }]],
    ['a replacement', [{ op: 'replace', path: `/s${'/a'.repeat(400)}`, value: nested(200, 'a') }]],
    ['a copy', [{ op: 'copy', from: '/s/a', path: `/s${'/a'.repeat(400)}/b` }]],
    ['a moved part', [{ op: 'move', from: '/s/c', path: `/s${'/a'.repeat(400)}/b` }]],
  ])('refuses %s that makes the state nest too deep', (_, patch) => {
    const before = { s: { a: nested(400, 'a'), c: nested(300, 'c') } }
    expect(() => applyPatch(before, patch)).toThrow('too deep')
  })

  it('makes no state that nests too deep, and costs what it adds, for any operations', () => {
    const place = fc.constantFrom(
      '/s/map',
      '/s/list',
      '/s/list/0',
      '/s/map/a',
      '/s/x',
      '/s/map/y/z',
    )
    const operation = fc.record({
      op: fc.constantFrom('add', 'replace', 'move', 'copy', 'remove') as fc.Arbitrary<'add'>,
      path: place,
      from: place,
      value: fc.jsonValue(),
    })
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 30 }), (patch) => {
        let spent = 0
        const before = state() as { s: Json }
        try {
          const after = applyPatch(before, patch as PatchOperation[], (cost) => (spent = cost))
          // Throws for a state that nests too deep.
          const keys = patch.length * 20
          expect(sizeOf(after)).toBeLessThanOrEqual(sizeOf(before) + spent + keys)
        } catch (error) {
          expect(String(error)).not.toContain('call stack')
        }
      }),
      { numRuns: 1000 },
    )
  })

  it('either throws or applies all operations, for any operations', () => {
    const path = fc.oneof(
      fc.string(),
      fc.constantFrom('/s', '/s/list/0', '/s/map/a', '/s/list/-', '/__proto__/x'),
    )
    const operation = fc.record({
      op: fc.constantFrom('add', 'remove', 'replace', 'move', 'copy', 'test', 'x'),
      path: fc.oneof(path, fc.anything()),
      from: path,
      value: fc.jsonValue(),
    })
    fc.assert(
      fc.property(fc.array(fc.oneof(operation, fc.anything()), { maxLength: 4 }), (patch) => {
        const before = state()
        try {
          applyPatch(before, patch as PatchOperation[])
        } catch {
          // Refused.
        }
        expect(before).toEqual(state())
        expect(Object.keys(Object.prototype)).toEqual([])
      }),
      { numRuns: 2000 },
    )
  })
})
