import type { NodePeer } from './node-peer.ts'

type PongPeer = Pick<NodePeer, 'bufferedAmount' | 'pong'>

/** Queued bytes above which a ping is answered later. */
const BUSY_BYTES = 16 * 1024

/**
 * Answers pings without queueing an answer for each one: a client that sends pings and reads nothing would fill the
 * memory with them. RFC 6455 allows to answer only the latest ping, in section 5.5.3.
 */
export interface Pongs {
  answer: (peer: PongPeer, data: Uint8Array) => void
  /** Answers the latest ping that had to wait. */
  drained: (peer: PongPeer) => void
}

export function createPongs(): Pongs {
  const waiting = new WeakMap<PongPeer, Uint8Array>()
  return {
    answer(peer, data) {
      // A copy, because `data` is a part of the whole chunk that was received.
      if (peer.bufferedAmount > BUSY_BYTES) waiting.set(peer, Uint8Array.from(data))
      else peer.pong(data)
    },
    drained(peer) {
      const data = waiting.get(peer)
      if (!data) return
      waiting.delete(peer)
      peer.pong(data)
    },
  }
}
