import type { Pinia } from 'pinia'
import { createWarn } from '../../diagnostics.ts'
import { existingStores } from '../../pinia/existing-stores.ts'
import type { SyncOptions } from '../../pinia/sync-options.ts'
import type { NamedStores } from '../options/named-stores.ts'
import type { SyncedState } from './synced-state.ts'

/** A store is synced from its first use on, so a name without a store may be right until then. */
const SEARCH_MS = 5000

/** In development, warns of stores that exist, and are probably meant to be synced. */
export function warnOfEarlyStores(pinia: Pinia, named: NamedStores): void {
  const warn = createWarn()
  for (const id of existingStores(pinia).keys()) {
    // The library’s own stores are about a connection.
    if (!named.has(id) && !id.startsWith('vue-sync-')) warn('VS212', `store "${id}"`)
  }
}

/** The part of a host that `warnOfNothing` needs. */
interface SharingHost {
  readonly state: { readonly status: string }
  attach: (store: SyncedState, options: SyncOptions) => () => void
}

/** In development, warns of a host that is connected and has shared nothing after some time. */
export function warnOfNothing(host: SharingHost): void {
  const { attach } = host
  let hasShared = false
  host.attach = (...args) => {
    hasShared = true
    return attach(...args)
  }
  setTimeout(() => {
    if (!hasShared && host.state.status === 'connected') createWarn()('VS219', 'this page')
  }, SEARCH_MS)
}

/**
 * In development, warns of named stores that do not exist after some time.
 *
 * @param find gives the app's Pinia if it has one; `false` when the plugin is no longer installed
 */
export function warnOfMissingStores(
  named: NamedStores,
  find: () => Pinia | undefined | false,
): void {
  const warn = createWarn()
  const wanted = [...named].filter(([, [sync]]) => sync !== false).map(([id]) => id)
  if (wanted.length === 0) return
  setTimeout(() => {
    const pinia = find()
    if (pinia === false) return
    for (const id of wanted)
      if (!pinia || !existingStores(pinia).has(id)) warn('VS211', `stores: "${id}"`)
  }, SEARCH_MS)
}
