import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Change, changesBetween } from './changes.ts'
import { keyOf, resolve, type View } from '../keys.ts'
import { createItemIds, type ItemIds, partsOf } from '../parts.ts'
import { createRecent } from './recent.ts'

const viewOf = (state: object): View => ({ ids: ['s'], stores: new Map([['s', state]]) })

function diff(before: object, after: object, ids: ItemIds = createItemIds()): [string, string][] {
  return changesBetween(viewOf(before), viewOf(after), ids).map(({ key, type }) => [
    key.split('\u001F').slice(1).join('.'),
    type,
  ])
}

const idsOf = (list: object, ids: ItemIds) => [...partsOf(list, ids)].map(({ id }) => id)

describe('changes between two views', () => {
  it.each<[string, object, object, [string, string][]]>([
    ['nothing', { a: 1 }, { a: 1 }, []],
    ['a leaf', { a: 1, b: { c: 2 } }, { a: 1, b: { c: 3 } }, [['b.c', 'changed']]],
    ['a field that appears', {}, { a: 1 }, [['a', 'added']]],
    ['a field that goes', { a: 1 }, {}, [['a', 'removed']]],
    ['another kind', { a: [1] }, { a: { 0: 1 } }, [['a', 'changed']]],
    ['zero and minus zero', { a: 0 }, { a: -0 }, [['a', 'changed']]],
    ['NaN that stays', { a: Number.NaN }, { a: Number.NaN }, []],
    ['an equal date', { a: new Date(5) }, { a: new Date(5) }, []],
    ['equal bytes', { a: new Uint8Array([1]) }, { a: new Uint8Array([1]) }, []],
    [
      'other bytes',
      { a: new Uint8Array([1]), b: new Uint8Array([1]), c: new Uint8Array([1]) },
      { a: new Uint8Array([2]), b: new Int8Array([1]), c: new Uint8Array([1, 0]) },
      [
        ['a', 'changed'],
        ['b', 'changed'],
        ['c', 'changed'],
      ],
    ],
    ['an equal buffer', { a: new ArrayBuffer(2) }, { a: new ArrayBuffer(2) }, []],
    ['a big integer', { a: 1n, b: 2n }, { a: 1n, b: 3n }, [['b', 'changed']]],
    ['a number that becomes a big integer', { a: 1 }, { a: 1n }, [['a', 'changed']]],
    [
      'a date inside of a map',
      { a: new Map([['k', new Date(1)]]) },
      { a: new Map([['k', new Date(2)]]) },
      [['a.sk', 'changed']],
    ],
    ['another date', { a: new Date(5) }, { a: new Date(6) }, [['a', 'changed']]],
    [
      'an entry of a map',
      { a: new Map([['k', 1]]) },
      { a: new Map([['k', 2]]) },
      [['a.sk', 'changed']],
    ],
    ['an item', { a: [1, 2, 3] }, { a: [1, 9, 3] }, [['a.1', 'changed']]],
    ['an item at the end', { a: [1] }, { a: [1, 2] }, [['a.1000000001', 'added']]],
    ['an item that goes', { a: [1, 2] }, { a: [2] }, [['a.0', 'removed']]],
    ['items in another order', { a: [1, 2, 3] }, { a: [3, 1, 2] }, [['a', 'moved']]],
    [
      'records in another order',
      { a: [{ id: 1 }, { id: 2, x: 1 }] },
      { a: [{ id: 2, x: 2 }, { id: 1 }] },
      [
        ['a', 'moved'],
        ['a.1.x', 'changed'],
      ],
    ],
    [
      'another item where one goes',
      { a: [1, 2, 3] },
      { a: [2, 3, 4] },
      [
        ['a.1000000001', 'added'],
        ['a.0', 'removed'],
      ],
    ],
    [
      'entries of a map in another order',
      {
        a: new Map([
          ['k', 1],
          ['l', 2],
        ]),
      },
      {
        a: new Map([
          ['l', 2],
          ['k', 1],
        ]),
      },
      [['a', 'moved']],
    ],
    [
      'items of a set in another order',
      { a: new Set([1, 2]) },
      { a: new Set([2, 1]) },
      [['a', 'moved']],
    ],
    ['an item of a set', { a: new Set([1]) }, { a: new Set([1, 2]) }, [['a.1000000001', 'added']]],
  ])('are %s', (_, before, after, expected) => {
    expect(diff(before, after)).toEqual(expected)
  })

  it('are stores that come and go', () => {
    const none: View = { ids: [], stores: new Map() }
    const types = (before: View, after: View) =>
      changesBetween(before, after, createItemIds()).map(({ type }) => type)
    expect(types(none, viewOf({}))).toEqual(['added'])
    expect(types(viewOf({}), none)).toEqual(['removed'])
  })

  it('are one added row after an insert at the front, and all other rows keep their ids', () => {
    const rows = Array.from({ length: 5000 }, (_, id) => ({ id }))
    const next = [{ id: -1 }, ...rows]
    const ids = createItemIds()
    expect(diff({ rows }, { rows: next }, ids)).toEqual([['rows.1000000001', 'added']])
    expect(idsOf(next, ids).slice(1)).toEqual(idsOf(rows, ids))
  })

  it('follow records that move and change at the same time', () => {
    const rows = [
      { id: 1, x: 1 },
      { id: 2, x: 2 },
      { id: 3, x: 3 },
    ]
    const next = [{ id: 3, x: 4 }, rows[0]!, { id: 4, x: 4 }, { id: 2, x: 2 }]
    const ids = createItemIds()
    expect(diff({ rows }, { rows: next }, ids)).toEqual([
      ['rows', 'moved'],
      ['rows.2.x', 'changed'],
      ['rows.1000000001', 'added'],
    ])
    expect(idsOf(next, ids)).toEqual(['2', '0', '1000000001', '1'])
  })

  it('give the lists of a past view the ids that they had', () => {
    const old = [{ x: 1 }, { x: 2 }]
    const now = [{ x: 0 }, ...old]
    const ids = createItemIds()
    diff({ a: old }, { a: now }, ids)
    const before = idsOf(now, ids)
    diff({ a: now }, { a: old }, ids)
    diff({ a: old }, { a: now }, ids)
    expect(idsOf(now, ids)).toEqual(before)
  })

  it('stop at the limit and report whole containers from there on', () => {
    const list = (add: number) => Array.from({ length: 100 }, (_, at) => ({ x: at + add, y: 1 }))
    const changes = changesBetween(
      viewOf({ a: list(0) }),
      viewOf({ a: list(1) }),
      createItemIds(),
      10,
    )
    expect(changes.length).toBe(100)
    expect(changes.at(-1)!.key).toBe(keyOf(['s', 'a', '99']))
  })

  it('do not look at parts that kept their identity', () => {
    const shared = new Proxy({} as Record<string, unknown>, {
      ownKeys: () => {
        throw new Error('was read')
      },
    })
    expect(diff({ shared, a: 1 }, { shared, a: 2 })).toEqual([['a', 'changed']])
  })

  it('turn one view into the other, with ids that are unique', () => {
    const leaf = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constantFrom('', 'value', null, true))
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 3 },
        leaf,
        fc.array(tie('tree'), { maxLength: 5 }),
        fc.dictionary(fc.constantFrom('a', 'b', 'id'), tie('tree'), { maxKeys: 3 }),
      ),
    }))
    const state = fc.record({ s: tree })
    fc.assert(
      fc.property(fc.array(state, { minLength: 2, maxLength: 4 }), (states) => {
        const ids = createItemIds()
        for (let at = 1; at < states.length; at++) {
          const [before, after] = [viewOf(states[at - 1]!), viewOf(states[at]!)]
          const changes = changesBetween(before, after, ids)
          checkChanges(changes, before, after, ids)
          checkUnique(states[at], ids)
        }
      }),
    )
  })
})

