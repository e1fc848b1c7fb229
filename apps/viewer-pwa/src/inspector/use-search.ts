import { onScopeDispose, type Ref, shallowRef, watch } from 'vue'
import { type Found, type ItemIds, search, type View } from './model/index.ts'

/** A search runs this long at a time, in milliseconds, so that typing and scrolling stay smooth. */
const SLICE_MS = 8
/** A search that takes longer than this shows what it has found up to then, in milliseconds. */
const SHOW_MS = 80
/** While the state changes, a search begins again at most this often, in milliseconds. */
const REPEAT_MS = 500
/** A query that matches nothing. A search for it only indexes the state. */
const NOTHING = '\uFFFF'

export interface UseSearchReturn {
  /** What the latest search has found up to now. `undefined` without a query. */
  found: Readonly<Ref<Found | undefined>>
  /** Indexes the state, so that the first letter is as fast as the others. Call it before the user types. */
  prepare: () => void
}

/** Searches while the user types, and again when the state changes. */
export function useSearch(
  query: Readonly<Ref<string>>,
  view: Readonly<Ref<View>>,
  ids: ItemIds,
): UseSearchReturn {
  const found = shallowRef<Found>()
  // `setTimeout` would wait for 4 ms between two slices.
  const { port1: later, port2: turn } = new MessageChannel()
  let steps: ReturnType<typeof search> | undefined
  /** Whether the state has changed since the running search began. */
  let isOutdated = false
  let shownAt = 0
  /** The number of the latest search. A turn that an earlier one has asked for is ignored. */
  let run = 0
  let begunAt = -REPEAT_MS
  let timer: ReturnType<typeof setTimeout> | undefined

  function start(): void {
    clearTimeout(timer)
    timer = undefined
    isOutdated = false
    steps = undefined
    if (query.value.trim() === '') found.value = undefined
    else begin(query.value)
  }

  function repeat(): void {
    const wait = begunAt + REPEAT_MS - performance.now()
    if (wait <= 0) start()
    else timer ??= setTimeout(start, wait)
  }

  function begin(text: string): void {
    run++
    shownAt = begunAt = performance.now()
    steps = search(view.value, text, ids)
    advance()
  }

  function advance(): void {
    if (!steps) return
    const begun = performance.now()
    let step = steps.next()
    while (!step.done && performance.now() - begun < SLICE_MS) step = steps.next()
    if (step.done) steps = undefined
    if (step.value.query !== NOTHING) show(step.value)
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port has no origin
    if (!step.done) later.postMessage(run)
    else if (isOutdated) repeat()
  }

  function show(now: Found): void {
    const at = performance.now()
    if (now.isComplete) {
      if (!found.value || !isSame(found.value, now)) found.value = now
    } else if (at - shownAt > SHOW_MS && now.total > 0) {
      shownAt = at
      // The search goes on with the same sets.
      found.value = { ...now, matches: new Set(now.matches), around: new Set(now.around) }
    }
  }

  turn.addEventListener('message', ({ data }) => {
    if (data === run) advance()
  })
  turn.start()
  watch(query, start, { immediate: true })
  // A search that began anew with every change would never end on a slow phone.
  watch(view, () => {
    if (steps) isOutdated = true
    else if (found.value) repeat()
  })
  onScopeDispose(() => {
    clearTimeout(timer)
    steps = undefined
    turn.close()
  })
  return {
    found,
    prepare() {
      if (!steps && query.value.trim() === '') begin(NOTHING)
    },
  }
}

/** While a search is shown, most changes do not change what is found, and then no row has to be made again. */
function isSame(before: Found, now: Found): boolean {
  return (
    before.isComplete &&
    before.query === now.query &&
    before.total === now.total &&
    before.matches.size === now.matches.size &&
    [...now.matches].every((key) => before.matches.has(key))
  )
}
