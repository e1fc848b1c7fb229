import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { changesBetween } from './changes/changes.ts'
import { keyOf, pathOf, resolve, type View } from './keys.ts'
import { createItemIds, type ItemIds } from './parts.ts'
import type { Row } from './row-list.ts'
import { createRows } from './rows.ts'
import { filterOf } from './search/search.ts'

const viewOf = (stores: Record<string, object>): View => ({
  ids: Object.keys(stores),
  stores: new Map(Object.entries(stores)),
})

function setUp(stores: Record<string, object>) {
  const ids = createItemIds()
  const rows = createRows(ids)
  let view = viewOf(stores)
  return {
    ids,
    rows,
    list: () => [...rows.list(view)],
    change(next: Record<string, object>) {
      const changes = changesBetween(view, viewOf(next), ids)
      view = viewOf(next)
      return changes
    },
    view: () => view,
  }
}

const find = (rows: readonly Row[], path: string) => rows.find((row) => row.path === path)!

describe('the rows of the tree', () => {
  it('show stores and short lists open, and the rest closed', () => {
    const { list } = setUp({
      a: { few: [1, 2], many: Array.from({ length: 13 }, () => 0), deep: { in: { x: 1 } } },
    })
    expect(list().map(({ path, open }) => [path, open])).toEqual([
      ['a', true],
      ['a.few', true],
      ['a.few.0', undefined],
      ['a.few.1', undefined],
      ['a.many', false],
      ['a.deep', true],
      ['a.deep.in', false],
    ])
  })

  it('state their place among the parts of their container', () => {
    const { list } = setUp({ a: { x: 1, y: 2 }, b: {} })
    expect(list().map(({ name, position, size, depth }) => [name, position, size, depth])).toEqual([
      ['a', 1, 2, 0],
      ['x', 1, 2, 1],
      ['y', 2, 2, 1],
      ['b', 2, 2, 0],
    ])
  })

  it('cannot be opened where there is nothing inside', () => {
    const { list } = setUp({
      a: { list: [], object: {}, map: new Map(), set: new Set(), text: '' },
    })
    expect(
      list()
        .slice(1)
        .every(({ open }) => open === undefined),
    ).toBe(true)
  })

  it('stay open when the list above them grows, moves, or changes inside', () => {
    const rows = [
      { id: 1, in: { x: 1 } },
      { id: 2, in: { x: 2 } },
    ]
    const { list, change, rows: tree } = setUp({ a: { rows } })
    const second = find(list(), 'a.rows.1')
    tree.setOpen(second, true)
    change({ a: { rows: [{ id: 9, in: { x: 9 } }, rows[0]!, { id: 2, in: { x: 3 } }] } })
    const moved = find(list(), 'a.rows.2')
    expect([moved.key, moved.open]).toEqual([second.key, true])
    expect(find(list(), 'a.rows.1').open).toBe(false)
  })

  it('remember whether they are open for a bounded number of parts', () => {
    const open = new Map<string, boolean>()
    const rows = createRows(createItemIds(), open)
    rows.setOpen({ key: 'first' }, true)
    for (let at = 0; at < 20_000; at++) rows.setOpen({ key: `${at}` }, true)
    expect(open.size).toBe(10_000)
    expect(open.has('19999')).toBe(true)
  })

  it('keep their identity where nothing changed', () => {
    const b = { y: 1 }
    const { list, change } = setUp({ a: { x: 1, z: [1] }, b })
    const before = list()
    change({ a: { x: 2, z: [1] }, b })
    const after = list()
    const isSame = (path: string) => find(before, path) === find(after, path)
    expect(['b', 'b.y', 'a.z.0'].map(isSame)).toEqual([true, true, true])
    expect(['a', 'a.x'].map(isSame)).toEqual([false, false])
  })

  it('show only matches and what is around them when filtered, with closed matches', () => {
    const { rows, view, list } = setUp({ a: { x: { y: { z: 1 } }, w: 2 }, b: { x: 1 } })
    const filter = filterOf([keyOf(['a', 'x', 'y'])])
    const paths = (now: readonly Row[]) => now.map(({ path, open }) => [path, open])
    expect(paths([...rows.list(view(), filter)])).toEqual([
      ['a', true],
      ['a.x', true],
      ['a.x.y', false],
    ])
    rows.setOpen({ key: keyOf(['a', 'x', 'y']) }, true)
    expect(paths([...rows.list(view(), filter)]).at(-1)).toEqual(['a.x.y.z', undefined])
    expect(list().map(({ path }) => path)).toContain('b.x')
  })

  it('show pinned parts first, with their own open state', () => {
    const { rows, view } = setUp({ a: { x: { y: 1 } } })
    const part = keyOf(['a', 'x'])
    const pins = [{ part, name: 'a.x', path: 'a.x', value: { y: 1 } }]
    const list = [...rows.list(view(), undefined, pins)]
    expect(list.map(({ path, isPinned }) => [path, isPinned])).toEqual([
      ['a.x', true],
      ['a', false],
      ['a.x', false],
      ['a.x.y', false],
    ])
    rows.setOpen(list[0]!, true)
    const opened = [...rows.list(view(), undefined, pins)]
    expect(opened[1]).toMatchObject({ path: 'a.x.y', isPinned: true, part: keyOf(['a', 'x', 'y']) })
    expect(new Set(opened.map(({ key }) => key)).size).toBe(opened.length)
  })
})

