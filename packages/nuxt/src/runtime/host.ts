import { syncPlugin, type SyncHostOptions, useSyncHost } from '@vue-sync/vue/host'
import type { HostConfig } from '../options.ts'
import type { HostSetup } from '../plugin-templates.ts'
import type { NuxtApp, RuntimeConfig } from './nuxt-app.ts'

/** `@vue-sync/vite` keeps there what the host library reads during development. */
const DEV_RELAY = Symbol.for('vue-sync.dev')

/** Whether this page must not publish, because it was opened from another device. */
function isOff(): boolean {
  return (globalThis as { [DEV_RELAY]?: { isOff?: boolean } })[DEV_RELAY]?.isOff === true
}

/** Asks a route of the app for the host key. @returns `undefined` when the route refuses this person */
async function askForKey(route: string): Promise<string | undefined> {
  const answer = await fetch(route).catch(() => undefined)
  if (!answer?.ok) return undefined
  const text = await answer.text()
  try {
    const { key } = JSON.parse(text) as { key?: unknown }
    return typeof key === 'string' && key !== '' ? key : undefined
  } catch {
    return text || undefined
  }
}

/**
 * Installs the host plugin. It connects when the page is hydrated, because before that, the state of the connection
 * would differ from the server's HTML. On the server it only provides that state.
 */
export async function installHost(
  { vueApp, hooks }: NuxtApp,
  { app, public: { vueSync } }: RuntimeConfig,
  { hasDevRelay, relayPath, keyFrom, autoStart = true, ...options }: HostConfig & HostSetup,
): Promise<void> {
  const isServer = typeof window === 'undefined'
  const here = isServer ? '' : location.origin + app.baseURL.replace(/\/$/, '')
  const ownRelay = relayPath === undefined || isServer ? undefined : here + relayPath
  // The library knows the relay beside `nuxt dev`.
  const url = hasDevRelay ? undefined : vueSync.url || ownRelay
  const viewerUrl = options.viewerUrl ?? (url === ownRelay ? ownRelay : undefined)
  const asksForKey = keyFrom !== undefined && !hasDevRelay && !isServer
  const key = asksForKey ? await askForKey(here + keyFrom) : undefined
  vueApp.use(syncPlugin, {
    ...(options as SyncHostOptions),
    ...(vueSync.session && { session: vueSync.session }),
    ...(url && { url }),
    ...(viewerUrl && { viewerUrl }),
    ...(key && { key }),
    autoStart: false,
  })
  const hasRelay = hasDevRelay ? !isOff() : url !== undefined && (!asksForKey || key !== undefined)
  if (isServer || !autoStart || !hasRelay) return
  const { start } = vueApp.runWithContext(useSyncHost)
  hooks.hookOnce('app:suspense:resolve', start)
}
