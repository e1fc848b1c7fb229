import { inject, type Ref } from 'vue'
import { SyncError } from '../diagnostics.ts'
import type { LinkStatus, Progress, Transport } from '../link/index.ts'
import type { SyncProblem } from '../problems.ts'
import type { HostPresence, StoreFields } from '../protocol/index.ts'
import { SYNC_VIEWER_KEY, viewerRefs } from './plugin.ts'
import type { SyncViewer } from './viewer.ts'

/** All values are refs, so you can destructure them. */
export interface UseSyncViewerReturn {
  /** The state of the connection to the relay. */
  status: Readonly<Ref<LinkStatus>>
  /** When the next reconnect is due, in milliseconds since 1970. */
  retryAt: Readonly<Ref<number | undefined>>
  /**
   * The connection that carries the state: a WebSocket, or in networks that block WebSockets HTTP, as a `stream` or by `poll`. It moves
   * to a better one by itself. `undefined` while the viewer is not connected.
   */
  transport: Readonly<Ref<Transport | undefined>>
  /** When state last arrived, in milliseconds since 1970 by this device's clock. */
  lastUpdate: Readonly<Ref<number | undefined>>
  /**
   * When the shown state was last known to be the host's current state, in milliseconds since 1970. Renewed with each
   * heartbeat, unless the host is offline or `behind`, and saved with the state by `cache`. `undefined` while nothing is
   * known.
   */
  asOf: Readonly<Ref<number | undefined>>
  /** The session's name, as the host sent it. */
  name: Readonly<Ref<string | undefined>>
  /** Whether the host is connected to the relay; `undefined` while that is not known. */
  host: Readonly<Ref<HostPresence['host'] | undefined>>
  /** Whether the host has changes that it could not send yet, so that the shown state is not its current one. */
  behind: Readonly<Ref<boolean>>
  /**
   * How many bytes of an update of more than 64 KiB have arrived, for a progress bar; `undefined` when none is arriving.
   * An update that takes less than 250 ms shows none.
   */
  progress: Readonly<Ref<Progress | undefined>>
  /**
   * Whether the shown state may be old: the viewer or the host is not connected, the relay has not said that the viewer
   * has everything, the host is `behind`, a large update is arriving, or there is a `problem`.
   */
  stale: Readonly<Ref<boolean>>
  /**
   * The reason why the shown state is not the host's current state, although the viewer is connected: `VS114`. It is
   * `undefined` again after the next state that the viewer can show.
   */
  problem: Readonly<Ref<SyncError | undefined>>
  /** Why the connection ended for good. */
  error: Readonly<Ref<SyncError | undefined>>
  /** Ids of the synced stores, in the host's order. */
  storeIds: Readonly<Ref<string[]>>
  /**
   * The fields of this app's stores that cannot show the host's values, in production too: at most 50 entries, each of
   * which disappears when its cause does. VS119, VS120 or VS126 is in the list while the relay cannot be reached.
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

/**
 * The connection of the viewer, for a component that shows it.
 *
 * @example
 * ```vue
 * <script setup lang="ts">
 * import { useSyncViewer } from '@vue-sync/vue/viewer'
 *
 * const { name, stale, connect } = useSyncViewer()
 * </script>
 *
 * <template>
 *   <h1>{{ name }} {{ stale ? '(not live)' : '' }}</h1>
 *   <input placeholder="Link of another session" @change="connect(($event.target as HTMLInputElement).value)" />
 * </template>
 * ```
 * @throws SyncError VS106 outside an app that uses `syncViewer`
 */
export function useSyncViewer(): UseSyncViewerReturn {
  const viewer = injectViewer('useSyncViewer')
  const { connect, disconnect } = viewer
  return { ...viewerRefs(viewer), connect, disconnect }
}

/**
 * Returns a ref to one store of the host as received, whether this app defines it or not; `undefined` until it arrives.
 * The value is immutable and replaced on change. Unchanged parts keep their identity. A source of the host that is not an
 * object is the field `value`.
 *
 * @example
 * ```ts
 * import { useSyncedState } from '@vue-sync/vue/viewer'
 *
 * const board = useSyncedState<{ title: string }>('board')
 * // The host has `useSyncSource('score', ref(0))`.
 * const score = useSyncedState<{ value: number }>('score')
 * ```
 * @throws SyncError VS106 outside an app that uses `syncViewer`
 */
export function useSyncedState<T extends object = StoreFields>(
  storeId: string,
): Readonly<Ref<Readonly<T> | undefined>> {
  return injectViewer('useSyncedState').copy.view(storeId) as Ref<T | undefined>
}
