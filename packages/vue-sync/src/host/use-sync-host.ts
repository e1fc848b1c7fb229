import { computed, type ComputedRef, type Ref, shallowReadonly, toRefs } from 'vue'
import type { SyncError } from '../diagnostics.ts'
import type { LinkStatus } from '../link/index.ts'
import type { SyncProblem } from '../problems.ts'
import { formatLink, parseLink, type ViewerToken, type ViewerUrl } from '../protocol/index.ts'
import type { IssueOptions } from './access/access.ts'
import { deviceLabel } from './access/device-label.ts'
import { workingLinks } from './relay/viewer-links.ts'
import { injectHost } from './sync-host.ts'

/** A viewer link that this host has issued. */
export interface IssuedToken extends Pick<ViewerToken, 'id'> {
  label: string | undefined
  /** When it expires, milliseconds since 1970 by this device's clock; `undefined` for never. */
  expires: number | undefined
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
  /** The link for a QR code, with key and secret; `undefined` while no link works. */
  viewerUrl: ComputedRef<string | undefined>
  /**
   * The same link for each of the relay's addresses, LAN first. Empty while no link works: before the relay's first
   * answer, when the relay refused this host, after `stop()`, and after `revoke('main')` until `rotate()`.
   */
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
  /** When the relay replaces `pairCode`, milliseconds since 1970 by this device's clock. */
  pairCodeUntil: Readonly<Ref<number | undefined>>
  /**
   * Issued links that are not revoked, and one for each short code that was typed. Expired ones disappear with the
   * next change.
   */
  tokens: ComputedRef<IssuedToken[]>
  /** When the next dial is due, milliseconds since 1970. */
  retryAt: Readonly<Ref<number | undefined>>
  /** How much of a large message the relay has received, in bytes; `undefined` when none is on its way. */
  progress: Readonly<Ref<{ sent: number; total: number } | undefined>>
  /** Whether viewers lack changes that could not be sent within their longest wait. They do not show "Live" then. */
  behind: Readonly<Ref<boolean>>
  /**
   * The parts of the state that cannot be sent, and VS119, VS120 or VS126 while the relay cannot be reached. At most 50
   * entries, in production too. An entry disappears when its cause does.
   */
  problems: Readonly<Ref<readonly SyncProblem[]>>
  /**
   * The error that ended publishing for good. With VS115 publishing continues, but there is no link to show. With VS117
   * the whole state is too large, and publishing continues when it is smaller.
   */
  error: Readonly<Ref<SyncError | undefined>>
  /**
   * The error of the latest `issue`, `revoke` or `rotate`, if it failed: VS113 when the relay refused it. Publishing
   * continues.
   */
  accessError: Readonly<Ref<SyncError | undefined>>
  start: () => void
  /** Sends pending changes and disconnects. `start` resumes. */
  stop: () => void
  /**
   * Reads all stores again, with changes that Vue does not track, and sends a whole state now, or after the large
   * message that is on its way. Without a connection, the changes are sent as soon as there is one.
   */
  push: () => void
  /** Creates a separate viewer link and gives its id. @throws SyncError VS107 for a bad option */
  issue: (options?: IssueOptions) => string
  /**
   * Revokes a link and disconnects its viewers for good. `'main'` is the relay's own viewer key: `viewerUrls` are
   * then empty until `rotate()`. Resolves when the relay has confirmed it, which is after the next connect while
   * the host is offline. Rejects with VS113 if the relay refused it, and with VS107 if the list of revoked links is
   * full. `accessError` has the error too, so the promise may be ignored.
   */
  revoke: (id: string) => Promise<void>
  /**
   * Removes all viewers: every link and short code shown until now becomes invalid, whichever browser showed it, and
   * `viewerUrls` get a new key. With `encrypt` they also get a new secret, so that old links cannot decrypt later
   * messages. Resolves and rejects as `revoke`.
   */
  rotate: () => Promise<void>
}

/** @throws SyncError VS106 outside an app that uses `syncPlugin` */
export function useSyncHost(): UseSyncHostReturn {
  const { state, access, problems, rotate, start, stop, push } = injectHost('useSyncHost')
  const tokens = computed(() => {
    const address = parseLink(state.viewerUrls[0]?.url ?? '')
    const { tokens: all, revoked } = access.rules.value
    const valid = all.filter(({ id }) => !revoked.includes(id))
    return valid.map((token): IssuedToken => {
      const signed = state.signed.find(({ id }) => id === token.id)
      const { id, label, expires } = token
      return {
        id,
        label,
        // By this device's clock, as an app shows it.
        expires: expires && expires - state.clockOffset,
        url: address && signed && formatLink({ ...address, key: signed.key }),
        viewers: signed?.viewers ?? 0,
      }
    })
  })
  const viewerUrls = computed(() =>
    workingLinks(state.viewerUrls, access.rules.value, state.signed),
  )
  const { signed: _, clockOffset: __, ...refs } = toRefs(shallowReadonly(state))
  return {
    ...refs,
    viewerUrls,
    tokens,
    accessError: access.error,
    problems: computed(() => [...problems]),
    label: computed(() => deviceLabel(state.clientCount)),
    viewerUrl: computed(() => viewerUrls.value[0]?.url),
    start,
    stop,
    push,
    issue: access.issue,
    revoke: access.revoke,
    rotate,
  }
}
