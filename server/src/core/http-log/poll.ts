import type { Position } from '@vue-sync/vue/protocol'
import type { Entry } from '../session/retained.ts'
import { standsFor } from './cursor.ts'
import type { HttpReply } from './http-reply.ts'
import type { LogTarget } from './log-target.ts'
import type { Receiver } from './viewers.ts'

/** Everything that an answer consists of. */
export interface PollAnswer {
  entries: readonly Entry[]
  /** The status for a viewer that has all entries. */
  status: Uint8Array
  /** Where the entries lead to. */
  position: Position | undefined
}

/** How long a live request waits for something new. Many proxies close a connection after 30 s without a byte. */
export const WAIT_MS = 25_000

/** One request for `state` or `log`. */
export interface Poll extends Omit<Receiver, 'closed'> {
  /** Whether the answer is written. */
  readonly hasEnded: boolean
  /** Ends the wait without an answer. */
  stop: () => void
}

/**
 * Collects what a session sends, and calls `onAnswer` once. A session sends what the viewer lacks and then a status, all
 * at once; so whatever has arrived before a status belongs to the answer.
 *
 * @param onAnswer called without an answer if the session has sent nothing in time
 */
export function createPoll(
  { position, cursor, isLive }: LogTarget,
  onAnswer: (answer: PollAnswer | undefined) => void,
  { buffered, delivered }: Pick<HttpReply, 'buffered' | 'delivered'>,
): Poll {
  const entries: Entry[] = []
  let latest: Uint8Array | undefined
  let isOver = false
  let hasEnded = false
  const timer = setTimeout(() => answer(latest), WAIT_MS)

  function stop(): void {
    isOver = true
    clearTimeout(timer)
  }

  function answer(status: Uint8Array | undefined): void {
    if (isOver) return
    stop()
    hasEnded = true
    onAnswer(status && { entries, status, position: entries.at(-1)?.position ?? position })
  }

  return {
    get hasEnded() {
      return hasEnded
    },
    stop,
    send: buffered,
    sendEntry(entry) {
      if (!isOver) entries.push(entry)
      return buffered()
    },
    sendStatus(bytes) {
      latest = bytes
      const isOld = isLive && entries.length === 0 && standsFor(cursor, bytes)
      if (!isOld) answer(bytes)
      return buffered()
    },
    buffered,
    delivered,
  }
}
