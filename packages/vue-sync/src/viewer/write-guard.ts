import type { Store } from 'pinia'
import { effectScope, watch, type WatchHandle } from 'vue'
import type { Warn } from '../diagnostics.ts'

/** In development, warns when the app writes to a store that the viewer fills. */
export type WriteGuard = WatchHandle | undefined

/** @param isFilling whether the viewer itself is writing, to any store */
export function createWriteGuard(store: Store, isFilling: () => boolean, warn: Warn): WriteGuard {
  if (process.env.NODE_ENV === 'production') return undefined
  const scope = effectScope()
  try {
    return scope.run(() =>
      watch(
        () => store.$state,
        () => {
          if (!isFilling()) warn('VS205', `store "${store.$id}"`)
        },
        { deep: true, flush: 'sync' },
      ),
    )
  } catch {
    // A getter inside the app's state fails. Without `stop` it would fail in each of the viewer's writes too.
    scope.stop()
    return undefined
  }
}
