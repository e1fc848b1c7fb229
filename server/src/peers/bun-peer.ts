import type { Peer } from 'crossws'
import type { RelayPeer } from '../core/session/relay-peer.ts'
import { textOf } from './text-frames.ts'

/**
 * What `Bun.serve` must be told of its sockets. Left alone, Bun holds 16 MiB for a slow one and then drops
 * what is sent to it, with no word but the 0 that `send` gives. The relay has a bound of its own, far
 * below, and whoever is above it gets the rest when it has drained: nothing may be dropped under it.
 */
export const BUN_SOCKETS = {
  /** No bound, and not none of it: 0 turns the dropping off. */
  backpressureLimit: 0,
  closeOnBackpressureLimit: false,
  /** The bytes are shared by all viewers, so nothing is compressed for one of them. */
  perMessageDeflate: false,
  sendPings: true,
} as const

const UNCOMPRESSED = { compress: false }
const OPEN = 1

/** A peer on Bun, which sends text as strings. */
export function toBunPeer(peer: Peer): RelayPeer {
  return {
    send(bytes, binary) {
      const sent = peer.send(binary ? bytes : textOf(bytes), UNCOMPRESSED) as number
      if (sent > 0) return 0
      // Dropped after all: better that the viewer dials again and says where it was.
      if (sent === 0 && peer.websocket.readyState === OPEN) peer.terminate()
      return peer.bufferedAmount
    },
    close: (code, reason) => peer.close(code, reason),
    buffered: () => peer.bufferedAmount,
  }
}
