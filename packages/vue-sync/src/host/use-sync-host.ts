import { computed, type ComputedRef, inject, type Ref, shallowReadonly, toRefs } from 'vue'
import { SyncError } from '../diagnostics.ts'
import type { LinkStatus } from '../link/index.ts'
import type { ViewerUrl } from '../protocol/index.ts'
import { deviceLabel } from './device-label.ts'
import { SYNC_HOST_KEY } from './plugin.ts'

export interface UseSyncHostReturn {
  /** The connection to the relay. */
  status: Readonly<Ref<LinkStatus>>
  /** Viewers connected now; 0 while the relay is out of reach. */
  clientCount: Readonly<Ref<number>>
  /** "No device connected", "1 device connected", … */
  label: ComputedRef<string>
  /** The link for a QR code, key and secret included; `undefined` until the relay has told it. */
  viewerUrl: ComputedRef<string | undefined>
  /** The same link for each of the relay's addresses, LAN first. */
  viewerUrls: Readonly<Ref<ViewerUrl[]>>
  /** Six characters to type into the relay's own viewer instead of scanning, see `formatPairCode`. None with `encrypt`. */
  pairCode: Readonly<Ref<string | undefined>>
  /** When the next dial is due, milliseconds since 1970. */
  retryAt: Readonly<Ref<number | undefined>>
  /** Why publishing stopped for good. */
  error: Readonly<Ref<SyncError | undefined>>
  start: () => void
  /** Sends what is pending and disconnects; `start` resumes. */
  stop: () => void
  /** Sends a whole state now. */
  push: () => void
}

/** @throws SyncError VS106 outside an app that uses `syncPlugin` */
export function useSyncHost(): UseSyncHostReturn {
  const host = inject(SYNC_HOST_KEY, undefined)
  if (!host) throw new SyncError('VS106', 'useSyncHost() needs app.use(syncPlugin)')
  const { state, start, stop, push } = host
  return {
    ...toRefs(shallowReadonly(state)),
    label: computed(() => deviceLabel(state.clientCount)),
    viewerUrl: computed(() => state.viewerUrls[0]?.url),
    start,
    stop,
    push,
  }
}
