import type { SyncHostOptions } from '@vue-sync/vue/host'

const KEPT = 'dashboard-relay'

/**
 * Where the relay is, and the key to publish. `vite dev` reads them from `.env.local`. A built page contains no key: it
 * reads them from its address, `#relay=wss://relay.example.com&key=…`, and keeps them until the tab is closed.
 */
export function relayOptions(): Pick<SyncHostOptions, 'url' | 'key'> {
  if (location.hash.includes('key=')) {
    sessionStorage.setItem(KEPT, location.hash.slice(1))
    // The key does not stay in the address bar, which others may see.
    history.replaceState(null, '', location.pathname + location.search)
  }
  const given = new URLSearchParams(sessionStorage.getItem(KEPT) ?? '')
  const { VITE_SYNC_URL, VITE_SYNC_KEY } = import.meta.env.DEV ? import.meta.env : {}
  const url = given.get('relay') ?? VITE_SYNC_URL
  const key = given.get('key') ?? VITE_SYNC_KEY
  return { ...(url && { url }), ...(key && { key }) }
}
