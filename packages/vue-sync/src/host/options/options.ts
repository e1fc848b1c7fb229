import type { AnyPinia, AnyStoreDefinition } from '../../pinia/any-pinia.ts'
import type { MaybeRefOrGetter } from 'vue'
import type { LinkWorld } from '../../link/index.ts'
import type { SyncOptions } from '../../pinia/sync-options.ts'
import {
  BACKOFF_DEFAULTS,
  type BackoffOptions,
  type Codec,
  DEFAULT_SESSION,
  type RichValues,
} from '../../protocol/index.ts'

/** The id of a store, its definition, or its definition with options. */
export type NamedStore = string | AnyStoreDefinition | ({ store: AnyStoreDefinition } & SyncOptions)

export interface SyncHostOptions extends LinkWorld {
  /** The relay: `ws://…`, `http://…`, `HOST:PORT`, or `HOST` for port 9876. @default port 9876 on the page's own host */
  url?: string
  /** The session to publish. @default 'default' */
  session?: string
  /** The session's name in viewers, read again with each message. @default the page's title */
  name?: MaybeRefOrGetter<string>
  /** The relay's host key. @default none */
  key?: string
  /**
   * The address of every viewer link, `https://show.example.com`. With it, the relay supplies only the key of
   * the links and cannot lead viewers elsewhere. @default the addresses that the relay reports
   */
  viewerUrl?: string
  /**
   * Opts stores in by id, or by definition: `[useBoard, 'other', { store: useClock, pick: ['seconds'] }]`. A store that
   * is given by its definition is created if the app has not used it yet. Use it for definitions that you cannot
   * change, and for stores made before the plugin was installed, because Pinia does not keep their options.
   * @default none
   */
  stores?: NamedStore[] | Record<string, boolean | SyncOptions>
  /** Waits this many milliseconds after the last change before sending; 0 sends at the end of the tick. @default 250 */
  debounce?: number
  /**
   * Sends at least this often, in milliseconds, while changes keep coming; 0 is no limit.
   * @default 1000, or `debounce` if that is longer
   */
  maxWait?: number
  /** Encodes the state. Viewers need the same codec in `codecs`. @default JSON */
  codec?: Codec
  /**
   * Carries `Date`, `Map`, `Set`, `BigInt`, `undefined` and typed arrays as they are: `richValues()`. Viewers need
   * the same option. @default as JSON does
   */
  values?: RichValues
  /** Compresses messages of more bytes than this, once for all viewers. @default never */
  compressOver?: number
  /**
   * Encrypts the state from end to end and signs it, so that the relay cannot read it and nobody else can write
   * it. The keys for viewers are only in the fragment of the links, so there is no pair code. Pages need https or
   * localhost. Messages are not compressed.
   * @default false
   */
  encrypt?: boolean
  /** Waits between redials. @default 2000 ms × 1.5 up to 15000 ms */
  backoff?: Partial<BackoffOptions>
  /** The Pinia whose stores are published. @default the app's own */
  pinia?: AnyPinia
  /** Connects as soon as the plugin is installed. @default true */
  autoStart?: boolean
}

export const HOST_DEFAULTS = {
  session: DEFAULT_SESSION,
  debounce: 250,
  maxWait: 1000,
  backoff: BACKOFF_DEFAULTS,
  autoStart: true,
} satisfies SyncHostOptions
