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

/** The options of `syncPlugin`. Everything is optional. */
export interface SyncHostOptions extends LinkWorld {
  /**
   * The relay: `wss://…`, `ws://…`, `https://…`, `http://…`, `HOST:PORT`, or `HOST` for port 9876.
   * @default port 9876 on the page's own host
   */
  url?: string
  /**
   * The session to publish: 1 to 64 letters, digits and `- _ . ~`, beginning with a letter or digit.
   * @default 'default'
   */
  session?: string
  /**
   * The session's name in viewers, at most 80 characters. A ref or a function is read again with each message.
   * @default the page's title
   */
  name?: MaybeRefOrGetter<string>
  /**
   * The relay's host key. A key in your source or in a `VITE_` variable becomes part of the page's JavaScript, and
   * everyone who can load the page can read it. A page behind a login can fetch the key instead, or the relay can check
   * the login with `authorize`. @default none
   */
  key?: string
  /**
   * The address of every viewer link, such as `https://show.example.com`, with the base path of the relay if it has one.
   * The relay then supplies only the key of the links and cannot lead viewers elsewhere. Set it if you do not fully
   * trust the relay, or if the relay does not know its public address. @default the addresses that the relay reports
   */
  viewerUrl?: string
  /**
   * More stores to sync, by id or by definition: `['board']`, `{ board: { omit: ['draft'] } }`, or
   * `[useBoard, { store: useClock, pick: ['seconds'] }]`. The plugin creates a store that is given by its definition if
   * the app has not used it yet. Use it for definitions that you cannot change, and for stores made before the plugin was
   * installed, because Pinia does not keep their options.
   * @default none
   */
  stores?: NamedStore[] | Record<string, boolean | SyncOptions>
  /** Milliseconds to wait after the last change before sending. `0` sends at the end of the tick. @default 250 */
  debounce?: number
  /**
   * The longest wait in milliseconds while changes keep coming. `0` is no limit.
   * @default 1000, or `debounce` if that is longer
   */
  maxWait?: number
  /** Encodes the state: `msgpack()`, `cbor()` or `protobuf()`. Viewers need the same codec in `codecs`. @default JSON */
  codec?: Codec
  /**
   * Carries `Date`, `Map`, `Set`, `BigInt`, `undefined` and typed arrays as they are: `richValues()`. Viewers need
   * the same option. @default values as JSON has them
   */
  values?: RichValues
  /**
   * Compresses messages of more bytes than this, once for all viewers, with the browser's `CompressionStream`. Messages
   * of more than 16 MiB are not compressed, because viewers unpack no more than that. @default never
   */
  compressOver?: number
  /**
   * Encrypts the state from end to end and signs it: the relay cannot read it, and only this host can write it. The keys
   * for viewers are only in the fragment of the links, so there is no pair code. Pages need https or localhost. Messages
   * are not compressed.
   * @default false
   */
  encrypt?: boolean
  /** The waits between two reconnects. @default { first: 2000, max: 15000, factor: 1.5 } */
  backoff?: Partial<BackoffOptions>
  /** The Pinia instance whose stores are published. @default the app's own */
  pinia?: AnyPinia
  /** Connects as soon as the plugin is installed. @default true */
  autoStart?: boolean
}

/** The defaults of `syncPlugin`. */
export const HOST_DEFAULTS = {
  session: DEFAULT_SESSION,
  debounce: 250,
  maxWait: 1000,
  backoff: BACKOFF_DEFAULTS,
  autoStart: true,
} satisfies SyncHostOptions
