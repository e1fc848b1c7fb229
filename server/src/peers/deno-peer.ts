import type { Peer } from 'crossws'
import type { RelayPeer } from '../core/session/relay-peer.ts'
import { textOf } from './text-frames.ts'

/** Between two checks whether a full socket has drained. Deno has no event for it. */
const DRAIN_CHECK_MS = 25
const CLOSING = 2

export interface DenoPeerOptions {
  /** Buffered bytes above which the relay waits for a drain. */
  highWaterMark: number
  onDrain: () => void
}

/** A peer on Deno, where text is sent as strings, and a full socket is polled until it has drained. */
export function toDenoPeer(peer: Peer, { highWaterMark, onDrain }: DenoPeerOptions): RelayPeer {
  let timer: ReturnType<typeof setInterval> | undefined
  let accepted = 0

  function checkDrain(): void {
    const isGone = (peer.websocket.readyState ?? CLOSING) >= CLOSING
    if (!isGone && peer.bufferedAmount > highWaterMark) return
    clearInterval(timer)
    timer = undefined
    if (!isGone) onDrain()
  }

  return {
    send(bytes, binary) {
      accepted += bytes.length
      peer.send(binary ? bytes : textOf(bytes))
      return peer.bufferedAmount
    },
    close(code, reason) {
      clearInterval(timer)
      peer.close(code, reason)
    },
    buffered() {
      const { bufferedAmount } = peer
      // Above the mark, the caller sends nothing more until `onDrain` is called.
      if (bufferedAmount > highWaterMark) timer ??= setInterval(checkDrain, DRAIN_CHECK_MS)
      return bufferedAmount
    },
    delivered: () => accepted - peer.bufferedAmount,
  }
}
