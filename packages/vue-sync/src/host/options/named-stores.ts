import type { AnyStoreDefinition } from '../../pinia/any-pinia.ts'
import type { SyncOptions } from '../../pinia/sync-options.ts'
import type { SyncHostOptions } from './options.ts'

/** How each store that the plugin names is synced, by its id, and its definition if that is given. */
export type NamedStores = Map<string, [sync: boolean | SyncOptions, define?: AnyStoreDefinition]>

/** An entry of another kind gets the id `undefined`. An import that is not ready yet can be one. */
export function readNamedStores(stores: SyncHostOptions['stores'] = {}): NamedStores {
  const named: NamedStores = new Map()
  if (!Array.isArray(stores)) for (const [id, sync] of Object.entries(stores)) named.set(id, [sync])
  else
    for (const entry of stores) {
      if (typeof entry === 'string') named.set(entry, [true])
      else if (typeof entry === 'function') named.set(entry.$id, [true, entry])
      else named.set(entry?.store?.$id, [entry, entry?.store])
    }
  return named
}
