import ReconnectingWebSocket from 'partysocket/ws'
import {
  BACKOFF_DEFAULTS,
  type BackoffOptions,
  backoffDelay,
  CLOSE,
  isTerminal,
} from '../protocol/index.ts'

/**
 * The state of a connection.
 *
 * - `disconnected`: closed by the app, or ended by a terminal close code.
 * - `connecting`: the first dial.
 * - `connected`: the relay has sent a frame.
 * - `reconnecting`: the connection was lost. It waits until `retryAt`, or dials again.
 */
export type LinkStatus = 'disconnected' | 'connecting' | 'connected' | 'reconnecting'

export interface LinkState {
  status: LinkStatus
  /** When the next dial is due, milliseconds since 1970. */
  retryAt?: number
  /** The terminal close code that ended the connection, and the relay's reason. */
  closed?: { code: number; reason: string }
  /** A message was longer than the relay accepts, so it closed the connection. */
  isTooLong?: boolean
}

/** Globals that tests replace. */
export interface LinkWorld {
  /** Another implementation of `WebSocket`, such as that of `ws` on Node 20. @default globalThis.WebSocket */
  WebSocket?: typeof WebSocket
  /** Returns a number from 0 up to, but not including, 1. For tests. @default Math.random */
  random?: () => number
}

export interface LinkOptions {
  world: LinkWorld
  /** Gives the address for each dial, with the present position in its query. */
  url: () => string
  protocols: string[]
  /** @default 2000 ms × 1.5 up to 15000 ms */
  backoff?: Partial<BackoffOptions> | undefined
  onFrame: (frame: unknown) => void
  onState: (state: LinkState) => void
  /**
   * Called with the number of dials in a row that failed, and with 0 after the first frame. A dial fails if it ends
   * without a frame, or if the relay has no room for this client: `busy` is then the relay's reason.
   */
  onFailures: (count: number, busy?: string) => void
}

export interface Link {
  /** Sends a frame; `false` when there is no open connection. Nothing is queued. */
  send: (frame: string | Uint8Array) => boolean
  /** Bytes queued for sending. */
  buffered: () => number
  /** Replaces the socket and dials at once, without waiting for the backoff. */
  redial: () => void
  /** Replaces the socket after a protocol error: at once, or after a wait if it was just replaced. */
  retry: () => void
  /** Closes the socket until the next `redial`. */
  pause: () => void
  /** Closes the link for good. Nothing is called after this. */
  close: () => void
}

/** A connection without a frame for this long counts as dead: two heartbeats of 15 s, and some grace. */
const SILENCE_MS = 35_000
/** The WebSocket layer of a relay closes with this code after a message above its limit. */
const TOO_LONG = 1009
/** After a connection that lasted this long, the backoff starts over. */
const SETTLED_MS = 5000
const DIAL_TIMEOUT_MS = 8000

/** A time in the future counts as long ago too, because the clock may have been set back. */
const isLongAgo = (time: number): boolean => Math.abs(Date.now() - time) >= SETTLED_MS

/**
 * A connection that reconnects by itself. partysocket dials. The wait before each dial is in the function
 * that gives the URL, because partysocket's own wait has no jitter and cannot be shortened or cancelled.
 */
export function createLink(options: LinkOptions): Link {
  const { world } = options
  const backoff = { ...BACKOFF_DEFAULTS, ...options.backoff }
  let waits = 0
  let dialled = false
  let failures = 0
  let connectedAt: number | undefined
  /** Why the relay closed the latest connection, if it had no room. */
  let busy: string | undefined
  let retriedAt = Number.NEGATIVE_INFINITY
  /** The next dial does not wait. */
  let immediate = true
  let paused = false
  let waiting: ReturnType<typeof setTimeout> | undefined
  let dialNow: (() => void) | undefined
  let silence: ReturnType<typeof setTimeout> | undefined
  let ended = false

  function stopWaiting(): void {
    clearTimeout(waiting)
    clearTimeout(silence)
    dialNow = undefined
  }

  function nextUrl(): Promise<string> {
    stopWaiting()
    // A dial that the client replaces has not failed.
    const hasFailed = dialled && !immediate && !paused && connectedAt === undefined
    if (hasFailed || busy !== undefined) options.onFailures(++failures, busy)
    busy = undefined
    if (connectedAt !== undefined && isLongAgo(connectedAt)) waits = 0
    connectedAt = undefined
    return new Promise((resolve) => {
      const dial = (): void => {
        stopWaiting()
        if (dialled) options.onState({ status: 'reconnecting' })
        immediate = false
        dialled = true
        const url = options.url()
        resolve(`${url}${url.includes('?') ? '&' : '?'}parts=1`)
      }
      if (ended) return
      if (immediate && !paused) return dial()
      dialNow = dial
      if (paused) return options.onState({ status: 'reconnecting' })
      const wait = backoffDelay(waits++, backoff, (world.random ?? Math.random)())
      waiting = setTimeout(dial, wait)
      options.onState({ status: 'reconnecting', retryAt: Date.now() + wait })
    })
  }

  options.onState({ status: 'connecting' })
  const socket = new ReconnectingWebSocket(nextUrl, options.protocols, {
    minReconnectionDelay: 0,
    maxReconnectionDelay: 0,
    maxEnqueuedMessages: 0,
    connectionTimeout: DIAL_TIMEOUT_MS,
    shouldReconnectOnClose: ({ code }) => !isTerminal(code),
    WebSocket: world.WebSocket,
  })

  socket.binaryType = 'arraybuffer'
  // The timer starts when the socket opens, so that it also catches a relay that never sends a frame.
  function restartSilenceTimer(): void {
    clearTimeout(silence)
    silence = setTimeout(redial, SILENCE_MS)
  }

  socket.addEventListener('open', restartSilenceTimer)
  socket.addEventListener('message', ({ data }) => {
    if (ended) return
    restartSilenceTimer()
    if (connectedAt === undefined) {
      connectedAt = Date.now()
      options.onFailures((failures = 0))
      options.onState({ status: 'connected' })
    }
    options.onFrame(data)
  })

  socket.addEventListener('close', ({ code, reason }) => {
    if (ended) return
    if (code === TOO_LONG) options.onState({ status: 'reconnecting', isTooLong: true })
    if (code === CLOSE.busy) busy = reason
    if (!isTerminal(code)) return
    end()
    options.onState({ status: 'disconnected', closed: { code, reason } })
  })

  function end(): void {
    ended = true
    stopWaiting()
  }

  function redial(): void {
    if (ended) return
    paused = false
    immediate = true
    // partysocket ignores reconnect() while it waits for the URL. Giving it the URL makes it dial.
    if (dialNow) dialNow()
    else socket.reconnect(CLOSE.stale)
  }

  return {
    send: (frame) =>
      socket.readyState === socket.OPEN && socket.send(frame as string | Uint8Array<ArrayBuffer>),
    buffered: () => socket.bufferedAmount,
    redial,
    retry: () => {
      if (ended || dialNow) return
      immediate = isLongAgo(retriedAt)
      retriedAt = Date.now()
      socket.reconnect(CLOSE.stale)
    },
    pause: () => {
      if (ended || paused) return
      paused = true
      clearTimeout(waiting)
      if (dialNow) options.onState({ status: 'reconnecting' })
      else socket.reconnect(CLOSE.stale)
    },
    close: () => {
      if (ended) return
      end()
      socket.close()
      options.onState({ status: 'disconnected' })
    },
  }
}
