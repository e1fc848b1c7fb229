import type { Pinia } from 'pinia'
import { createWarn } from '../../diagnostics.ts'
import { existingStores } from '../../pinia/existing-stores.ts'
import type { SyncHostOptions } from '../options/options.ts'

export interface StoreWarningsOptions {
  pinia: Pinia
  /** The stores that the plugin names. */
  named: SyncHostOptions['stores']
  isInstalled: () => boolean
}

/** A store is synced from its first use on, so a name without a store may be right until then. */
const SEARCH_MS = 5000

/** In development, warns of stores that are probably meant to be synced and are not. */
export function warnOfStores({ pinia, named, isInstalled }: StoreWarningsOptions): void {
  const warn = createWarn()
  const wanted = Array.isArray(named)
    ? named
    : Object.keys(named ?? {}).filter((id) => named![id as never])
  for (const id of existingStores(pinia).keys()) {
    const isNamed = Array.isArray(named) ? named.includes(id) : Object.hasOwn(named ?? {}, id)
    // The library’s own stores are about a connection.
    if (!isNamed && !id.startsWith('vue-sync-')) warn('VS212', `store "${id}"`)
  }
  if (wanted.length > 0)
    setTimeout(() => {
      if (!isInstalled()) return
      for (const id of wanted) if (!existingStores(pinia).has(id)) warn('VS211', `stores: "${id}"`)
    }, SEARCH_MS)
}
