import { defineStore } from 'pinia'
import { expect } from 'vitest'
import { syncPlugin, type SyncHostOptions, useSyncHost } from '@vue-sync/vue/host'
import {
  syncViewer,
  type SyncViewerOptions,
  useSyncedState,
  useSyncViewer,
} from '@vue-sync/vue/viewer'
import { HOST_KEY } from '../relays/relay.ts'
import { createTestApp } from './app.ts'

/** A store whose words a test can look for in encrypted frames. */
export const useBoard = defineStore('board', {
  state: () => ({ title: 'Quarterly layoffs', count: 0, list: [] as string[] }),
  sync: true,
})

/** Starts an app that publishes the store, encrypted. */
export function startHost(options: SyncHostOptions) {
  const { app, pinia } = createTestApp()
  const own = { key: HOST_KEY, debounce: 20, encrypt: true, name: 'Secret board' }
  app.use(pinia).use(syncPlugin, { ...own, ...options })
  app.mount({})
  const host = app.runWithContext(useSyncHost)
  return { app, host, board: useBoard(pinia) }
}

/** Starts an app that shows the store. */
export function startViewer(url: string, options: SyncViewerOptions = {}) {
  const { app, pinia } = createTestApp()
  const backoff = { first: 50, max: 50 }
  app.use(syncViewer, { url, backoff, ...options }).use(pinia)
  app.mount({})
  const viewer = app.runWithContext(useSyncViewer)
  return { app, viewer, board: app.runWithContext(() => useSyncedState('board')) }
}

/** Waits for the link that the host shows, and gives it for the relay at `url`. */
export async function linkOf({ host }: ReturnType<typeof startHost>, url: string): Promise<string> {
  await expect.poll(() => host.viewerUrl.value).toContain('&e=')
  return through(host.viewerUrl.value!, url)
}
/** The same link for another address. */
export const through = (link: string, url: string) =>
  link.replace(/^http:\/\/[^/]+/, url.replace('ws', 'http'))
