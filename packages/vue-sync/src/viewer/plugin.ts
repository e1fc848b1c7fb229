import type { Pinia, PiniaPluginContext, Store } from 'pinia'
import { type App, computed, type InjectionKey, shallowReadonly, toRefs } from 'vue'
import { isStale } from '../client/index.ts'
import { existingStores } from '../pinia/existing-stores.ts'
import type { SyncOptions } from '../pinia/sync-options.ts'
import { whenPinia } from '../pinia/when-pinia.ts'
import type { SyncViewerOptions } from './options.ts'
import { createSyncViewer, type SyncViewer } from './viewer.ts'

export const SYNC_VIEWER_KEY: InjectionKey<SyncViewer> = Symbol('vue-sync viewer')

/**
 * The id of the viewer's own state in Pinia: the values of `useSyncViewer()` without the two functions. An app without
 * Pinia has `useSyncViewer()` only.
 *
 * @example
 * ```ts
 * import { defineStore } from 'pinia'
 * import { VIEWER_STORE_ID } from '@vue-sync/vue/viewer'
 *
 * export const useConnection = defineStore(VIEWER_STORE_ID, {})
 * ```
 */
export const VIEWER_STORE_ID = 'vue-sync-viewer'

/** The viewer's state as refs, for Pinia and for `useSyncViewer`. */
export function viewerRefs({ state, copy }: SyncViewer) {
  return {
    ...toRefs(shallowReadonly(state)),
    stale: computed(() => isStale(state)),
    storeIds: computed(() => [...copy.ids]),
    problems: computed(() => [...copy.problems.list]),
  }
}

function install(app: App, options: SyncViewerOptions = {}): void {
  let pinia: Pinia | undefined
  let installed = true
  const viewer = createSyncViewer(options, () => pinia!)
  app.provide(SYNC_VIEWER_KEY, viewer)
  // SSR: a server shows nothing, and a connection would outlive its request.
  if (typeof window === 'undefined') return

  function adopt(store: Store, sync: boolean | SyncOptions | undefined): void {
    const rules = options.stores?.[store.$id]
    if (!installed || sync === false || rules === false || store.$id === VIEWER_STORE_ID) return
    const deserialize = typeof sync === 'object' ? sync.deserialize : undefined
    viewer.copy.adopt(store, { ...(deserialize && { deserialize }), ...rules })
  }

  whenPinia(app, options.pinia, (found) => {
    if (!installed) return
    pinia = found
    for (const store of existingStores(found).values()) adopt(store, undefined)
    found.use(({ store, options: { sync } }: PiniaPluginContext) => {
      if (!store.$id.startsWith('__hot:')) adopt(store, sync)
    })
    found.state.value[VIEWER_STORE_ID] = viewerRefs(viewer)
  })
  if (options.url !== undefined) viewer.connect(options.url)

  app.onUnmount(() => {
    installed = false
    viewer.dispose()
  })
}

/**
 * Shows a host's stores in this app. A Pinia store with the same id as one of the host is filled, and `useSyncedState()`
 * gives each store of the host as received. Install it before or after Pinia, or without it. It does nothing on a server.
 *
 * @example
 * ```ts
 * import { createPinia } from 'pinia'
 * import { createApp } from 'vue'
 * import { sessionCache } from '@vue-sync/vue/cache'
 * import { syncViewer } from '@vue-sync/vue/viewer'
 * import App from './App.vue'
 *
 * createApp(App)
 *   .use(createPinia())
 *   .use(syncViewer, { url: location.href, cache: sessionCache() })
 *   .mount('#app')
 * ```
 * @throws SyncError VS101 or VS121 for a bad `url`
 */
export const syncViewer = { install }
