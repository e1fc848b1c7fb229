import type { KeptState, SyncAddress } from '../protocol/index.ts'
import type { ViewerCache } from './options.ts'

/** Saves the shown state on the device: every few seconds while it changes, and at once when the page is left. */
export interface StateSaver {
  /** Gives the saved state; `undefined` when there is none or loading takes too long. Never rejects. */
  load: (session: SyncAddress) => Promise<KeptState | undefined>
  /** Something changed. `soon`: start the timer for a save. Otherwise it is saved with the next change. */
  markChanged: (soon: boolean) => void
  /** Saves now if anything has changed. */
  saveNow: () => void
}

/** Between two writes while state keeps changing: a write costs a phone some milliseconds and some battery. */
const SAVE_MS = 5000
/** WebKit's storage sometimes never answers after a crash, and the first dial waits for it. */
const LOAD_MS = 1000

export function createStateSaver(
  cache: ViewerCache,
  current: () => [SyncAddress, KeptState] | undefined,
): StateSaver {
  let timer: ReturnType<typeof setTimeout> | undefined
  let changed = false
  let savedAt = 0

  function saveNow(): void {
    clearTimeout(timer)
    timer = undefined
    const entry = changed && current()
    changed = false
    if (!entry) return
    savedAt = Date.now()
    cache.save(...entry).catch(() => {})
  }

  return {
    load(session) {
      // The first state of the next session is saved at once, so that lists of sessions have it.
      savedAt = 0
      return new Promise((resolve) => {
        const timeout = setTimeout(resolve, LOAD_MS)
        cache
          .load(session)
          .catch(() => undefined)
          .then((kept) => {
            clearTimeout(timeout)
            resolve(kept)
          })
      })
    },
    markChanged(soon) {
      changed = true
      if (soon) timer ??= setTimeout(saveNow, Math.max(0, savedAt + SAVE_MS - Date.now()))
    },
    saveNow,
  }
}
