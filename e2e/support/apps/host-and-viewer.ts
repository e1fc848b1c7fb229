import { createPinia, defineStore } from 'pinia'
import { type App, watch } from 'vue'
import { syncPlugin, type SyncHostOptions, useSyncHost } from '@vue-sync/vue/host'
import {
  syncViewer,
  type SyncViewerOptions,
  useSyncedState,
  useSyncViewer,
} from '@vue-sync/vue/viewer'
import { createEmptyApp } from './app.ts'
import { HOST_KEY, VIEWER_KEY } from '../relays/relay.ts'

/** The store of the fault tests. While one page is the host, `n` only grows. */
export const useLoad = defineStore('load', {
  state: () => ({ n: 0, by: '', list: [] as number[], rows: {} as Record<string, number> }),
  sync: true,
})
export type Load = ReturnType<typeof useLoad>

/** Short reconnect delays in milliseconds, so that tests do not wait. */
const FAST_BACKOFF = { first: 20, max: 150, factor: 1.5 }

export interface HostPage {
  app: App
  load: Load
  host: ReturnType<typeof useSyncHost>
  /** Makes one change, of a kind that `random` selects. */
  change: (random: () => number) => void
}

export function openHost(url: string, options: SyncHostOptions = {}): HostPage {
  const app = createEmptyApp()
  const pinia = createPinia()
  app.use(pinia).use(syncPlugin, {
    url,
    key: HOST_KEY,
    debounce: 5,
    maxWait: 15,
    backoff: FAST_BACKOFF,
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
      const kind = Math.floor(random() * 4)
      if (kind === 0) load.list.push(load.n)
      if (kind === 1) load.list.splice(Math.floor(random() * load.list.length), 1)
      if (kind === 2) load.rows[`r${Math.floor(random() * 20)}`] = load.n
      if (kind === 3 && load.list.length > 50) load.list = load.list.slice(-5)
    },
  }
}

export interface ViewerPage {
  app: App
  load: Load
  viewer: ReturnType<typeof useSyncViewer>
  /** Every displayed value of `n`, in order. */
  shown: number[]
}

export function openViewer(url: string, options: SyncViewerOptions = {}): ViewerPage {
  const app = createEmptyApp()
  const pinia = createPinia()
  app
    .use(pinia)
    .use(syncViewer, { url: `${url}#k=${VIEWER_KEY}`, backoff: FAST_BACKOFF, ...options })
  app.mount({})
  const shown: number[] = []
  app.runWithContext(() => {
    const view = useSyncedState<{ n: number }>('load')
    watch(view, (state) => state && shown.push(state.n), { flush: 'sync' })
  })
  return { app, load: useLoad(pinia), viewer: app.runWithContext(useSyncViewer), shown }
}

/** A plain copy of the state, for comparison. */
export const plain = (load: Load): unknown => JSON.parse(JSON.stringify(load.$state))
