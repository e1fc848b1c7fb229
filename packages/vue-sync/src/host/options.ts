import type { Pinia } from 'pinia'
import type { MaybeRefOrGetter } from 'vue'
import type { LinkWorld } from '../link/index.ts'
import type { SyncOptions } from '../pinia/sync-options.ts'
import {
  BACKOFF_DEFAULTS,
  type BackoffOptions,
  type Codec,
  DEFAULT_SESSION,
} from '../protocol/index.ts'

export interface SyncHostOptions extends LinkWorld {
  /** The relay: `ws://…`, `http://…` or `HOST:PORT`. @default port 9876 on the page's own host */
  url?: string
  /** The session to publish. @default 'default' */
  session?: string
  /** What viewers call the session; read again whenever something is sent. @default the page's title */
  name?: MaybeRefOrGetter<string>
  /** The relay's host key. @default none */
  key?: string
  /**
   * Stores opted in by name, for definitions that cannot carry `sync`, and for stores made before the
   * plugin was installed: Pinia does not keep their options. @default none
   */
  stores?: string[] | Record<string, boolean | SyncOptions>
  /** Milliseconds of quiet before changes are sent. @default 250 */
  debounce?: number
  /** Send at least this often, in milliseconds, while changes keep coming. @default no limit */
  maxWait?: number
  /** Encodes what is sent; viewers need the same in `codecs`. @default JSON */
  codec?: Codec
  /** Compress messages of more bytes than this, once for all viewers. @default never */
  compressOver?: number
  /**
   * End-to-end: the relay passes on what it cannot read. The key is in the fragment of the viewer links and
   * nowhere else, so there is no pair code, and pages need https or localhost. Nothing is compressed.
   * @default false
   */
  encrypt?: boolean
  /** Waits between redials. @default 2000 ms × 1.5 up to 15000 ms */
  backoff?: Partial<BackoffOptions>
  /** @default the app's own */
  pinia?: Pinia
  /** Dial as soon as Pinia is there. @default true */
  autoStart?: boolean
}

export const HOST_DEFAULTS = {
  session: DEFAULT_SESSION,
  debounce: 250,
  backoff: BACKOFF_DEFAULTS,
  autoStart: true,
} satisfies SyncHostOptions
