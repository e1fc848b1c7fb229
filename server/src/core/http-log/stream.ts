import type { Position } from '@vue-sync/vue/protocol'
import { bodyPieces, nextLine } from './body-frames.ts'
import type { HttpReply } from './http-reply.ts'
import type { Receiver } from './viewers.ts'

/** How long a stream lasts. Proxies and caches handle answers better that end. */
export const STREAM_MS = 60_000

export interface StreamOptions {
  reply: HttpReply
  headers: Record<string, string>
  /** Where the viewer is that was sent everything so far. */
  position: () => Position | undefined
}

/** One request for `stream`. */
export interface Stream extends Omit<Receiver, 'closed'> {
  /** Whether the answer has begun: then it can only be ended. */
  readonly hasBegun: boolean
  /** Whether its last line is written. */
  readonly hasEnded: boolean
  stop: () => void
}

/** Writes what a session sends, until the time is over. The answer begins with the first frame. */
export function createStream({ reply, headers, position }: StreamOptions): Stream {
  let hasBegun = false
  let isOver = false
  let hasEnded = false
  const timer = setTimeout(end, STREAM_MS)

  function stop(): void {
    isOver = true
    clearTimeout(timer)
  }

  function begin(): void {
    if (hasBegun) return
    hasBegun = true
    // nginx holds back the body of an answer without this.
    reply.begin(200, { ...headers, 'cache-control': 'no-store', 'x-accel-buffering': 'no' })
  }

  function end(): void {
    if (isOver) return
    stop()
    begin()
    reply.write([nextLine(position())])
    reply.end()
    hasEnded = true
  }

  return {
    get hasBegun() {
      return hasBegun
    },
    get hasEnded() {
      return hasEnded
    },
    stop,
    send(bytes, binary) {
      if (isOver) return reply.buffered()
      begin()
      reply.write(bodyPieces({ bytes, binary }))
      return reply.buffered()
    },
    buffered: reply.buffered,
    delivered: reply.delivered,
  }
}
