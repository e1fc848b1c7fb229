import type { Peer } from 'crossws'
import type { RelayPeer } from '../core/session/relay-peer.ts'
import { textOf } from './text-frames.ts'

/** How often it is looked whether a viewer that was full has drained: Deno does not say. */
const LOOK_MS = 25
const CLOSING = 2

export interface DenoPeerOptions {
  /** Bytes buffered above which the relay waits for a viewer. */
  highWaterMark: number
  onDrain: () => void
}

/** A peer on Deno, which sends text as strings, and is looked after while it is full. */
export function toDenoPeer(peer: Peer, { highWaterMark, onDrain }: DenoPeerOptions): RelayPeer {
  let timer: ReturnType<typeof setInterval> | undefined

  function look(): void {
    const isGone = (peer.websocket.readyState ?? CLOSING) >= CLOSING
    if (!isGone && peer.bufferedAmount > highWaterMark) return
    clearInterval(timer)
    timer = undefined
    if (!isGone) onDrain()
  }

  return {
    send(bytes, binary) {
      peer.send(binary ? bytes : textOf(bytes))
      return peer.bufferedAmount
    },
    close(code, reason) {
      clearInterval(timer)
      peer.close(code, reason)
    },
    buffered() {
      const { bufferedAmount } = peer
      // Who is told this much sends no more until it hears of a drain.
      if (bufferedAmount > highWaterMark) timer ??= setInterval(look, LOOK_MS)
      return bufferedAmount
    },
  }
}
