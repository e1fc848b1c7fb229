import type { Pinia, PiniaPluginContext, Store } from 'pinia'
import type { App } from 'vue'
import { createWarn } from '../diagnostics.ts'
import { existingStores } from '../pinia/existing-stores.ts'
import type { SyncOptions } from '../pinia/sync-options.ts'
import { whenPinia } from '../pinia/when-pinia.ts'
import { createSyncHost } from './host.ts'
import { warnOfEarlyStores, warnOfMissingStores, warnOfNothing } from './stores/store-warnings.ts'
import { devRelay } from './options/dev-relay.ts'
import { readNamedStores } from './options/named-stores.ts'
import { HOST_DEFAULTS, type SyncHostOptions } from './options/options.ts'
import { SYNC_HOST_KEY } from './sync-host.ts'

/** For HMR, Pinia creates a temporary store with this prefix to read the new definition. */
const HOT_PREFIX = '__hot:'

function install(app: App, options: SyncHostOptions = {}): void {
  const host = createSyncHost(options)
  app.provide(SYNC_HOST_KEY, host)
  // SSR: a server publishes nothing, and a subscription would outlive its request.
  if (typeof window === 'undefined') return

  if (process.env.NODE_ENV !== 'production') warnOfNothing(host)
  devRelay()?.onHost?.(app)
  const named = readNamedStores(options.stores)
  let installed = true
  let found: Pinia | undefined
  /** Undoes what `attach` did to a store, by id. */
  const attached = new Map<string, () => void>()

  function detach(id: string): void {
    attached.get(id)?.()
    attached.delete(id)
  }

  function attach(store: Store, sync: boolean | SyncOptions | undefined): void {
    const id = store.$id
    detach(id)
    if (!sync) return
    const stop = host.attach(store, sync === true ? {} : sync)
    // Pinia has no event for a disposed store, and the scope of an existing store cannot be reached.
    const dispose = store.$dispose
    attached.set(id, () => {
      stop()
      store.$dispose = dispose
    })
    store.$dispose = () => {
      detach(id)
      dispose()
    }
  }

  function onStore({ store, options: { sync }, pinia }: PiniaPluginContext): void {
    if (!installed) return
    const isHot = store.$id.startsWith(HOT_PREFIX)
    const id = isHot ? store.$id.slice(HOT_PREFIX.length) : store.$id
    const synced = isHot ? existingStores(pinia).get(id) : store
    const wanted = named.get(id)?.[0] ?? sync
    // At once, because a field that was just left out must not be sent once more.
    if (synced) attach(synced, wanted === true ? sync || wanted : wanted)
    // Pinia replaces the state after this, without an event.
    if (isHot) host.refresh()
  }

  whenPinia(app, options.pinia, (pinia: Pinia) => {
    if (!installed) return
    found = pinia
    if (process.env.NODE_ENV !== 'production') warnOfEarlyStores(pinia, named)
    for (const [id, store] of existingStores(pinia)) attach(store, named.get(id)?.[0])
    pinia.use(onStore)
    // After the plugins that the app installs in this tick, because a store's setup may inject what they provide.
    queueMicrotask(() => {
      for (const [id, [sync, define]] of named)
        try {
          if (installed && sync) define?.(pinia)
        } catch (error) {
          if (process.env.NODE_ENV !== 'production')
            createWarn()('VS207', `store "${id}" could not be created`, error)
        }
    })
  })
  if (process.env.NODE_ENV !== 'production') warnOfMissingStores(named, () => installed && found)
  // The console of a page that must not publish says so already.
  const isOff =
    process.env.NODE_ENV !== 'production' && options.url === undefined && devRelay()?.isOff
  // Without waiting for Pinia, because an app without Pinia has sources only.
  if (!isOff && (options.autoStart ?? HOST_DEFAULTS.autoStart)) host.start()

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
    for (const undo of attached.values()) undo()
  })
}

/**
 * Publishes the Pinia stores that have the option `sync`, and the state that `useSyncSource()` names. Install it before or
 * after Pinia, or without it. It never throws: after a bad option, `error` of `useSyncHost()` is set, the console says
 * why during development, and nothing is published. It stops when the app unmounts, and does nothing on a server.
 *
 * @example
 * ```ts
 * import { createPinia } from 'pinia'
 * import { createApp } from 'vue'
 * import { syncPlugin } from '@vue-sync/vue/host'
 * import App from './App.vue'
 *
 * createApp(App)
 *   .use(createPinia())
 *   .use(syncPlugin, { url: 'wss://relay.example.com', key: '…' })
 *   .mount('#app')
 * ```
 */
export const syncPlugin = { install }
