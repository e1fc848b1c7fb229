// oxlint-disable typescript/consistent-type-imports -- shorter than fifteen imports
// What the samples of the docs may use without an import, because the text around them has it.
import type * as pinia from 'pinia'
import type { App } from 'vue'
import type * as vue from 'vue'
import type * as host from '@vue-sync/vue/host'
import type * as server from '@vue-sync/server'
import type * as viewer from '@vue-sync/vue/viewer'

interface BoardState {
  title: string
  score: number
}

declare global {
  const app: App
  const App: import('vue').Component
  const Viewer: import('vue').Component
  /** The link that a viewer was opened with. */
  const link: string
  /** The relay and its keys. */
  const url: string
  const key: string
  const hostKey: string
  const viewerKey: string
  const relay: import('@vue-sync/server/relay').Relay
  const router: import('vue').Plugin
  const codec: import('@vue-sync/vue').Codec
  const useBoard: pinia.StoreDefinition<'board', BoardState, object, object>
  /** A store of the front page. */
  const useMatch: () => unknown
  const useClock: pinia.StoreDefinition<'clock', { seconds: number }, object, object>

  const vue: typeof import('@vitejs/plugin-vue').default
  const defineConfig: typeof import('vite').defineConfig
  const vueSync: typeof import('@vue-sync/vite').vueSync
  const computed: typeof vue.computed
  const createApp: typeof vue.createApp
  const defineAsyncComponent: typeof vue.defineAsyncComponent
  const markRaw: typeof vue.markRaw
  const onMounted: typeof vue.onMounted
  const reactive: typeof vue.reactive
  const ref: typeof vue.ref
  const shallowRef: typeof vue.shallowRef
  const triggerRef: typeof vue.triggerRef
  const watch: typeof vue.watch
  const createPinia: typeof pinia.createPinia
  const defineStore: typeof pinia.defineStore
  const storeToRefs: typeof pinia.storeToRefs

  const syncPlugin: typeof host.syncPlugin
  const useSyncHost: typeof host.useSyncHost
  const useSyncSource: typeof host.useSyncSource
  const syncViewer: typeof viewer.syncViewer
  const useSyncViewer: typeof viewer.useSyncViewer
  const useSyncedState: typeof viewer.useSyncedState
  const createSyncServer: typeof server.createSyncServer
  type StoreRules = viewer.StoreRules

  // Functions of Nuxt and Nitro, which are not installed here.
  function defineNuxtConfig<T>(config: T): T
  function defineNuxtPlugin(
    setup: (nuxt: { vueApp: App; hook: (name: string, run: () => void) => void }) => unknown,
  ): unknown
  function defineNitroPlugin(
    setup: (nitro: {
      hooks: {
        hook: (
          name: string,
          run: (event: import('@vue-sync/nuxt').AuthorizeEvent) => unknown,
        ) => void
      }
    }) => unknown,
  ): unknown
  function defineWebSocketHandler(hooks: object): unknown
  function defineEventHandler(handler: (event: object) => unknown): unknown
  function getCookie(event: object, name: string): string | undefined
  function useRuntimeConfig(event?: object): { vueSync: { hostKey: string } }
  function getUserSession(event: object): Promise<{ user?: { isPresenter?: boolean } }>
  /** Logins of the reader's own. */
  function isPresenter(cookie: string | null): boolean | Promise<boolean>
  function mayWatch(session: string, cookie: string | null): boolean | Promise<boolean>

  /** A store with a `Date` in it. */
  const store: { when: Date }
  /** What a preload script of Electron gives to its page. */
  interface Window {
    relay: () => Promise<{ url: string; key: string }>
  }

  const Deno: { env: { get: (name: string) => string | undefined } }
}
