import type { Pinia, PiniaPluginContext, Store } from 'pinia'
import type { App, InjectionKey } from 'vue'
import { madeStores } from '../pinia/existing-stores.ts'
import type { SyncOptions } from '../pinia/sync-options.ts'
import { whenPinia } from '../pinia/when-pinia.ts'
import { createSyncHost, type SyncHost } from './host.ts'
import { HOST_DEFAULTS, type SyncHostOptions } from './options.ts'

export const SYNC_HOST_KEY: InjectionKey<SyncHost> = Symbol('vue-sync host')

/** What HMR calls the throwaway store that it makes to read a new definition. */
const HOT_PREFIX = '__hot:'

function byName(stores: SyncHostOptions['stores'], id: string): boolean | SyncOptions | undefined {
  if (Array.isArray(stores)) return stores.includes(id) || undefined
  return stores && Object.hasOwn(stores, id) ? stores[id] : undefined
}

function install(app: App, options: SyncHostOptions = {}): void {
  const host = createSyncHost(options)
  app.provide(SYNC_HOST_KEY, host)
  // On a server there is nobody to mirror for, and a subscription would outlive its request.
  if (typeof window === 'undefined') return

  let installed = true
  const restore = new Set<() => void>()

  function consider(store: Store, sync: boolean | SyncOptions | undefined): void {
    if (!sync) return
    host.attach(store, sync === true ? {} : sync)
    // Pinia tells nobody of a disposal, and for a store made earlier its scope is out of reach.
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
    consider(store, byName(options.stores, id) ?? sync)
  }

  whenPinia(app, options.pinia, (pinia: Pinia) => {
    if (!installed) return
    for (const [id, store] of madeStores(pinia)) consider(store, byName(options.stores, id))
    pinia.use(onStore)
    if (options.autoStart ?? HOST_DEFAULTS.autoStart) host.start()
  })

  // The last chances before the page goes or sleeps: the debounce would lose the latest changes, or keep
  // them until it wakes. A phone may end what is hidden without a word; not every browser says `freeze`.
  const { flushBeforeLeaving } = host
  const onVisibility = (): void => {
    if (document.hidden) flushBeforeLeaving()
  }
  window.addEventListener('pagehide', flushBeforeLeaving)
  document.addEventListener('freeze', flushBeforeLeaving)
  document.addEventListener('visibilitychange', onVisibility)
  app.onUnmount(() => {
    installed = false
    window.removeEventListener('pagehide', flushBeforeLeaving)
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
 * @throws SyncError VS101 for a bad `url`, VS107 for a bad option
 */
export const syncPlugin = { install }
