import type { Pinia, PiniaPluginContext, Store } from 'pinia'
import type { App, InjectionKey } from 'vue'
import { existingStores } from '../pinia/existing-stores.ts'
import type { SyncOptions } from '../pinia/sync-options.ts'
import { whenPinia } from '../pinia/when-pinia.ts'
import { createSyncHost, type SyncHost } from './host.ts'
import { HOST_DEFAULTS, type SyncHostOptions } from './options.ts'

export const SYNC_HOST_KEY: InjectionKey<SyncHost> = Symbol('vue-sync host')

/** For HMR, Pinia creates a temporary store with this prefix to read the new definition. */
const HOT_PREFIX = '__hot:'

function byName(stores: SyncHostOptions['stores'], id: string): boolean | SyncOptions | undefined {
  if (Array.isArray(stores)) return stores.includes(id) || undefined
  return stores && Object.hasOwn(stores, id) ? stores[id] : undefined
}

function install(app: App, options: SyncHostOptions = {}): void {
  const host = createSyncHost(options)
  app.provide(SYNC_HOST_KEY, host)
  // SSR: a server publishes nothing, and a subscription would outlive its request.
  if (typeof window === 'undefined') return

  let installed = true
  const restore = new Set<() => void>()

  function attachIfSynced(store: Store, sync: boolean | SyncOptions | undefined): void {
    if (!sync) return
    host.attach(store, sync === true ? {} : sync)
    // Pinia has no event for a disposed store, and the scope of an existing store cannot be reached.
    const dispose = store.$dispose
    const undo = (): void => {
      store.$dispose = dispose
    }
    restore.add(undo)
    store.$dispose = () => {
      restore.delete(undo)
      host.detach(store.$id)
      dispose()
    }
  }

  function onStore({ store, options: { sync } }: PiniaPluginContext): void {
    if (!installed) return
    const id = store.$id
    if (id.startsWith(HOT_PREFIX)) return host.refresh()
    attachIfSynced(store, byName(options.stores, id) ?? sync)
  }

  whenPinia(app, options.pinia, (pinia: Pinia) => {
    if (!installed) return
    for (const [id, store] of existingStores(pinia))
      attachIfSynced(store, byName(options.stores, id))
    pinia.use(onStore)
    if (options.autoStart ?? HOST_DEFAULTS.autoStart) host.start()
  })

  // When the page is left or frozen, waiting changes would be lost or sent late, so they are sent now. A phone
  // may discard a hidden page without any event, and some browsers have no `freeze` event.
  const { flushBeforeLeaving } = host
  const onPageHide = (): void => {
    flushBeforeLeaving()
    host.leave()
  }
  const onVisibility = (): void => {
    if (document.hidden) flushBeforeLeaving()
  }
  window.addEventListener('pagehide', onPageHide)
  document.addEventListener('freeze', flushBeforeLeaving)
  document.addEventListener('visibilitychange', onVisibility)
  app.onUnmount(() => {
    installed = false
    window.removeEventListener('pagehide', onPageHide)
    document.removeEventListener('freeze', flushBeforeLeaving)
    document.removeEventListener('visibilitychange', onVisibility)
    host.dispose()
    for (const undo of restore) undo()
  })
}

/**
 * Publishes the app's opted-in Pinia stores. Install in any order with Pinia:
 * `app.use(syncPlugin, { url, key })`.
 *
 * @throws SyncError VS101 or VS121 for a bad `url`, VS107 for a bad option
 */
export const syncPlugin = { install }
