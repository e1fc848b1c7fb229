import type { SyncHostOptions } from '@vue-sync/vue/host'

const KEPT = 'dashboard-relay'

/**
 * Where the relay is, and the key to publish. A built page contains no key: it reads both from its address,
 * `#relay=wss://relay.example.com&key=…`, and keeps them until the tab is closed. Without them, the plugin connects to
 * the relay inside `vite dev`.
 */
export function relayOptions(): Pick<SyncHostOptions, 'url' | 'key'> {
  if (location.hash.includes('key=')) {
    sessionStorage.setItem(KEPT, location.hash.slice(1))
    // The key does not stay in the address bar, which others may see.
    history.replaceState(null, '', location.pathname + location.search)
  }
  const given = new URLSearchParams(sessionStorage.getItem(KEPT) ?? '')
  const [url, key] = [given.get('relay'), given.get('key')]
  return { ...(url && { url }), ...(key && { key }) }
}
