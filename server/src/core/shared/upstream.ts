import type { Position } from '@vue-sync/vue/protocol'

/** Called by the connection to the upstream relay for one session. */
export interface UpstreamEvents {
  /** The position with which the connection is dialed; `undefined` without a state. */
  position: () => Position | undefined
  /** How many relays follow each other up to this connection, at least 1. */
  hops: () => number
  /** A whole message has arrived. */
  onFrame: (frame: string | Uint8Array) => void
  /** The whole state has arrived that `fetchState` asked for. */
  onState: (frame: string | Uint8Array) => void
  /**
   * The upstream relay cannot be reached, or was lost. It is dialed again.
   *
   * @param since when it was last known to be there, in milliseconds since 1970
   */
  onLost: (since: number) => void
  /** The upstream relay does not admit this relay to the session. It is not dialed again. */
  onRefused: (code: number, reason: string) => void
}

/** The connection to the upstream relay for one session. */
export interface UpstreamLink {
  /**
   * Replaces the connection, unless it waits to be dialed: the upstream relay then sends what follows `position`.
   *
   * @param why `gap` waits if the connection has just been replaced because of one
   */
  redial: (why: 'gap' | 'news') => void
  /** Asks for a whole state on a connection of its own, unless it is being asked for already. */
  fetchState: () => void
  close: () => void
}

/**
 * The relay that this relay follows: its sessions come from there, and hosts connect there. This relay is a viewer of
 * it, with one connection for each session that is open here.
 */
export interface Upstream {
  /** Where hosts connect. Contains no key. */
  readonly address: string
  /** Milliseconds. A session without viewers is left after one to two of them. */
  readonly interval: number
  /** Whether the upstream relay could be reached when it was last needed. */
  readonly isHealthy: boolean
  /** Why it cannot be reached, for a log. Contains no secrets. */
  readonly problem?: string | undefined
  onHealthChange: ((isHealthy: boolean) => void) | undefined
  /** The only session that is followed; `undefined` for all. */
  readonly only?: string | undefined
  /** Whether viewers may ask for this session here. */
  follows: (session: string) => boolean
  /** Connects once the present task is done, and stays connected until `close`. */
  follow: (session: string, events: UpstreamEvents) => UpstreamLink
}

/** More relays in a row are most likely a circle. */
export const MOST_HOPS = 8
