import type { KeptState, SyncAddress } from '../protocol/index.ts'
import type { ViewerCache } from './options.ts'

/** What is shown, kept on the device: seldom while it changes, at once when the page may not run again. */
export interface Keeper {
  /** Gives what was kept, or `undefined` when there is nothing or it takes too long. Never rejects. */
  load: (session: SyncAddress) => Promise<KeptState | undefined>
  /** Something changed: save it soon, or with whatever is saved next. */
  note: (soon: boolean) => void
  /** Save now, if anything has changed. */
  now: () => void
}

/** Between two writes while state keeps changing: a write costs a phone some milliseconds and some battery. */
const SAVE_MS = 5000
/** Storage has been seen to never answer (WebKit after a crash): the connection must not wait for it. */
const LOAD_MS = 1000

export function createKeeper(
  cache: ViewerCache,
  current: () => [SyncAddress, KeptState] | undefined,
): Keeper {
  let due: ReturnType<typeof setTimeout> | undefined
  let changed = false
  let savedAt = Number.NEGATIVE_INFINITY

  function now(): void {
    clearTimeout(due)
    due = undefined
    const entry = changed && current()
    changed = false
    if (!entry) return
    savedAt = Date.now()
    cache.save(...entry).catch(() => {})
  }

  return {
    load(session) {
      return new Promise((resolve) => {
        const late = setTimeout(resolve, LOAD_MS)
        cache
          .load(session)
          .catch(() => undefined)
          .then((kept) => {
            clearTimeout(late)
            resolve(kept)
          })
      })
    },
    note(soon) {
      changed = true
      if (soon) due ??= setTimeout(now, Math.max(0, savedAt + SAVE_MS - Date.now()))
    },
    now,
  }
}
