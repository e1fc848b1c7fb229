import { type MaybeRefOrGetter, onScopeDispose } from 'vue'
import type { SyncOptions } from '../pinia/sync-options.ts'
import { createSyncedState } from './stores/synced-state.ts'
import { injectHost } from './sync-host.ts'

/** What viewers get of a source: the fields of an object, and the field `value` of anything else. */
export type SourceFields<T> = T extends
  | readonly unknown[]
  | Date
  | Map<unknown, unknown>
  | Set<unknown>
  ? { value: T }
  : T extends object
    ? T
    : { value: T }

/** The options of `useSyncSource()`: those of a store's `sync`, without `deserialize`. */
export type SyncSourceOptions<T> = Omit<SyncOptions<SourceFields<NonNullable<T>>>, 'deserialize'>

/**
 * Publishes a ref, a reactive object or the result of a getter under an id, as a store without Pinia. Viewers get the
 * fields of an object. Any other value is the field `value`. It ends with the component or the effect scope that calls
 * it, or with the app. If another store or source has the id, it waits until that one ends, see VS218. It does nothing on
 * a server.
 *
 * @example
 * ```ts
 * import { reactive, ref } from 'vue'
 * import { useSyncSource } from '@vue-sync/vue/host'
 *
 * const score = ref(0)
 * const board = reactive({ title: 'Final', draft: '' })
 *
 * useSyncSource('score', score)
 * useSyncSource('board', board, { omit: ['draft'] })
 * useSyncSource('summary', () => `${board.title}: ${score.value}`)
 * ```
 * @returns a function that ends it earlier
 * @throws SyncError VS106 outside an app that uses `syncPlugin`
 */
export function useSyncSource<T>(
  id: string,
  source: MaybeRefOrGetter<T>,
  options: SyncSourceOptions<T> = {},
): () => void {
  if (typeof window === 'undefined') return () => {}
  const host = injectHost('useSyncSource')
  const stop = host.attach(createSyncedState(id, source), options as unknown as SyncOptions)
  onScopeDispose(stop, true)
  return stop
}
