import { onScopeDispose, type Ref, shallowRef, watch } from 'vue'
import { type Found, type ItemIds, search, type View } from './model/index.ts'

/** A search runs this long at a time, in milliseconds, so that typing and scrolling stay smooth. */
const SLICE_MS = 8

/** Searches while the user types, and again when the state changes. `undefined` without a query. */
export function useSearch(
  query: Readonly<Ref<string>>,
  view: Readonly<Ref<View>>,
  ids: ItemIds,
): Readonly<Ref<Found | undefined>> {
  const found = shallowRef<Found>()
  let timer: ReturnType<typeof setTimeout> | undefined
  /** Whether the state has changed since the running search began. */
  let isOutdated = false

  function start(): void {
    clearTimeout(timer)
    timer = undefined
    isOutdated = false
    if (query.value.trim() === '') found.value = undefined
    else advance(search(view.value, query.value, ids))
  }

  function advance(steps: ReturnType<typeof search>): void {
    timer = undefined
    const end = performance.now() + SLICE_MS
    let step = steps.next()
    while (!step.done && performance.now() < end) step = steps.next()
    if (!step.done) {
      timer = setTimeout(() => advance(steps))
      return
    }
    found.value = step.value
    if (isOutdated) start()
  }

  watch(query, start)
  // A search that began anew with every change would never end on a slow phone.
  watch(view, () => {
    if (timer === undefined) start()
    else isOutdated = true
  })
  onScopeDispose(() => clearTimeout(timer))
  return found
}
