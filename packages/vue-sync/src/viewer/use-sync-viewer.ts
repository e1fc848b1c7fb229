import { inject, type Ref } from 'vue'
import { SyncError } from '../diagnostics.ts'
import type { LinkStatus, Progress } from '../link/index.ts'
import type { SyncProblem } from '../problems.ts'
import type { HostPresence, StoreFields } from '../protocol/index.ts'
import { SYNC_VIEWER_KEY, viewerRefs } from './plugin.ts'
import type { SyncViewer } from './viewer.ts'

export interface UseSyncViewerReturn {
  /** The state of the connection to the relay. */
  status: Readonly<Ref<LinkStatus>>
  /** When the next dial is due, milliseconds since 1970. */
  retryAt: Readonly<Ref<number | undefined>>
  /** When state last arrived, milliseconds since 1970 by this device's clock. */
  lastUpdate: Readonly<Ref<number | undefined>>
  /**
   * When the shown state was last known to be the host's current state, milliseconds since 1970. Renewed
   * with each heartbeat unless the host is `behind`, and saved with the state by `cache`. `undefined` while that
   * is not known.
   */
  asOf: Readonly<Ref<number | undefined>>
  /** The session's name, as the host sent it. */
  name: Readonly<Ref<string | undefined>>
  /** Whether the host is connected to the relay; `undefined` while that is not known. */
  host: Readonly<Ref<HostPresence['host'] | undefined>>
  /** Whether the host has changes that it could not send yet, so that the shown state is not its current one. */
  behind: Readonly<Ref<boolean>>
  /**
   * How much of a large update has arrived, in bytes; `undefined` when none is arriving. Only updates of more than
   * 64 KiB are counted, and only with relays of version 0.2 or later.
   */
  progress: Readonly<Ref<Progress | undefined>>
  /**
   * Whether the shown state may be old: the viewer or the host is not connected, the host is `behind`, a large update
   * is arriving, or there is a `problem`.
   */
  stale: Readonly<Ref<boolean>>
  /**
   * The reason why the shown state is not the host's current state, although the viewer is connected: `VS114`. It is
   * `undefined` again after the next state that the viewer can show.
   */
  problem: Readonly<Ref<SyncError | undefined>>
  /** The error that ended the connection for good. */
  error: Readonly<Ref<SyncError | undefined>>
  /** Ids of the synced stores, in the host's order. */
  storeIds: Readonly<Ref<string[]>>
  /**
   * The fields of this app’s stores that cannot show the host's values, and VS119, VS120 or VS126 while the relay
   * cannot be reached. At most 50 entries, in production too. An entry disappears when its cause does.
   */
  problems: Readonly<Ref<SyncProblem[]>>
  /** Connects to a link from the host, a `ws://` address, `HOST:PORT` or `HOST`. @throws SyncError VS101, VS121 */
  connect: (url: string) => void
  /** Disconnects until `connect` is called. The received state stays visible. */
  disconnect: () => void
}

function injectViewer(caller: string): SyncViewer {
  const viewer = inject(SYNC_VIEWER_KEY, undefined)
  if (!viewer) throw new SyncError('VS106', `${caller}() needs app.use(syncViewer)`)
  return viewer
}

/** @throws SyncError VS106 outside an app that uses `syncViewer` */
export function useSyncViewer(): UseSyncViewerReturn {
  const viewer = injectViewer('useSyncViewer')
  const { connect, disconnect } = viewer
  return { ...viewerRefs(viewer), connect, disconnect }
}

/**
 * One store of the host as received, even if this app does not define it; `undefined` until it arrives. The
 * value is immutable and replaced on change. Unchanged parts keep their identity.
 *
 * @throws SyncError VS106 outside an app that uses `syncViewer`
 */
export function useSyncedState<T extends object = StoreFields>(
  storeId: string,
): Readonly<Ref<Readonly<T> | undefined>> {
  return injectViewer('useSyncedState').copy.view(storeId) as Ref<T | undefined>
}
