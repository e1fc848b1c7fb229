import { describe, expect, it } from 'vitest'
import { cellAfter } from './grid-keys.ts'

const size = { rows: 100, columns: 4, page: 10 }
const press = (key: string, row: number, column: number, ctrlKey = false) => {
  const cell = cellAfter({ key, ctrlKey, metaKey: false }, { row, column }, size)
  return cell && [cell.row, cell.column]
}

describe('the keys of a table', () => {
  it.each([
    ['ArrowDown', [3, 1], [4, 1]],
    ['ArrowUp', [0, 1], [-1, 1]],
    ['ArrowUp', [-1, 1], [-1, 1]],
    ['ArrowDown', [99, 1], [99, 1]],
    ['ArrowRight', [3, 3], [3, 3]],
    ['ArrowLeft', [3, 0], [3, -1]],
    ['ArrowLeft', [3, -1], [3, -1]],
    ['PageDown', [95, 2], [99, 2]],
    ['PageUp', [20, 2], [10, 2]],
    ['Home', [3, 2], [3, -1]],
    ['End', [3, 0], [3, 3]],
  ] as const)('%s goes from %o to %o', (key, [row, column], to) => {
    expect(press(key, row, column)).toEqual(to)
  })

  it('go to the first and to the last cell with Ctrl', () => {
    expect(press('Home', 3, 2, true)).toEqual([-1, -1])
    expect(press('End', 3, 2, true)).toEqual([99, 3])
  })

  it('leave other keys alone', () => {
    expect(press('Tab', 3, 2)).toBeUndefined()
    expect(press('a', 3, 2)).toBeUndefined()
  })
})