describe('keys', () => {
  const step = fc.oneof(fc.string(), fc.constantFrom('', '\u001F', '\u001E', '\u001Es', 'a\u001Fb'))

  it('lead back to the part, whatever the names', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 4 }), (names) => {
        let value: unknown = 'leaf'
        for (const name of names.slice(1).reverse())
          value = { ['__proto__']: 0, x: 0, [name]: value }
        const store = names.length === 1 ? { leaf: 1 } : (value as object)
        const view: View = { ids: [names[0]!], stores: new Map([[names[0]!, store]]) }
        const steps = resolve(keyOf(names), view, createItemIds())!
        expect(steps.map(({ id }) => id)).toEqual(names)
      }),
    )
  })

  it('lead to an item without reading the others', () => {
    const ids = createItemIds()
    let reads = 0
    const items = Array.from({ length: 5000 }, (_, id) => ({ id }))
    const list = new Proxy(items, {
      get(target, name, receiver) {
        if (typeof name === 'string' && /^\d+$/.test(name)) reads++
        return Reflect.get(target, name, receiver) as unknown
      },
    })
    const find = (name: string) => resolve(keyOf(['a', 'list', name]), viewOf({ a: { list } }), ids)
    expect(find('4000')?.at(-1)).toEqual({ id: '4000', name: '4000', value: { id: 4000 } })
    expect(reads).toBe(1)
    for (const name of ['', '-1', '1.5', '07', '5000', 'x']) expect(find(name)).toBeUndefined()
  })

  it('give the path as in JavaScript', () => {
    const ids: ItemIds = createItemIds()
    const view = viewOf({
      a: {
        list: [0, { 'odd key': 1 }],
        map: new Map<unknown, unknown>([
          ['k', { x: 1 }],
          [3, 0],
        ]),
        set: new Set([{ x: 1 }]),
      },
    })
    const path = (...way: string[]) => pathOf(resolve(keyOf(['a', ...way]), view, ids)!)
    expect(path('list', '1', 'odd key')).toBe('a.list[1]["odd key"]')
    expect(path('map', 'sk', 'x')).toBe('a.map.get("k").x')
    expect(path('map', 'n3')).toBe('a.map.get(3)')
    expect(path('set', '0', 'x')).toBe('[...a.set][0].x')
    expect(resolve(keyOf(['a', 'gone']), view, ids)).toBeUndefined()
    expect(resolve(keyOf(['gone']), view, ids)).toBeUndefined()
  })
})
