import { computed, type ComputedRef, inject, type Ref, shallowReadonly, toRefs } from 'vue'
import { SyncError } from '../diagnostics.ts'
import type { LinkStatus } from '../link/index.ts'
import { formatLink, parseLink, type ViewerToken, type ViewerUrl } from '../protocol/index.ts'
import type { IssueOptions } from './access.ts'
import { deviceLabel } from './device-label.ts'
import { SYNC_HOST_KEY } from './plugin.ts'

/** A viewer link that this host has issued. */
export interface IssuedToken extends ViewerToken {
  /** The link itself; `undefined` until the relay has signed it. */
  url: string | undefined
  /** Viewers connected through it now. */
  viewers: number
}

export interface UseSyncHostReturn {
  /** The state of the connection to the relay. */
  status: Readonly<Ref<LinkStatus>>
  /** Viewers connected now; 0 while the host is not connected to the relay. */
  clientCount: Readonly<Ref<number>>
  /** "No device connected", "1 device connected", … */
  label: ComputedRef<string>
  /** The link for a QR code, with key and secret; `undefined` until the relay has sent it. */
  viewerUrl: ComputedRef<string | undefined>
  /** The same link for each of the relay's addresses, LAN first. */
  viewerUrls: Readonly<Ref<ViewerUrl[]>>
  /**
   * The page that explains how a phone can trust the relay's own CA, for a code to scan before the first
   * `viewerUrl`. It contains no key. `undefined` when the relay has no CA.
   */
  setUpUrl: Readonly<Ref<string | undefined>>
  /**
   * Six characters to type into the relay's own viewer instead of scanning, see `formatPairCode`. Always
   * `undefined` with `encrypt`.
   */
  pairCode: Readonly<Ref<string | undefined>>
  /** Issued links that are not revoked. Expired ones disappear with the next change. */
  tokens: ComputedRef<IssuedToken[]>
  /** When the next dial is due, milliseconds since 1970. */
  retryAt: Readonly<Ref<number | undefined>>
  /** The error that ended publishing for good. */
  error: Readonly<Ref<SyncError | undefined>>
  start: () => void
  /** Sends pending changes and disconnects. `start` resumes. */
  stop: () => void
  /** Sends a whole state now. */
  push: () => void
  /** Creates a separate viewer link and gives its id. @throws SyncError VS107 for a bad option */
  issue: (options?: IssueOptions) => string
  /** Revokes a link and disconnects its viewers for good. `'main'` is the relay's own viewer key. */
  revoke: (id: string) => void
  /**
   * Removes all viewers: every link shown until now becomes invalid, and `viewerUrls` get a new key. With
   * `encrypt` they also get a new secret, so that old links cannot decrypt later messages.
   */
  rotate: () => void
}

/** @throws SyncError VS106 outside an app that uses `syncPlugin` */
export function useSyncHost(): UseSyncHostReturn {
  const host = inject(SYNC_HOST_KEY, undefined)
  if (!host) throw new SyncError('VS106', 'useSyncHost() needs app.use(syncPlugin)')
  const { state, access, rotate, start, stop, push } = host
  const tokens = computed(() => {
    const address = parseLink(state.viewerUrls[0]?.url ?? '')
    return (access.rules.value?.tokens ?? []).map((token): IssuedToken => {
      const signed = state.signed.find(({ id }) => id === token.id)
      const { id, label, expires } = token
      return {
        id,
        label,
        expires,
        url: address && signed && formatLink({ ...address, key: signed.key }),
        viewers: signed?.viewers ?? 0,
      }
    })
  })
  const { signed: _, ...refs } = toRefs(shallowReadonly(state))
  return {
    ...refs,
    tokens,
    label: computed(() => deviceLabel(state.clientCount)),
    viewerUrl: computed(() => state.viewerUrls[0]?.url),
    start,
    stop,
    push,
    issue: access.issue,
    revoke: access.revoke,
    rotate,
  }
}
