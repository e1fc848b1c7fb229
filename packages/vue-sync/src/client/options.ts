import type { ViewerWorld } from '../link/index.ts'
import {
  BACKOFF_DEFAULTS,
  type BackoffOptions,
  type Codec,
  type KeptState,
  type LazyCodec,
  type RichValues,
  type SyncAddress,
} from '../protocol/index.ts'

/**
 * Saves the last state of each session on the device. Use `sessionCache()` of `@vue-sync/vue/cache` or your own.
 * If it fails, the viewer works without the saved copy.
 */
export interface ViewerCache {
  /** Gives the saved state, if there is one. The first dial waits for it, for at most one second. */
  load: (session: SyncAddress) => Promise<KeptState | undefined>
  /** Called every few seconds while state changes, and when the page is hidden or left. */
  save: (session: SyncAddress, kept: KeptState) => Promise<void>
}

/** The options of `createSyncClient()`. Everything is optional. */
export interface SyncClientOptions extends ViewerWorld {
  /**
   * Connects at once: a link from the host, `ws://HOST:9876/s/NAME`, `HOST:PORT`, or `HOST` for port 9876. Without it,
   * call `connect(link)` later. @default none
   */
  url?: string
  /**
   * Saves the last state, so that the viewer can show it before it is connected, and offline: `sessionCache()`.
   * @default none
   */
  cache?: ViewerCache
  /**
   * Codecs that hosts may use besides JSON: `[msgpack()]`, or loaded when a host uses it:
   * `[{ name: 'msgpack', load: () => import('@vue-sync/vue/msgpack').then((all) => all.msgpack()) }]`.
   * @default none
   */
  codecs?: (Codec | LazyCodec)[]
  /** `richValues()`, for hosts that use it. Without it, the viewer stops with VS123 at such a host. @default none */
  values?: RichValues
  /** The waits between two reconnects. @default { first: 2000, max: 15000, factor: 1.5 } */
  backoff?: Partial<BackoffOptions>
  /**
   * Disconnects when the page has been hidden for this many milliseconds, and reconnects when it is visible again.
   * @default 30000
   */
  pauseAfter?: number
}

/** The defaults of `createSyncClient()`. */
export const CLIENT_DEFAULTS = {
  backoff: BACKOFF_DEFAULTS,
  pauseAfter: 30_000,
} satisfies SyncClientOptions
