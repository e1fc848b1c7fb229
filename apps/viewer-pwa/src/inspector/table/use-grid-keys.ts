import { nextTick, type Ref, shallowRef, useId } from 'vue'
import { cellAfter, type GridCell } from './grid-keys.ts'

export interface GridKeysOptions {
  /** The element that has the focus, whichever cell is active. */
  scroller: Readonly<Ref<HTMLElement | null>>
  rows: () => number
  columns: () => number
  /** How many rows a page has. */
  page: () => number
  press: (cell: GridCell) => void
  /** Brings a row onto the page; -1 is the header. */
  scrollTo: (row: number) => void
}

/** The cell that the keyboard is at, and the keys that move it. */
export function useGridKeys({ scroller, rows, columns, page, press, scrollTo }: GridKeysOptions) {
  const id = useId()
  const active = shallowRef<GridCell>()
  const cellId = (row: number, column: number): string => `${id}-${row}-${column}`

  function onKey(event: KeyboardEvent): void {
    if (event.altKey || event.target !== scroller.value || !active.value) return
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault()
      press(active.value)
      return
    }
    const size = { rows: rows(), columns: columns(), page: page() }
    const next = cellAfter(event, active.value, size)
    if (!next) return
    event.preventDefault()
    active.value = next
    scrollTo(next.row)
    void nextTick(() =>
      document
        .getElementById(cellId(next.row, next.column))
        ?.scrollIntoView({ block: 'nearest', inline: 'nearest' }),
    )
  }

  return {
    active,
    cellId,
    isActive: (row: number, column: number): boolean =>
      active.value?.row === row && active.value.column === column,
    onKey,
    onFocus(): void {
      active.value ??= { row: 0, column: -1 }
    },
  }
}
