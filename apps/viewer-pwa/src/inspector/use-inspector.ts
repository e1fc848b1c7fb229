import { useIntervalFn, useThrottleFn } from '@vueuse/core'
import { computed, onScopeDispose, shallowRef, watch } from 'vue'
import { createKept, type KeptInspector } from './kept.ts'
import {
  changesBetween,
  createRows,
  type Filter,
  filterOf,
  resolve,
  type Row,
  type RowList,
} from './model/index.ts'
import type { InspectorSource } from './source.ts'
import { useFlash } from './use-flash.ts'
import { usePins } from './use-pins.ts'
import { useSearch } from './use-search.ts'

const MINUTE = 60_000
/** How often changes older than a minute leave the list, in milliseconds. */
const REFRESH_MS = 5000
/** How often new changes are added to the list at most, in milliseconds. */
const LIST_MS = 500

export type UseInspectorReturn = ReturnType<typeof useInspector>

/**
 * The state of the inspector: open rows, search, filter, pins and flashes.
 *
 * @param kept of this session, from an earlier call. It is updated when the scope ends
 */
export function useInspector(
  { view: given, isLive, session }: InspectorSource,
  kept: KeptInspector = createKept(session?.value),
) {
  const { ids, recent, last } = kept
  const tree = createRows(ids, kept.open)
  /** The shown view. The items of its lists have ids. */
  const view = shallowRef(given.value)
  const query = shallowRef(kept.query)
  const onlyChanged = shallowRef(kept.onlyChanged)
  const showsPresent = (): boolean => isLive?.value ?? true
  if (last) {
    const changes = changesBetween(last.view, view.value, ids)
    const isRecent = Date.now() - last.at < MINUTE
    // For an older state, the time of the change is unknown.
    if (isRecent && last.isLive && showsPresent()) recent.add(changes, Date.now())
  }
  const openings = shallowRef(0)
  const refreshes = shallowRef(0)
  const { found, prepare } = useSearch(query, view, ids)

  const filter = computed<Filter | undefined>((before) => {
    if (!onlyChanged.value) return found.value
    void refreshes.value
    const changed = recent.since(Date.now() - MINUTE)
    const matches = found.value?.matches
    const keys = matches ? new Set([...changed].filter((key) => matches.has(key))) : changed
    // A new filter makes all rows again.
    return before && isSameSet(before.matches, keys) ? before : filterOf(keys)
  })
  const refresh = useThrottleFn(() => refreshes.value++, LIST_MS, true)
  const { pinned, pins, isPinned, togglePin } = usePins(session, view, ids, last?.pins)
  const rows = computed<RowList>(() => {
    void openings.value
    return tree.list(view.value, filter.value, pins.value)
  })
  const { flashes, add: flash } = useFlash((part) => rows.value.shows(part))

  watch([given, showsPresent], ([now, isNow], [before, wasNow]) => {
    if (now === before) return
    const changes = changesBetween(before, now, ids)
    view.value = now
    // A difference from a past state is not a change that happens now.
    if (!isNow || !wasNow) return
    recent.add(changes, Date.now())
    if (onlyChanged.value) void refresh()
    if (before.ids.length > 0) flash(changes)
  })
  useIntervalFn(() => {
    if (onlyChanged.value) refreshes.value++
  }, REFRESH_MS)

  onScopeDispose(() => {
    kept.session = session?.value
    kept.query = query.value
    kept.onlyChanged = onlyChanged.value
    kept.last = {
      view: view.value,
      at: Date.now(),
      isLive: showsPresent(),
      pins: pinned.value,
    }
  })

  return {
    /** Names the session; `undefined` if nothing of it may be stored. */
    session: computed(() => session?.value),
    ids,
    view,
    query,
    onlyChanged,
    found,
    prepareSearch: prepare,
    filter,
    rows,
    flashes,
    setOpen(row: Row, open: boolean) {
      tree.setOpen(row, open)
      openings.value++
    },
    isPinned,
    togglePin,
    /** The parts from the store to this one, or `undefined` if it is gone. */
    stepsTo: (part: string) => resolve(part, view.value, ids),
  }
}

const isSameSet = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean =>
  a.size === b.size && [...a].every((key) => b.has(key))
