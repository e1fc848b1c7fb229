import type { Peer } from 'crossws'
import type { RelayPeer } from '../core/session/relay-peer.ts'
import { textOf } from './text-frames.ts'

/**
 * Options of `Bun.serve` for its sockets. By default, Bun buffers 16 MiB for a slow socket and then drops
 * messages silently: `send` returns 0. The relay has a far lower mark of its own and sends the rest when the
 * socket has drained, so Bun must not drop anything.
 */
export const BUN_SOCKETS = {
  /** 0 means no limit: nothing is dropped. */
  backpressureLimit: 0,
  closeOnBackpressureLimit: false,
  /** Frames are not compressed, as all viewers share their bytes. */
  perMessageDeflate: false,
  sendPings: true,
} as const

const UNCOMPRESSED = { compress: false }
const OPEN = 1

/** A peer on Bun, where text is sent as strings. */
export function toBunPeer(peer: Peer): RelayPeer {
  let accepted = 0
  return {
    send(bytes, binary) {
      accepted += bytes.length
      const sent = peer.send(binary ? bytes : textOf(bytes), UNCOMPRESSED) as number
      if (sent > 0) return 0
      // The message was dropped. The viewer reconnects with its position and receives it then.
      if (sent === 0 && peer.websocket.readyState === OPEN) peer.terminate()
      return peer.bufferedAmount
    },
    close: (code, reason) => peer.close(code, reason),
    buffered: () => peer.bufferedAmount,
    delivered: () => accepted - peer.bufferedAmount,
  }
}