function checkChanges(changes: Change[], before: View, after: View, ids: ItemIds): void {
  for (const { key, type, before: old, after: now } of changes) {
    if (type !== 'added') expect(resolve(key, before, ids)!.at(-1)!.value).toBe(old)
    if (type !== 'removed') expect(resolve(key, after, ids)!.at(-1)!.value).toBe(now)
  }
  if (JSON.stringify(sorted(before)) !== JSON.stringify(sorted(after))) return
  // If both states are the same as JSON, neither a value nor the order has changed.
  for (const { type } of changes) expect(['changed', 'moved']).not.toContain(type)
}

const sorted = (view: View) => view.stores.get('s')

function checkUnique(value: unknown, ids: ItemIds): void {
  const parts = [...partsOf(value, ids)]
  expect(new Set(parts.map(({ id }) => id)).size).toBe(parts.length)
  for (const part of parts) checkUnique(part.value, ids)
}

describe('recent changes', () => {
  const change = (key: string, type: Change['type'] = 'changed'): Change => ({
    key,
    type,
    before: 0,
    after: 1,
  })

  it('are those of the last minute', () => {
    const recent = createRecent()
    recent.add([change('a'), change('b')], 0)
    recent.add([change('a')], 50_000)
    expect([...recent.since(0)]).toEqual(['b', 'a'])
    recent.add([], 61_000)
    expect([...recent.since(0)]).toEqual(['a'])
  })

  it('are limited, and without removed parts', () => {
    const recent = createRecent({ limit: 2 })
    recent.add([change('a'), change('b'), change('c')], 0)
    expect([...recent.since(0)]).toEqual(['b', 'c'])
    recent.add([change('c', 'removed')], 1)
    expect([...recent.since(0)]).toEqual(['b'])
  })
})
