import type { Pinia } from 'pinia'
import type { LinkWorld } from '../link/index.ts'
import { BACKOFF_DEFAULTS, type BackoffOptions, type Codec } from '../protocol/index.ts'
import type { StoreRules } from './store-rules.ts'

export interface SyncViewerOptions extends LinkWorld {
  /** Connect at once: a link from the host, `ws://HOST:9876/s/NAME`, or `HOST:PORT`. @default none */
  url?: string
  /**
   * What each store accepts, by id; `false` leaves a store alone.
   * @default the types of the store's own initial state
   */
  stores?: Record<string, StoreRules | false>
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
