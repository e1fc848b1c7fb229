import type { SyncHostOptions } from '@vue-sync/vue/host'

/**
 * Where to publish: `?relay=` and `#host-key=` of the page win over what the dev command hands over.
 * The key is taken out of the address bar.
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
