import ReconnectingWebSocket from 'partysocket/ws'
import {
  BACKOFF_DEFAULTS,
  type BackoffOptions,
  backoffDelay,
  CLOSE,
  isTerminal,
} from '../protocol/index.ts'

/**
 * - `disconnected`: not wanted, or stopped for good by a terminal close code.
 * - `connecting`: the first dial.
 * - `connected`: the relay has spoken.
 * - `reconnecting`: lost; waiting for `retryAt`, or dialling again.
 */
export type LinkStatus = 'disconnected' | 'connecting' | 'connected' | 'reconnecting'

export interface LinkState {
  status: LinkStatus
  /** When the next dial is due, milliseconds since 1970. */
  retryAt?: number
  /** The terminal close code and the relay's reason, when that is why it is disconnected. */
  closed?: { code: number; reason: string }
}

/** What the world owns, to be replaced in tests. */
export interface LinkWorld {
  /** @default globalThis.WebSocket */
  WebSocket?: typeof WebSocket
  /** A number in [0, 1). @default Math.random */
  random?: () => number
}

export interface LinkOptions {
  world: LinkWorld
  /** Called at each dial, so that it can carry the position of that moment. */
  url: () => string
  protocols: string[]
  /** @default 2000 ms × 1.5 up to 15000 ms */
  backoff?: Partial<BackoffOptions> | undefined
  onFrame: (frame: unknown) => void
  onState: (state: LinkState) => void
}

export interface Link {
  /** Sends a frame; `false` when there is no open connection. Nothing is queued. */
  send: (frame: string | Uint8Array) => boolean
  /** Dials at once on a fresh socket, whatever the state of the old one or of the backoff. */
  redial: () => void
  /** Replaces a connection that is out of order: at once, or after a wait when that did not help. */
  retry: () => void
  /** Lets go of the socket until the next `redial`. */
  pause: () => void
  /** Ends the link: no event, no timer, no dial after this. */
  close: () => void
}

/** Silence for this long means a dead connection: two heartbeats of 15 s and some grace. */
const SILENCE_MS = 35_000
/** A connection that lived this long was good, so the backoff starts over. */
const SETTLED_MS = 5000
const DIAL_TIMEOUT_MS = 8000

/** Also for what a clock that was put back has in the future. */
const isLongAgo = (time: number): boolean => Math.abs(Date.now() - time) >= SETTLED_MS

/**
 * One connection that comes back by itself. partysocket dials; the wait before each dial is in its URL
 * provider, because partysocket's own wait has no jitter, cannot be cut short and cannot be cancelled.
 */
export function createLink(options: LinkOptions): Link {
  const { world } = options
  const backoff = { ...BACKOFF_DEFAULTS, ...options.backoff }
  let waits = 0
  let dialled = false
  let connectedAt: number | undefined
  let hurriedAt = Number.NEGATIVE_INFINITY
  let hurry = true
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
    if (connectedAt !== undefined && isLongAgo(connectedAt)) waits = 0
    connectedAt = undefined
    return new Promise((resolve) => {
      const dial = (): void => {
        stopWaiting()
        if (dialled) options.onState({ status: 'reconnecting' })
        hurry = false
        dialled = true
        resolve(options.url())
      }
      if (ended) return
      if (hurry && !paused) return dial()
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
  // From the open on: a relay that accepts and then says nothing is as dead as one that fell silent.
  function listen(): void {
    clearTimeout(silence)
    silence = setTimeout(redial, SILENCE_MS)
  }

  socket.addEventListener('open', listen)
  socket.addEventListener('message', ({ data }) => {
    if (ended) return
    listen()
    if (connectedAt === undefined) {
      connectedAt = Date.now()
      options.onState({ status: 'connected' })
    }
    options.onFrame(data)
  })

  socket.addEventListener('close', ({ code, reason }) => {
    if (ended || !isTerminal(code)) return
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
    hurry = true
    // partysocket ignores reconnect() while it waits for the URL: letting the URL go is what dials.
    if (dialNow) dialNow()
    else socket.reconnect(CLOSE.stale)
  }

  return {
    send: (frame) =>
      socket.readyState === socket.OPEN && socket.send(frame as string | Uint8Array<ArrayBuffer>),
    redial,
    retry: () => {
      if (ended || dialNow) return
      hurry = isLongAgo(hurriedAt)
      hurriedAt = Date.now()
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
