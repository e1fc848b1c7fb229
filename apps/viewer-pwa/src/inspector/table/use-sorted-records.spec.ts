import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, nextTick, shallowRef } from 'vue'
import { type Sorting, sortValues } from '../model/index.ts'
import { useSortedRecords } from './use-sorted-records.ts'

describe('the records of a table', () => {
  let scope = effectScope()
  beforeEach(() => {
    scope = effectScope()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  })
  afterEach(() => {
    scope.stop()
    vi.useRealTimers()
  })

  function create(first: readonly object[], by?: Sorting) {
    const list = shallowRef<readonly unknown[]>(first)
    const sorting = shallowRef(by)
    const sort = vi.fn(sortValues)
    const shown = scope.run(() =>
      useSortedRecords(
        () => list.value,
        () => sorting.value,
        () => 'en',
        sort,
      ),
    )!
    const records = () => {
      const { list: all, placeOf } = shown.value
      return all.map((_, row) => all[placeOf(row)!])
    }
    const update = async (next: readonly object[]) => {
      list.value = next
      await nextTick()
    }
    return { sorting, sort, records, update }
  }
  const rows = [
    { id: 3, name: 'c' },
    { id: 1, name: 'a' },
    { id: 2, name: 'b' },
  ]
  const byId: Sorting = { column: 'id', descending: false }

  it('are in the order of the list until the user sorts them', async () => {
    const { sorting, sort, records } = create(rows)
    expect(records()).toEqual(rows)
    sorting.value = byId
    await nextTick()
    expect(records().map((row) => (row as { id: number }).id)).toEqual([1, 2, 3])
    sorting.value = undefined
    await nextTick()
    expect(records()).toEqual(rows)
    expect(sort).toHaveBeenCalledTimes(1)
  })

  it('are not sorted again when another column changes, and show the change', async () => {
    const { sort, records, update } = create(rows, byId)
    for (let n = 0; n < 20; n++) await update(rows.with(1, { id: 1, name: `new ${n}` }))
    expect(records()[0]).toEqual({ id: 1, name: 'new 19' })
    expect(sort).toHaveBeenCalledTimes(1)
  })

  it('are sorted a few times a second while the sorted column changes, and end in order', async () => {
    const { sort, records, update } = create(rows, byId)
    vi.advanceTimersByTime(1000)
    sort.mockClear()
    for (let n = 1; n <= 100; n++) {
      await update(rows.with(0, { id: -n, name: 'c' }))
      vi.advanceTimersByTime(10)
      const ids = records().map((row) => (row as { id: number }).id)
      expect(ids).toEqual(ids.toSorted((a, b) => a - b))
    }
    expect(sort.mock.calls.length).toBeLessThanOrEqual(4)
    vi.advanceTimersByTime(300)
    expect(records()[0]).toEqual({ id: -100, name: 'c' })
  })

  it('include added ones, and leave out removed ones', async () => {
    const { records, update } = create(rows, byId)
    vi.advanceTimersByTime(1000)
    await update([...rows, { id: 0, name: 'z' }])
    expect(records()[0]).toEqual({ id: 0, name: 'z' })
    await update(rows.slice(1))
    vi.advanceTimersByTime(300)
    expect(records()).toEqual([rows[1], rows[2]])
  })
})
