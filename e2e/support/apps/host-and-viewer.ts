import { createPinia, defineStore } from 'pinia'
import { type App, watch } from 'vue'
import { syncPlugin, type SyncHostOptions, useSyncHost } from '@vue-sync/vue/host'
import {
  syncViewer,
  type SyncViewerOptions,
  useSyncedState,
  useSyncViewer,
} from '@vue-sync/vue/viewer'
import { makeEmptyApp } from './app.ts'
import { HOST_KEY, VIEWER_KEY } from '../relays/relay.ts'

/** What a host of the fault tests shows: `n` only ever grows while one page is the host. */
export const useLoad = defineStore('load', {
  state: () => ({ n: 0, by: '', list: [] as number[], rows: {} as Record<string, number> }),
  sync: true,
})
export type Load = ReturnType<typeof useLoad>

/** Redials that a test does not have to wait for. */
const HASTE = { first: 20, max: 150, factor: 1.5 }

export interface HostPage {
  app: App
  load: Load
  host: ReturnType<typeof useSyncHost>
  /** One more change, of a kind that `random` draws. */
  change: (random: () => number) => void
}

export function openHost(url: string, options: SyncHostOptions = {}): HostPage {
  const app = makeEmptyApp()
  const pinia = createPinia()
  app.use(pinia).use(syncPlugin, {
    url,
    key: HOST_KEY,
    debounce: 5,
    maxWait: 15,
    backoff: HASTE,
    ...options,
  })
  app.mount({})
  const load = useLoad(pinia)
  return {
    app,
    load,
    host: app.runWithContext(useSyncHost),
    change(random) {
      load.n++
      const way = Math.floor(random() * 4)
      if (way === 0) load.list.push(load.n)
      if (way === 1) load.list.splice(Math.floor(random() * load.list.length), 1)
      if (way === 2) load.rows[`r${Math.floor(random() * 20)}`] = load.n
      if (way === 3 && load.list.length > 50) load.list = load.list.slice(-5)
    },
  }
}

export interface ViewerPage {
  app: App
  load: Load
  viewer: ReturnType<typeof useSyncViewer>
  /** Every `n` that was ever on show, in order. */
  shown: number[]
}

export function openViewer(url: string, options: SyncViewerOptions = {}): ViewerPage {
  const app = makeEmptyApp()
  const pinia = createPinia()
  app.use(pinia).use(syncViewer, { url: `${url}#k=${VIEWER_KEY}`, backoff: HASTE, ...options })
  app.mount({})
  const shown: number[] = []
  app.runWithContext(() => {
    const view = useSyncedState<{ n: number }>('load')
    watch(view, (state) => state && shown.push(state.n), { flush: 'sync' })
  })
  return { app, load: useLoad(pinia), viewer: app.runWithContext(useSyncViewer), shown }
}

export const plain = (load: Load): unknown => JSON.parse(JSON.stringify(load.$state))
