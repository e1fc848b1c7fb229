import { onScopeDispose, type Ref, shallowRef } from 'vue'
import { type Change, parentKey } from './model/index.ts'

/** At most two flashes a second: WCAG 2.3.1 allows three. */
const PAUSE_MS = 500
const DURATION_MS = 1000
/** At most this many changed parts are looked up for one flash: a screen has few rows. */
const MOST = 2000

export interface UseFlashReturn {
  /** The keys of the parts that flash. Replaced when a flash begins, and when it ends. */
  flashes: Readonly<Ref<ReadonlySet<string>>>
  add: (changes: readonly Change[]) => void
}

/**
 * Marks the changed parts. For a part without a row, it marks the innermost of its containers that has one.
 *
 * @param shows whether a part has a row
 */
export function useFlash(shows: (part: string) => boolean): UseFlashReturn {
  const flashes = shallowRef<ReadonlySet<string>>(new Set())
  const waiting = new Set<string>()
  let last = -PAUSE_MS
  let timer: ReturnType<typeof setTimeout> | undefined
  let end: ReturnType<typeof setTimeout> | undefined

  function fire(): void {
    timer = undefined
    last = performance.now()
    const next = new Set<string>()
    for (const key of waiting) {
      let shown: string | undefined = key
      while (shown !== undefined && !shows(shown)) shown = parentKey(shown)
      if (shown !== undefined) next.add(shown)
    }
    waiting.clear()
    flashes.value = next
    clearTimeout(end)
    end = setTimeout(() => (flashes.value = new Set()), DURATION_MS)
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
