import { onScopeDispose, type Ref, shallowRef, watch } from 'vue'
import { type Sorting, sortValues, valuesOf } from '../model/index.ts'

/** While the sorted column changes, the records are sorted again at most this often, in milliseconds. */
const SORT_MS = 300

export interface SortedRecords {
  /** The list as it was when the order was made. */
  list: readonly unknown[]
  /** The index in `list` of the record in a row of the table. */
  placeOf: (row: number) => number | undefined
}

/**
 * The records in the order of the table. A change of other columns shows at once, and nothing is sorted for it.
 *
 * @param sort sorts the values of a column
 */
export function useSortedRecords(
  list: () => readonly unknown[],
  sorting: () => Sorting | undefined,
  locale: () => string,
  sort: typeof sortValues = sortValues,
): Readonly<Ref<SortedRecords>> {
  /** The values that were sorted, and their order; `undefined` for the order of the list. */
  let sorted: { values: unknown[]; order: number[] } | undefined
  let sortedAt = -SORT_MS
  let timer: ReturnType<typeof setTimeout> | undefined

  function current(): SortedRecords {
    const order = sorted?.order
    return { list: list(), placeOf: order ? (row) => order[row] : (row) => row }
  }

  const shown = shallowRef(make())

  function make(): SortedRecords {
    clearTimeout(timer)
    timer = undefined
    const by = sorting()
    sorted = undefined
    if (by) {
      const values = valuesOf(list(), by.column)
      sorted = { values, order: sort(values, by, locale()) }
      sortedAt = performance.now()
    }
    return current()
  }

  function isInOrder(): boolean {
    const by = sorting()
    if (!sorted || !by) return true
    const { values } = sorted
    const now = valuesOf(list(), by.column)
    return now.length === values.length && now.every((value, at) => Object.is(value, values[at]))
  }

  watch([sorting, locale], () => (shown.value = make()))
  watch(list, () => {
    if (isInOrder()) {
      clearTimeout(timer)
      timer = undefined
      shown.value = current()
      return
    }
    if (timer !== undefined) return
    const wait = sortedAt + SORT_MS - performance.now()
    if (wait <= 0) shown.value = make()
    else timer = setTimeout(() => (shown.value = make()), wait)
  })
  onScopeDispose(() => clearTimeout(timer))
  return shown
}
