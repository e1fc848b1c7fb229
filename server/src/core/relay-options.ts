import type { Peer } from 'crossws'
import type { Authorize } from './access/authorize.ts'
import type { Backplane } from './shared/backplane.ts'
import type { RelayStatus } from '@vue-sync/vue/protocol'
import type { KeptSession } from './session/saved-session.ts'
import { LIMIT_DEFAULTS, type Limits } from './limits.ts'
import type { RelayPeer } from './session/audience.ts'

export interface RelayOptions {
  /** Opens publishing. @default none: anyone may publish */
  hostKey?: string | undefined
  /** Opens viewing. @default none: anyone may view */
  viewerKey?: string | undefined
  /**
   * Decides who may publish and view, for apps with a login of their own: `true` lets in, `false` refuses,
   * `undefined` leaves it to the keys. What it throws, and no answer in time, lets nobody in and asks the
   * client to try again. @default the keys alone
   */
  authorize?: Authorize | undefined
  /** Milliseconds that `authorize` gets. @default 5000 */
  authorizeTimeout?: number
  /** Deltas kept for viewers that resume; at least 16. @default 64 */
  capacity?: number
  /** Bytes a viewer may have buffered before it gets no more until it has drained. @default 524288 */
  highWaterMark?: number
  /** Milliseconds between heartbeats. @default 15000 */
  heartbeat?: number
  /** A copy as bytes, text as UTF-8. @default TextEncoder */
  encode?: (frame: string | Uint8Array) => Uint8Array
  /** A faster way to a peer than crossws's own, where the runtime has one. @default crossws's own */
  toPeer?: (peer: Peer, otherwise: (peer: Peer) => RelayPeer) => RelayPeer
  /** What several relays share, so that they are one. @default none: this one is alone */
  backplane?: Backplane | undefined
  /** What the relay may hold, each node for itself. @default LIMIT_DEFAULTS */
  limits?: Partial<Limits>
  /** What hosts are told about the relay of their session. @default no address */
  describe?: (session: string) => Omit<RelayStatus, 'clientCount' | 'want'>
  /** A session has changed: `read` gives what should outlive the relay, for `restore`. @default nothing does */
  onChange?: ((session: string, read: () => KeptSession | undefined) => void) | undefined
  /** Where warnings go. @default nowhere */
  warn?: (text: string) => void
}

const encoder = new TextEncoder()

export const RELAY_DEFAULTS = {
  capacity: 64,
  highWaterMark: 512 * 1024,
  heartbeat: 15_000,
  authorizeTimeout: 5000,
  limits: LIMIT_DEFAULTS as Partial<Limits>,
  encode: (frame: string | Uint8Array): Uint8Array =>
    typeof frame === 'string' ? encoder.encode(frame) : frame.slice(),
  describe: () => ({ running: true, port: 0, localIp: '127.0.0.1' }),
  warn: () => {},
} satisfies RelayOptions
