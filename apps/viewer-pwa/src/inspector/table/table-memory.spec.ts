import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { readTable, writeTable } from './table-memory.ts'

describe('the memory of tables', () => {
  const texts = new Map<string, string>()
  const stored = () => texts.get('vue-sync:tables')
  beforeEach(() =>
    vi.stubGlobal('localStorage', {
      getItem: (name: string) => texts.get(name) ?? null,
      setItem: (name: string, text: string) => void texts.set(name, text),
      removeItem: (name: string) => void texts.delete(name),
    }),
  )
  afterEach(() => {
    vi.unstubAllGlobals()
    texts.clear()
  })
  const look = { columns: ['name', 'id'], sorting: { column: 'id', descending: true } }

  it('has the columns and the sorting of a list, for each session', () => {
    writeTable('one', 'board.rows', look)
    expect(readTable('one', 'board.rows')).toEqual(look)
    expect(readTable('two', 'board.rows')).toEqual({})
    expect(readTable('one', 'board.others')).toEqual({})
  })

  it('stores nothing for a table as it was at first', () => {
    writeTable('one', 'board.rows', look)
    writeTable('one', 'board.rows', {})
    expect(stored()).toBeUndefined()
  })

  it('has the latest 50 tables', () => {
    for (let at = 0; at < 80; at++) {
      writeTable('one', 'first', look)
      writeTable('one', `${at}`, look)
    }
    expect(JSON.parse(stored()!)).toHaveLength(50)
    expect(readTable('one', 'first')).toEqual(look)
    expect(readTable('one', '79')).toEqual(look)
    expect(readTable('one', '29')).toEqual({})
  })

  it('stores no table whose names take more than 4,000 characters', () => {
    writeTable('one', 'rows', look)
    writeTable('one', 'rows', { columns: ['x'.repeat(5000)] })
    expect(stored()).toBeUndefined()
  })

  it.each([
    'x',
    'null',
    '{}',
    '[1, null, [], ["one", "rows"], ["one", "rows", null], ["one", "rows", { "columns": 7 }]]',
    '[["one", "rows", { "columns": [7] }], ["one", "rows", { "sorting": {} }]]',
    '[["one", "rows", { "sorting": null }]]',
  ])('ignores %s', (text) => {
    texts.set('vue-sync:tables', text)
    expect(readTable('one', 'rows')).toEqual({})
  })
})
