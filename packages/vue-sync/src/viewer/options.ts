import { CLIENT_DEFAULTS, type SyncClientOptions } from '../client/index.ts'
import type { AnyPinia } from '../pinia/any-pinia.ts'
import type { StoreRules } from './mirror/store-rules.ts'

export interface SyncViewerOptions extends SyncClientOptions {
  /**
   * The rules for received fields, by store id. The viewer does not fill a store with `false`.
   * @default the types of the store's own initial state
   */
  stores?: Record<string, StoreRules | false>
  /** The Pinia whose stores are filled. @default the app's own */
  pinia?: AnyPinia
}

export const VIEWER_DEFAULTS = CLIENT_DEFAULTS satisfies SyncViewerOptions
