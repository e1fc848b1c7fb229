import {
  type BackoffOptions,
  backoffDelay,
  isTerminal,
  type Position,
} from '@vue-sync/vue/protocol'
import { frameHead } from '../../core/session/frame-head.ts'
import type { UpstreamEvents, UpstreamLink } from '../../core/shared/upstream.ts'
import { openUpstreamSocket, type UpstreamSocket } from './upstream-socket.ts'

export interface UpstreamLinkOptions {
  /** Gives the address of the session. */
  url: (position: Position | undefined, hops: number) => string
  protocols: string[]
  /** Bytes of the longest message. */
  limit: number
  backoff: BackoffOptions
  /** Returns a number from 0 up to, but not including, 1. */
  random: () => number
  events: UpstreamEvents
  /** The relay has sent a message. */
  onReached: () => void
  /** The connection was lost, or could not be made. A `code` of the relay's has its reason as the cause. */
  onUnreachable: (code: number, cause: string) => void
  onRefused: (code: number, reason: string) => void
  /** A message is longer than the limit. */
  onTooLong: () => void
}

/** After a connection that lasted this long, the waits start over. */
const SETTLED_MS = 5000
/** A connection that is replaced is not lost for the viewers, unless the next one takes longer. */
const REPLACED_MS = 1000
/** The connection ended without a close frame. */
const ABNORMAL = 1006
/** How long a whole state may take to arrive. */
const FETCH_MS = 120_000

const isLongAgo = (time: number): boolean => performance.now() - time >= SETTLED_MS

/** A connection for one session that comes back by itself, with the waits of PROTOCOL.md. */
export function createUpstreamLink(options: UpstreamLinkOptions): UpstreamLink {
  const { url, protocols, limit, backoff, random, events, onTooLong } = options
  let socket: UpstreamSocket | undefined
  let fetching: UpstreamSocket | undefined
  let fetchTimer: NodeJS.Timeout | undefined
  let waiting: NodeJS.Timeout | undefined
  let replaced: NodeJS.Timeout | undefined
  let waits = 0
  let connectedAt: number | undefined
  let retriedAt = Number.NEGATIVE_INFINITY
  let isClosed = false

  function heard(): void {
    if (connectedAt !== undefined) return
    connectedAt = performance.now()
    clearTimeout(replaced)
    options.onReached()
  }

  function dial(): void {
    clearTimeout(waiting)
    waiting = connectedAt = undefined
    socket = openUpstreamSocket({
      url: url(events.position(), events.hops()),
      protocols,
      limit,
      onFrame(frame) {
        heard()
        events.onFrame(frame)
      },
      onTooLong,
      onClosed: ended,
    })
  }

  function dialLater(): void {
    if (connectedAt !== undefined && isLongAgo(connectedAt)) waits = 0
    waiting = setTimeout(dial, backoffDelay(waits++, backoff, random()))
  }

  function ended(code: number, reason: string, lastHeard: number | undefined): void {
    clearTimeout(replaced)
    socket = undefined
    if (isTerminal(code)) {
      close()
      options.onRefused(code, reason)
      return events.onRefused(code, reason)
    }
    options.onUnreachable(code, reason)
    // Without a close frame, the relay may be gone since its last message.
    events.onLost(code === ABNORMAL && lastHeard !== undefined ? lastHeard : Date.now())
    if (!isClosed) dialLater()
  }

  function close(): void {
    isClosed = true
    for (const timer of [waiting, replaced]) clearTimeout(timer)
    stopFetching()
    socket?.close()
    socket = undefined
  }

  function stopFetching(): void {
    clearTimeout(fetchTimer)
    fetching?.close()
    fetching = undefined
  }

  waiting = setTimeout(dial)

  return {
    redial(why) {
      // It waits, and will have the present position.
      if (isClosed || !socket) return
      socket.close()
      socket = undefined
      clearTimeout(replaced)
      const since = Date.now()
      if (why === 'gap' && !isLongAgo(retriedAt)) {
        events.onLost(since)
        return dialLater()
      }
      if (why === 'gap') retriedAt = performance.now()
      replaced = setTimeout(() => events.onLost(since), REPLACED_MS)
      dial()
    },
    fetchState() {
      if (isClosed || fetching) return
      fetchTimer = setTimeout(stopFetching, FETCH_MS)
      fetching = openUpstreamSocket({
        url: url(undefined, events.hops()),
        protocols,
        limit,
        onFrame(frame) {
          if (frameHead(frame)?.type !== 'session_update') return
          stopFetching()
          events.onState(frame)
        },
        onTooLong,
        onClosed: stopFetching,
      })
    },
    close,
  }
}
