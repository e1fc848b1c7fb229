import { describe, expect, it } from 'vitest'
import { createItemIds, createRows } from '../model/index.ts'
import { actionOf, containersOf, rowStartingWith } from './tree-keys.ts'

const state = { alpha: { one: 1, two: {} }, beta: { x: Array.from({ length: 20 }, () => 0) } }
const rows = createRows(createItemIds()).list({
  ids: Object.keys(state),
  stores: new Map(Object.entries(state)),
})
const at = (path: string) => [...rows].findIndex((row) => row.path === path)
const press = (key: string, path: string, shiftKey = false) =>
  actionOf({ key, shiftKey }, rows, at(path), 3)

describe('the keys of the tree', () => {
  it('has the rows that these tests expect', () => {
    expect([...rows].map(({ path, open }) => [path, open])).toEqual([
      ['alpha', true],
      ['alpha.one', undefined],
      ['alpha.two', undefined],
      ['beta', true],
      ['beta.x', false],
    ])
  })

  it.each([
    ['ArrowDown', 'alpha', { type: 'go', to: 1 }],
    ['ArrowDown', 'beta.x', { type: 'go', to: 4 }],
    ['ArrowUp', 'alpha', { type: 'go', to: 0 }],
    ['PageDown', 'alpha.one', { type: 'go', to: 4 }],
    ['PageUp', 'beta', { type: 'go', to: 0 }],
    ['Home', 'beta', { type: 'go', to: 0 }],
    ['End', 'alpha', { type: 'go', to: 4 }],
    ['ArrowRight', 'beta.x', { type: 'open', at: 4 }],
    ['ArrowRight', 'beta', { type: 'go', to: 4 }],
    ['ArrowRight', 'alpha.two', undefined],
    ['ArrowLeft', 'beta', { type: 'close', at: 3 }],
    ['ArrowLeft', 'beta.x', { type: 'go', to: 3 }],
    ['Enter', 'alpha.one', { type: 'press', at: 1 }],
    [' ', 'beta.x', { type: 'press', at: 4 }],
    ['ContextMenu', 'beta.x', { type: 'more', at: 4 }],
    ['x', 'alpha', undefined],
  ])('%s at %s is %o', (key, path, expected) => {
    expect(press(key, path)).toEqual(expected)
  })

  it('open the sheet of a container with Shift and Enter', () => {
    expect(press('Enter', 'beta', true)).toEqual({ type: 'more', at: 3 })
  })

  it('open all siblings with *', () => {
    expect(press('*', 'beta')).toEqual({ type: 'open-siblings', rows: [rows.at(0), rows.at(3)] })
    expect(press('*', 'alpha.two')).toEqual({ type: 'open-siblings', rows: [...rows].slice(1, 3) })
  })

  it('start at the first row when no row is active', () => {
    expect(actionOf({ key: 'ArrowDown', shiftKey: false }, rows, -1, 3)).toEqual({
      type: 'go',
      to: 0,
    })
    expect(actionOf({ key: 'Enter', shiftKey: false }, rows, -1, 3)).toBeUndefined()
  })

  it('find the container of a row', () => {
    expect([...rows].map((_, index) => rows.parentOf(index))).toEqual([-1, 0, 0, -1, 3])
  })

  it('find all containers of a row, the outermost first', () => {
    const deep = createRows(createItemIds())
    for (const key of ['a', 'a\u001Fb', 'a\u001Fb\u001Fc']) deep.setOpen({ key }, true)
    const state = new Map([['a', { b: { x: 0, c: { d: 1 } } }]])
    const list = deep.list({ ids: ['a'], stores: state })
    expect(containersOf(list, list.length - 1).map((at) => list.at(at)!.path)).toEqual([
      'a',
      'a.b',
      'a.b.c',
    ])
    expect(containersOf(list, 0)).toEqual([])
    expect(containersOf(list, -1)).toEqual([])
  })

  it('go to the next row that starts with the typed letters', () => {
    expect(rowStartingWith(rows, 0, 'T')).toBe(2)
    expect(rowStartingWith(rows, 3, 'al')).toBe(0)
    expect(rowStartingWith(rows, 0, 'al')).toBe(0)
    expect(rowStartingWith(rows, 0, 'z')).toBe(-1)
  })
})
