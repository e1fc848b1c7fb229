import { createPinia, defineStore } from 'pinia'
import { syncPlugin, type SyncHostOptions, useSyncHost } from '@vue-sync/vue/host'
import { syncViewer, type SyncViewerOptions, useSyncViewer } from '@vue-sync/vue/viewer'
import { createEmptyApp } from './empty-app.ts'

/** A store that takes long on a slow link. */
const useLarge = defineStore('large', {
  state: () => ({ n: 0, blob: '' }),
  sync: true,
})

/** Text of this many characters that does not compress well. */
export function blobOf(length: number): string {
  let word = 1
  const letters = Array.from({ length }, () => {
    word = (word * 1_103_515_245 + 12_345) % 2_147_483_648
    return String.fromCharCode(97 + (word % 26))
  })
  return letters.join('')
}

/** Opens a host whose state has this many bytes. */
export function openLargeHost(options: SyncHostOptions, bytes: number) {
  const app = createEmptyApp()
  const pinia = createPinia()
  app.use(pinia).use(syncPlugin, { debounce: 20, ...options })
  app.mount({})
  const store = useLarge(pinia)
  store.blob = blobOf(bytes)
  return { app, store, host: app.runWithContext(useSyncHost) }
}

export function openLargeViewer(url: string, options: SyncViewerOptions = {}) {
  const app = createEmptyApp()
  const pinia = createPinia()
  app.use(pinia).use(syncViewer, { url, ...options })
  app.mount({})
  return { app, store: useLarge(pinia), viewer: app.runWithContext(useSyncViewer) }
}
