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

/** As `sync` of a store, for the host's side. */
export type SyncSourceOptions<T> = Omit<SyncOptions<SourceFields<NonNullable<T>>>, 'deserialize'>

/**
 * Publishes a ref, a reactive object or the result of a getter under an id, as a store without Pinia. Viewers get the
 * fields of an object. Any other value is the field `value`. It ends with the component or the effect scope that calls
 * it, or with the app. Where the id is taken, it waits until the other source or store ends, see VS218. Does nothing on
 * a server.
 *
 * @returns ends it earlier
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
