import { onScopeDispose, type Ref, shallowRef } from 'vue'
import { type Change, parentKey } from './model/index.ts'

/** At most two flashes a second: WCAG 2.3.1 allows three. */
const PAUSE_MS = 500
const DURATION_MS = 1000
/** More changed parts at once than anybody sees. */
const MOST = 2000

export interface UseFlashReturn {
  /** The number of the flash, by the key of the part. */
  flashes: Readonly<Ref<ReadonlyMap<string, number>>>
  add: (changes: readonly Change[]) => void
}

/**
 * Marks changed parts, or the deepest container with a row of one that has no row.
 *
 * @param shows whether a part has a row
 */
export function useFlash(shows: (part: string) => boolean): UseFlashReturn {
  const flashes = shallowRef<ReadonlyMap<string, number>>(new Map())
  const waiting = new Set<string>()
  let count = 0
  let last = -PAUSE_MS
  let timer: ReturnType<typeof setTimeout> | undefined
  let end: ReturnType<typeof setTimeout> | undefined

  function fire(): void {
    timer = undefined
    last = performance.now()
    count++
    const next = new Map<string, number>()
    for (const key of waiting) {
      let shown: string | undefined = key
      while (shown !== undefined && !shows(shown)) shown = parentKey(shown)
      if (shown !== undefined) next.set(shown, count)
    }
    waiting.clear()
    flashes.value = next
    clearTimeout(end)
    end = setTimeout(() => (flashes.value = new Map()), DURATION_MS)
  }

  onScopeDispose(() => {
    clearTimeout(timer)
    clearTimeout(end)
  })
  return {
    flashes,
    add(changes) {
      for (const { key } of changes) if (waiting.size < MOST) waiting.add(key)
      if (waiting.size === 0 || timer !== undefined) return
      const wait = last + PAUSE_MS - performance.now()
      if (wait <= 0) fire()
      else timer = setTimeout(fire, wait)
    },
  }
}
