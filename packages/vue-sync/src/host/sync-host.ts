import { inject, type InjectionKey } from 'vue'
import { SyncError } from '../diagnostics.ts'
import type { LinkStatus } from '../link/index.ts'
import type { SyncOptions } from '../pinia/sync-options.ts'
import type { SyncProblem } from '../problems.ts'
import type { SignedToken, ViewerUrl } from '../protocol/index.ts'
import type { HostAccess } from './access/access.ts'
import type { SyncedState } from './stores/synced-state.ts'

export interface SyncHostState {
  status: LinkStatus
  clientCount: number
  /** Caches answer some viewers, so there are more than `clientCount`. */
  estimated: boolean
  viewerUrls: ViewerUrl[]
  setUpUrl: string | undefined
  pairCode: string | undefined
  /** When the code changes, milliseconds since 1970 by this device's clock. */
  pairCodeUntil: number | undefined
  /** The issued tokens, with the signature of the relay. */
  signed: SignedToken[]
  /** The relay's clock minus this one's, in milliseconds. */
  clockOffset: number
  retryAt: number | undefined
  /** How much of a large message the relay has received, in bytes; `undefined` when none is on its way. */
  progress: { sent: number; total: number } | undefined
  /** Viewers lack changes that this host could not send within their longest wait. */
  behind: boolean
  error: SyncError | undefined
}

/** A host that publishes stores to one session of a relay. */
export interface SyncHost {
  readonly state: SyncHostState
  /** What cannot be sent now. Shallowly reactive. */
  readonly problems: readonly SyncProblem[]
  readonly access: Pick<HostAccess, 'rules' | 'error' | 'issue' | 'revoke'>
  /**
   * Makes every link shown until now invalid. An encrypted session gets a new secret too. Resolves when the relay
   * has confirmed it.
   */
  rotate: () => Promise<void>
  /** Syncs a store until the returned function is called. Where its id is taken, it waits. */
  attach: (store: SyncedState, options: SyncOptions) => () => void
  /** Sends a whole state after the debounce: HMR has replaced a store's definition. */
  refresh: () => void
  start: () => void
  stop: () => void
  /** Reads everything again, also what Vue does not track, and sends a whole state as soon as nothing large is sent. */
  push: () => void
  /** Sends pending changes now, because the page may never run again. */
  flushBeforeLeaving: () => void
  /** The page is being left for good, so another tab may publish the session. */
  leave: () => void
  dispose: () => void
}

export const SYNC_HOST_KEY: InjectionKey<SyncHost> = Symbol('vue-sync host')

/** @throws SyncError VS106 outside an app that uses `syncPlugin` */
export function injectHost(caller: string): SyncHost {
  const host = inject(SYNC_HOST_KEY, undefined)
  if (!host) throw new SyncError('VS106', `${caller}() needs app.use(syncPlugin)`)
  return host
}
