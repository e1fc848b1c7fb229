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
  /** The description that `issue` was given, or "code, 14:02" for a code that was typed. */
  label: string | undefined
  /** When it expires, in milliseconds since 1970 by this device's clock; `undefined` for never. */
  expires: number | undefined
  /** The link itself; `undefined` until the relay has signed it. */
  url: string | undefined
  /** Viewers connected through it now. */
  viewers: number
}

/** All values are refs, so you can destructure them. */
export interface UseSyncHostReturn {
  /** The state of the connection to the relay. */
  status: Readonly<Ref<LinkStatus>>
  /** How many viewers are connected, on all processes of the relay. 0 while the host is not connected. */
  clientCount: Readonly<Ref<number>>
  /** Whether there are more viewers than `clientCount`, because caches answer some of them. */
  estimated: Readonly<Ref<boolean>>
  /** The same as text: "No device connected", "1 device connected", "2+ devices connected". */
  label: ComputedRef<string>
  /** The link for a QR code, key included. `undefined` while no link works. */
  viewerUrl: ComputedRef<string | undefined>
  /**
   * The same link for each address of the relay, those of the local network first. Empty while no link works: before the
   * relay's first answer, when the relay refused this host, after `stop()`, and after `revoke('main')` until `rotate()`.
   * The links stay while the host reconnects, because a relay that still runs goes on serving viewers.
   */
  viewerUrls: Readonly<Ref<ViewerUrl[]>>
  /**
   * With a relay that has `--https`: the page on which a phone learns to trust the relay. Show it as a code to scan before
   * the first `viewerUrl`. It is `http://` and contains no key. `undefined` when the relay has no CA.
   */
  setUpUrl: Readonly<Ref<string | undefined>>
  /**
   * Six characters to type into the viewer app instead of scanning. `formatPairCode()` splits them for reading.
   * `undefined` with `encrypt`.
   */
  pairCode: Readonly<Ref<string | undefined>>
  /** When the relay replaces `pairCode`, in milliseconds since 1970 by this device's clock, for a countdown. */
  pairCodeUntil: Readonly<Ref<number | undefined>>
  /**
   * The valid links: those that `issue` created, one without a label after `rotate()`, and one for each code that was
   * typed. Expired ones disappear with the next change.
   */
  tokens: ComputedRef<IssuedToken[]>
  /** When the next reconnect is due, in milliseconds since 1970. */
  retryAt: Readonly<Ref<number | undefined>>
  /**
   * How many bytes of a message of more than 64 KiB the relay has received; `undefined` when none is on its way. Small
   * changes do not wait for it.
   */
  progress: Readonly<Ref<{ sent: number; total: number } | undefined>>
  /**
   * Whether viewers lack changes that could not be sent within their longest wait, for example during a long upload, or
   * because `serialize` throws. Viewers do not show "Live" then.
   */
  behind: Readonly<Ref<boolean>>
  /**
   * What cannot be sent now, in production too: at most 50 entries, each of which disappears when its cause does. VS119,
   * VS120 or VS126 is in the list while the relay cannot be reached.
   */
  problems: Readonly<Ref<readonly SyncProblem[]>>
  /**
   * Why publishing ended for good, or did not start. With VS115 publishing continues, but there is no link to show. With
   * VS117 the whole state is too large for the relay, and publishing continues when it is smaller.
   */
  error: Readonly<Ref<SyncError | undefined>>
  /**
   * The error of the latest `issue`, `revoke` or `rotate`, if it failed: VS113 when the relay refused it. Publishing
   * continues.
   */
  accessError: Readonly<Ref<SyncError | undefined>>
  /** Connects to the relay. Needed after `stop()`, after an error, and with `autoStart: false`. */
  start: () => void
  /** Sends pending changes and disconnects. `start()` continues. */
  stop: () => void
  /**
   * Reads all synced stores again, with the changes that Vue does not track, and sends the whole state: now, or after the
   * large message that is on its way. Without a connection, the changes are sent as soon as there is one.
   */
  push: () => void
  /** Creates a separate viewer link and returns its id. There can be 1,000. @throws SyncError VS107 for a bad option */
  issue: (options?: IssueOptions) => string
  /**
   * Ends a link and its short code, and disconnects its viewers for good. `'main'` is the relay's own viewer key:
   * `viewerUrls` are then empty until `rotate()`. The promise resolves when the relay has confirmed it; while the host is
   * offline, it waits. It rejects with VS113 if the relay refused the change, and with VS107 if the list of ended links
   * is full. `accessError` has the error too, so you may ignore the promise.
   */
  revoke: (id: string) => Promise<void>
  /**
   * Ends every link and short code, whichever browser showed it, and disconnects all viewers. `viewerUrls` then carry a
   * new key. With `encrypt` they also carry a new encryption key and a new signing key. The promise is that of `revoke`.
   */
  rotate: () => Promise<void>
}

/**
 * The connection, the viewers and the links of the host, for a component that shows them.
 *
 * @example
 * ```vue
 * <script setup lang="ts">
 * import { useSyncHost } from '@vue-sync/vue/host'
 *
 * const { label, viewerUrl, rotate } = useSyncHost()
 * </script>
 *
 * <template>
 *   <p>{{ label }}</p>
 *   <a v-if="viewerUrl" :href="viewerUrl">Open the viewer</a>
 *   <button @click="rotate()">Remove all viewers</button>
 * </template>
 * ```
 * @throws SyncError VS106 outside an app that uses `syncPlugin`
 */
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
    label: computed(() => deviceLabel(state.clientCount, state.estimated)),
    viewerUrl: computed(() => viewerUrls.value[0]?.url),
    start,
    stop,
    push,
    issue: access.issue,
    revoke: access.revoke,
    rotate,
  }
}
