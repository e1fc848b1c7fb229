import { CLIENT_DEFAULTS, type SyncClientOptions } from '../client/index.ts'
import type { AnyPinia } from '../pinia/any-pinia.ts'
import type { StoreRules } from './mirror/store-rules.ts'

/** The options of `syncViewer`. Everything is optional. */
export interface SyncViewerOptions extends SyncClientOptions {
  /**
   * What each store accepts, by id. `false` leaves the store alone.
   * @default the types of the store's own initial state
   */
  stores?: Record<string, StoreRules | false>
  /** The Pinia instance whose stores are filled. @default the app's own */
  pinia?: AnyPinia
}

/** The defaults of `syncViewer`. */
export const VIEWER_DEFAULTS = CLIENT_DEFAULTS satisfies SyncViewerOptions
