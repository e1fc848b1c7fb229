import { useDebounceFn } from '@vueuse/core'
import type { Store } from 'pinia'
import type { Warn } from '../diagnostics.ts'
import type { SyncOptions } from '../pinia/sync-options.ts'
import type { ValueForm } from './core/plain.ts'
import type { Publisher } from './core/publisher.ts'
import { checkDelays } from './read-options.ts'
import { createStoreSource } from './store-source.ts'

export interface SyncedStoresOptions {
  publisher: Pick<Publisher, 'add' | 'remove'>
  /** Changes are sent this many milliseconds after the last one, unless the store has its own delay. */
  debounce: number
  /** Milliseconds after which changes are sent while more keep coming; `undefined` for no limit. */
  maxWait: number | undefined
  warn: Warn
  form: ValueForm
  /** Whether the relay accepts state. Changes made before are sent as soon as it does. */
  isReady: () => boolean
  isHidden: () => boolean
  /** When `flush` last ran, milliseconds since 1970. */
  flushedAt: () => number
  /** Sends what has changed in all stores. */
  flush: () => void
}

/** The stores that a host publishes. Decides when a change in one of them is sent. */
export interface SyncedStores {
  /** Syncs a store until `detach`. @throws SyncError VS107 for a bad delay, in development */
  attach: (store: Store, options: SyncOptions) => void
  detach: (id: string) => void
  detachAll: () => void
}

export function createSyncedStores(options: SyncedStoresOptions): SyncedStores {
  const { publisher, warn, form, isReady, isHidden, flushedAt, flush } = options
  const detachers = new Map<string, () => void>()
  // VueUse before 15 cannot cancel a debounced call. A late `flush` sends nothing once the host is disposed.
  const storesChanged = useDebounceFn(flush, options.debounce)

  return {
    attach(store, own) {
      const id = store.$id
      detachers.get(id)?.()
      if (process.env.NODE_ENV !== 'production') checkDelays(`stores.${id}.`, own)
      const { debounce = options.debounce, maxWait = options.maxWait } = own
      const debouncedFlush = useDebounceFn(flush, debounce, maxWait ? { maxWait } : {})
      let queued = false
      const source = createStoreSource(
        store,
        own,
        warn,
        () => {
          if (!isReady() || queued) return
          // Browsers run timers of a hidden page once a second or even once a minute. So a change that comes
          // later than the debounce after the last flush is sent now, and others with the relay's next status.
          if (isHidden() && Date.now() - flushedAt() >= debounce) {
            queued = true
            queueMicrotask(() => {
              queued = false
              flush()
            })
          } else void debouncedFlush()
        },
        undefined,
        form,
      )
      publisher.add(id, source.read)
      detachers.set(id, () => {
        source.stop()
        publisher.remove(id)
      })
      void storesChanged()
    },
    detach(id) {
      detachers.get(id)?.()
      if (detachers.delete(id)) void storesChanged()
    },
    detachAll() {
      for (const detach of detachers.values()) detach()
      detachers.clear()
    },
  }
}
