/** What this browser is, and how it reaches the relay. */
export type Connection =
  | { role: 'presenter'; url: string; key: string }
  | { role: 'audience'; url: string }

const KEPT = 'slidev-sync'

/**
 * Reads `#sync-relay=URL&sync-key=HOST_KEY` (presenter) or `#sync=VIEWER_LINK` (audience) from an address. Slidev drops
 * the fragment with the first slide that changes, so it is kept until the tab is closed.
 *
 * @param fallback the viewer link in the headmatter of the slides
 */
export function readConnection(
  hash: string,
  storage: Pick<Storage, 'getItem' | 'setItem'>,
  fallback: unknown,
): Connection | undefined {
  if (/^#sync(?:-relay)?=/.test(hash)) storage.setItem(KEPT, hash.slice(1))
  const given = new URLSearchParams(storage.getItem(KEPT) ?? '')
  const [relay, key] = [given.get('sync-relay'), given.get('sync-key')]
  if (relay && key) return { role: 'presenter', url: relay, key }
  const url = given.get('sync') ?? fallback
  return typeof url === 'string' && url !== '' ? { role: 'audience', url } : undefined
}
