import { afterEach, describe, expect, it, vi } from 'vitest'
import { keyOf, type View } from './keys.ts'
import { createItemIds } from './parts.ts'
import { createRowList, type Row, type RowList } from './row-list.ts'
import { createRows } from './rows.ts'

const COUNT = 5000

const viewOf = (state: object): View => ({ ids: ['s'], stores: new Map([['s', state]]) })

/** A list of items below a store, and how often a row was read. */
function counted(): { rows: RowList; reads: () => number } {
  const all = Array.from({ length: COUNT }, (_, at): Row => {
    const key = at === 0 ? keyOf(['s']) : keyOf(['s', `${at}`])
    return {
      key,
      part: key,
      name: `${at}`,
      path: `${at}`,
      value: at,
      depth: at === 0 ? 0 : 1,
      open: at === 0 ? true : undefined,
      position: at,
      size: COUNT,
      isPinned: false,
    }
  })
  let reads = 0
  const rows = new Proxy(all, {
    get(target, name, receiver) {
      if (typeof name === 'string' && /^\d+$/.test(name)) reads++
      return Reflect.get(target, name, receiver) as unknown
    },
  })
  const parents = all.map((_, at) => (at === 0 ? -1 : 0))
  return { rows: createRowList([{ rows, parents }]), reads: () => reads }
}

describe('the list of rows', () => {
  afterEach(() => void vi.restoreAllMocks())

  it('finds the container of a row without a walk over the rows between', () => {
    const { rows, reads } = counted()
    expect(rows.parentOf(4000)).toBe(0)
    expect(rows.parentOf(0)).toBe(-1)
    expect(rows.parentOf(COUNT)).toBe(-1)
    expect(reads()).toBeLessThan(5)
  })

  it('finds the containers of rows in each section', () => {
    const section = (name: string, open: boolean) => {
      const { rows } = counted()
      const few = [...rows]
        .slice(0, 3)
        .map((row) => Object.assign(row, { key: `${name}${row.key}`, open }))
      return { rows: few, parents: [-1, 0, 1] }
    }
    const rows = createRowList([section('a', true), section('b', true)])
    expect([...rows].map((_, at) => rows.parentOf(at))).toEqual([-1, 0, 1, -1, 3, 4])
  })

  it('does not search for a row that is where it was', () => {
    const { rows, reads } = counted()
    const key = keyOf(['s', '4000'])
    expect(rows.indexOf(key, 4000)).toBe(4000)
    expect(reads()).toBe(1)
    expect(rows.indexOf(key, 17)).toBe(4000)
    expect(rows.indexOf(keyOf(['s', 'gone']), 17)).toBe(-1)
  })

  it('keeps the places of rows when only values change', () => {
    const items = Array.from({ length: COUNT }, (_, id) => ({ id }))
    const tree = createRows(createItemIds())
    const key = keyOf(['s', 'list', '4000'])
    tree.setOpen({ key: keyOf(['s', 'list']) }, true)
    const before = tree.list(viewOf({ list: items }))
    expect(before.indexOf(key)).toBe(4002)

    const set = vi.spyOn(Map.prototype, 'set')
    const after = tree.list(viewOf({ list: items.with(7, { id: -7 }) }))
    expect(after.indexOf(key)).toBe(4002)
    expect(set.mock.calls.length).toBeLessThan(100)
    vi.restoreAllMocks()
    expect(after.at(9)!.value).toEqual({ id: -7 })
    expect(after.at(4002)).toBe(before.at(4002))

    const shorter = tree.list(viewOf({ list: items.slice(0, 4001) }))
    expect(shorter.indexOf(key)).toBe(4002)
    expect(shorter.indexOf(keyOf(['s', 'list', '4001']))).toBe(-1)
  })
})
