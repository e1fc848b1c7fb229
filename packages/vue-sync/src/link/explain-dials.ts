// Loaded only after dials have failed, so it is no part of what every app loads.

/** Why dials to a relay end without a frame. */
export type Cause = [code: 'VS119' | 'VS120' | 'VS126', detail: string]

/** Names and addresses of networks that are not the internet. */
const LOCAL =
  /^(?:[^.:]+|.+\.(?:localhost|local|lan|internal|test|home\.arpa)|(?:10|127|169\.254|192\.168|172\.(?:1[6-9]|2\d|3[01])|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\.[\d.]+|\[(?:::1|f[cde].+)\])$/
/** Each browser knows some of them. */
const PERMISSIONS = ['local-network', 'loopback-network', 'local-network-access']

/**
 * Whether the browser may block the dial, since the page is from the internet and the relay is not. The state of the
 * permission alone proves nothing: on plain http it is always `denied`, and `prompt` before any page has asked.
 */
async function isGated(hostname: string): Promise<boolean> {
  const { location, navigator } = globalThis
  if (!location?.hostname || LOCAL.test(location.hostname) || !LOCAL.test(hostname)) return false
  const states = await Promise.all(
    PERMISSIONS.map((name) =>
      navigator.permissions.query({ name: name as PermissionName }).then(
        ({ state }) => state,
        () => undefined,
      ),
    ),
  )
  return states.some((state) => state !== undefined && state !== 'granted')
}

/**
 * Gives the probable reason why dials to a relay end without a frame.
 *
 * @param busy the reason of a relay that has no room for this client
 */
export async function explainDials(relay: string, busy?: string): Promise<Cause> {
  if (busy !== undefined) return ['VS126', busy]
  const { hostname, port, pathname } = new URL(relay)
  if (await isGated(hostname).catch(() => false)) return ['VS119', relay]
  if (pathname !== '/') return ['VS120', `${relay}; a proxy may serve the relay at another path`]
  if (!port) return ['VS120', `${relay}; the port is probably missing, a relay’s own is 9876`]
  const isPlain = globalThis.location?.protocol === 'https:' && relay.startsWith('ws:')
  const hint = isPlain ? '; Safari blocks ws:// on https pages, also for localhost' : ''
  return ['VS120', relay + hint]
}
