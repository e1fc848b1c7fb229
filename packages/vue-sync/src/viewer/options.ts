import type { Pinia } from 'pinia'
import type { LinkWorld } from '../link/index.ts'
import {
  BACKOFF_DEFAULTS,
  type BackoffOptions,
  type Codec,
  type KeptState,
  type SyncAddress,
} from '../protocol/index.ts'
import type { StoreRules } from './store-rules.ts'

/**
 * Keeps the last state of each session on the device: `sessionCache()` of `@vue-sync/vue/cache`, or one's own.
 * What fails in it costs the copy, nothing else.
 */
export interface ViewerCache {
  /** What was kept of the session, if anything. The first dial waits for it, a second at most. */
  load: (session: SyncAddress) => Promise<KeptState | undefined>
  /** Called every few seconds while state changes, and when the page is hidden or left. */
  save: (session: SyncAddress, kept: KeptState) => Promise<void>
}

export interface SyncViewerOptions extends LinkWorld {
  /** Connect at once: a link from the host, `ws://HOST:9876/s/NAME`, or `HOST:PORT`. @default none */
  url?: string
  /**
   * What each store accepts, by id; `false` leaves a store alone.
   * @default the types of the store's own initial state
   */
  stores?: Record<string, StoreRules | false>
  /** Shows the last state before there is a connection, and without one. @default none */
  cache?: ViewerCache
  /** Codecs that hosts may use besides JSON. @default none */
  codecs?: Codec[]
  /** Waits between redials. @default 2000 ms × 1.5 up to 15000 ms */
  backoff?: Partial<BackoffOptions>
  /** Let go of the connection after this many milliseconds hidden. @default 30000 */
  pauseAfter?: number
  /** @default the app's own */
  pinia?: Pinia
}

export const VIEWER_DEFAULTS = {
  backoff: BACKOFF_DEFAULTS,
  pauseAfter: 30_000,
} satisfies SyncViewerOptions
