import type { SyncHostOptions } from '@vue-sync/vue/host'

/**
 * Reads the relay's address and host key. `?relay=` and `#host-key=` of the page override the environment
 * variables of the dev command. The key is removed from the address bar.
 */
export function readRelayAddress(): Pick<SyncHostOptions, 'url' | 'key'> {
  const fragment = new URLSearchParams(location.hash.slice(1))
  const url = new URLSearchParams(location.search).get('relay') ?? import.meta.env.VITE_SYNC_URL
  const key = fragment.get('host-key') ?? import.meta.env.VITE_SYNC_HOST_KEY
  if (fragment.has('host-key')) {
    fragment.delete('host-key')
    history.replaceState(null, '', location.pathname + location.search)
  }
  return { ...(url && { url }), ...(key && { key }) }
}
