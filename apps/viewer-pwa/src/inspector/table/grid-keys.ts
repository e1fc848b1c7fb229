/** A cell of a table. Row -1 is the header, and column -1 has the numbers of the rows. */
export interface GridCell {
  row: number
  column: number
}

export interface GridSize {
  rows: number
  columns: number
  /** How many rows fit the screen. */
  page: number
}

/** The cell to which a key goes, by the WAI-ARIA grid pattern; `undefined` for other keys. */
export function cellAfter(
  { key, ctrlKey, metaKey }: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey'>,
  { row, column }: GridCell,
  { rows, columns, page }: GridSize,
): GridCell | undefined {
  const isFar = ctrlKey || metaKey
  const to = (nextRow: number, nextColumn: number): GridCell => ({
    row: Math.max(-1, Math.min(nextRow, rows - 1)),
    column: Math.max(-1, Math.min(nextColumn, columns - 1)),
  })
  switch (key) {
    case 'ArrowDown':
      return to(row + 1, column)
    case 'ArrowUp':
      return to(row - 1, column)
    case 'ArrowRight':
      return to(row, column + 1)
    case 'ArrowLeft':
      return to(row, column - 1)
    case 'PageDown':
      return to(row + page, column)
    case 'PageUp':
      return to(row - page, column)
    case 'Home':
      return to(isFar ? -1 : row, -1)
    case 'End':
      return to(isFar ? rows - 1 : row, columns - 1)
    default:
      return undefined
  }
}
