import type { Peer } from 'crossws'
import type { Audit } from './audit.ts'
import type { Authorize } from './access/authorize.ts'
import { type Digests, WEB_DIGESTS } from './access/key-check.ts'
import type { Backplane } from './shared/backplane.ts'
import type { AccessRules, RelayStatus } from '@vue-sync/vue/protocol'
import type { OnSessionChange } from './session/stored-session.ts'
import { LIMIT_DEFAULTS, type Limits } from './limits.ts'
import type { RelayPeer } from './session/relay-peer.ts'
import { encodeWithText } from './text-frames.ts'

/** The options of `createRelay()`. Everything is optional. */
export interface RelayOptions {
  /** The key that hosts need. @default none: anyone may publish */
  hostKey?: string | undefined
  /** The key that viewers need. @default none: anyone may view */
  viewerKey?: string | undefined
  /**
   * Decides who may publish and view, for apps that have a login: `true` admits the client, `false` refuses
   * it, `undefined` leaves the decision to the keys. If it throws or does not answer in time, the client is
   * refused and asked to try again. @default only the keys decide
   */
  authorize?: Authorize | undefined
  /** Milliseconds within which `authorize` must answer. @default 5000 */
  authorizeTimeout?: number
  /**
   * The path below which the relay finds its sessions: with `/sync`, sockets go to `/sync/` and `/sync/s/NAME`.
   * @default '/'
   */
  base?: string | undefined
  /** Everybody may read the state, so caches may keep what `fetch` answers. @default false */
  public?: boolean
  /** Deltas held for viewers that resume; at least 16. @default 64 */
  capacity?: number
  /** Buffered bytes above which a viewer receives nothing more until it has drained. @default 524288 */
  highWaterMark?: number
  /** Milliseconds between heartbeats. @default 15000 */
  heartbeat?: number
  /** Copies a frame into bytes, text as UTF-8. @default `TextEncoder` and `slice` */
  encode?: (frame: string | Uint8Array) => Uint8Array
  /** Hash functions for keys. @default those of WebCrypto, which are asynchronous */
  digests?: Digests
  /** Wraps a peer for a runtime with a faster way to send than crossws has. @default `fallback`: crossws's own `send` */
  toPeer?: (peer: Peer, fallback: (peer: Peer) => RelayPeer) => RelayPeer
  /** Connects several relays, so that they work as one. @default none: this is the only node */
  backplane?: Backplane | undefined
  /**
   * Limits of this node. Only those for messages, sessions and retained state apply, because this relay knows no
   * addresses. A message is in memory before its length is checked, unless the server limits it too.
   * @default LIMIT_DEFAULTS
   */
  limits?: Partial<Limits>
  /** The part of a host's status that describes the relay. @default port 0 of 127.0.0.1 */
  describe?: (session: string) => Omit<RelayStatus, 'clientCount' | 'want'>
  /**
   * Called when a session has changed. `read` returns what to store of it, for `restore` after a restart;
   * `undefined` means that nothing of it is to be stored. `rules` are the same object until they change.
   * @default nothing is stored
   */
  onChange?: OnSessionChange | undefined
  /**
   * Returns the stored access rules of a session that is not open. Called when it opens, so that keys which were
   * withdrawn stay so after the session was dropped from memory. @default none
   */
  storedRules?: ((session: string) => AccessRules | undefined) | undefined
  /**
   * Receives what concerns access: refusals by key or origin, lock-outs, revocations, rotations and what operators do.
   * Limited to one event a minute for each kind and address, with a count of the others. @default dropped
   */
  audit?: Audit | undefined
  /** Receives warnings. @default warnings are dropped */
  warn?: (text: string) => void
}

export const RELAY_DEFAULTS = {
  public: false,
  capacity: 64,
  highWaterMark: 512 * 1024,
  heartbeat: 15_000,
  authorizeTimeout: 5000,
  limits: LIMIT_DEFAULTS as Partial<Limits>,
  encode: encodeWithText,
  digests: WEB_DIGESTS,
  describe: () => ({ running: true, port: 0, localIp: '127.0.0.1' }),
  warn: () => {},
} satisfies RelayOptions
