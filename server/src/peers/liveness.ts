import { PART_BYTES } from '@vue-sync/vue/protocol'
import { SLOWEST_LINK } from '../core/session/relay-peer.ts'

/** Checks within `idleTimeout`. A dead connection is noticed at most two checks after it. */
export const LIVENESS_CHECKS = 12

/** What the checks of one connection remember. Plain data, because there are thousands of these. */
export interface Liveness {
  /** The counts at the latest check. */
  received: number
  delivered: number
  /** Whether bytes were waiting at the latest check, so that those sent since show that the client reads. */
  wasWaiting: boolean
  /** When the client last gave a sign of life, in milliseconds. */
  alive: number
  /** Whether a ping was sent after the latest sign of life. */
  isAsked: boolean
  /** Bytes before the latest ping, and those that a sign of life has confirmed. */
  pinged: number
  confirmed: number
}

export function startLiveness(): Liveness {
  return {
    received: -1,
    delivered: 0,
    wasWaiting: false,
    alive: Number.NaN,
    isAsked: false,
    pinged: 0,
    confirmed: 0,
  }
}

/** What a connection has moved since it was opened. */
export interface LinkCounts {
  /** Grows with what the client sends: with each byte, or at least with each message and pong. */
  received: number
  /** Bytes for the client, whether the network has taken them or not. */
  sent: number
  /** Bytes for the client that the network has taken. */
  delivered: number
}

/**
 * Decides whether a connection is alive: it is dead when it has moved no byte for `idleTimeout`. A ping makes a client
 * that is there send a pong. The ping waits behind all bytes before it, so those that the system still holds get the
 * time that a slow link needs.
 *
 * @param now in milliseconds
 * @param idleTimeout in milliseconds
 * @returns `ask` if the caller has to send a ping now
 */
export function checkLiveness(
  liveness: Liveness,
  counts: LinkCounts,
  now: number,
  idleTimeout: number,
): 'alive' | 'ask' | 'dead' {
  const { received, sent, delivered } = counts
  const hasRead = received !== liveness.received
  if (hasRead) {
    liveness.isAsked = false
    liveness.confirmed = Math.max(liveness.confirmed, liveness.pinged)
  }
  if (hasRead || (liveness.wasWaiting && delivered > liveness.delivered)) liveness.alive = now
  liveness.received = received
  liveness.delivered = delivered
  liveness.wasWaiting = sent > delivered
  const silence = now - liveness.alive
  // Bytes sent after the ping do not delay the pong.
  const unconfirmed = (liveness.isAsked ? liveness.pinged : sent) - liveness.confirmed
  if (silence >= idleTimeout + Math.max(0, unconfirmed - PART_BYTES) / SLOWEST_LINK) return 'dead'
  // A client that is sent much is asked early, so that little is unconfirmed when its network goes.
  const isDue = silence >= idleTimeout / 2 || unconfirmed > PART_BYTES
  if (liveness.isAsked || !isDue) return 'alive'
  liveness.isAsked = true
  liveness.pinged = sent
  return 'ask'
}
