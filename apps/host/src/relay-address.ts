import type { SyncHostOptions } from '@vue-sync/vue/host'
import { DEFAULT_PORT, parseLink, sessionPath } from '@vue-sync/vue/protocol'

/** An address of the relay for a session. One that cannot be read stays as it is, so that the plugin reports it. */
function forSession(url: string, session: string): string {
  const address = parseLink(url)
  return address ? `${address.relay}${sessionPath(session)}` : url
}

/** The plugin's default. */
function relayOfPage(): string {
  const { protocol, hostname } = location
  return `${protocol === 'https:' ? 'wss' : 'ws'}://${hostname}:${DEFAULT_PORT}`
}

/**
 * Reads the relay's address and host key. `?relay=` and `#host-key=` of the page override the environment
 * variables of the dev command, and `?session=` the session. The key is removed from the address bar.
 */
export function readRelayAddress(): Pick<SyncHostOptions, 'url' | 'key'> {
  const fragment = new URLSearchParams(location.hash.slice(1))
  const query = new URLSearchParams(location.search)
  const relay = query.get('relay') ?? import.meta.env.VITE_SYNC_URL
  const session = query.get('session')
  const url = session ? forSession(relay || relayOfPage(), session) : relay
  const key = fragment.get('host-key') ?? import.meta.env.VITE_SYNC_HOST_KEY
  if (fragment.has('host-key')) {
    fragment.delete('host-key')
    history.replaceState(null, '', location.pathname + location.search)
  }
  return { ...(url && { url }), ...(key && { key }) }
}
