import type { Row, RowList } from '../model/index.ts'

/** What a key does in the tree, by the WAI-ARIA tree pattern. */
export type TreeAction =
  | { type: 'go'; to: number }
  | { type: 'open' | 'close' | 'press' | 'more'; at: number }
  | { type: 'open-siblings'; rows: readonly Row[] }

/** @param page how many rows fit the screen */
export function actionOf(
  { key, shiftKey }: Pick<KeyboardEvent, 'key' | 'shiftKey'>,
  rows: RowList,
  at: number,
  page: number,
): TreeAction | undefined {
  const go = (to: number): TreeAction => ({
    type: 'go',
    to: Math.min(Math.max(to, 0), rows.length - 1),
  })
  const row = rows.at(at)
  if (!row) return key === 'ArrowDown' || key === 'Home' ? go(0) : undefined
  switch (key) {
    case 'ArrowDown':
      return go(at + 1)
    case 'ArrowUp':
      return go(at - 1)
    case 'PageDown':
      return go(at + page)
    case 'PageUp':
      return go(at - page)
    case 'Home':
      return go(0)
    case 'End':
      return go(rows.length - 1)
    case 'ArrowRight':
      if (row.open === false) return { type: 'open', at }
      return row.open ? go(at + 1) : undefined
    case 'ArrowLeft':
      if (row.open) return { type: 'close', at }
      return row.depth > 0 ? go(rows.parentOf(at)) : undefined
    case 'Enter':
      return { type: shiftKey ? 'more' : 'press', at }
    case ' ':
      return { type: 'press', at }
    case 'ContextMenu':
      return { type: 'more', at }
    case '*':
      return { type: 'open-siblings', rows: siblingsOf(rows, at) }
    default:
      return undefined
  }
}

function siblingsOf(rows: RowList, at: number): Row[] {
  const { depth } = rows.at(at)!
  const found: Row[] = []
  for (let index = rows.parentOf(at) + 1; index < rows.length; index++) {
    const row = rows.at(index)!
    if (row.depth < depth) break
    if (row.depth === depth) found.push(row)
  }
  return found
}

/** The next row whose name starts with the typed text; after the last one it goes on from the start. */
export function rowStartingWith(rows: RowList, at: number, typed: string): number {
  const text = typed.toLowerCase()
  for (let step = typed.length > 1 ? 0 : 1; step <= rows.length; step++) {
    const index = (Math.max(at, 0) + step) % rows.length
    if (rows.at(index)!.name.toLowerCase().startsWith(text)) return index
  }
  return -1
}

/** The indexes of the rows that contain a row, the outermost first. */
export function containersOf(rows: RowList, at: number): number[] {
  const found: number[] = []
  for (let index = rows.parentOf(at); index !== -1; index = rows.parentOf(index))
    found.unshift(index)
  return found
}
