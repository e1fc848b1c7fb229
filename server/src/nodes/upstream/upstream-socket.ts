import {
  addPart,
  type Assembly,
  CLOSE,
  joinParts,
  readPart,
  type Receipt,
} from '@vue-sync/vue/protocol'
import { WebSocket } from 'ws'

export interface UpstreamSocketOptions {
  url: string
  protocols: string[]
  /** Bytes of the longest message. */
  limit: number
  /** Called with each message. One that came in parts is whole. */
  onFrame: (frame: string | Uint8Array) => void
  /** A message is longer than the limit. */
  onTooLong: () => void
  /**
   * Called once, unless this side has closed the socket.
   *
   * @param lastHeard when the last message arrived, in milliseconds since 1970; `undefined` if none did
   */
  onClosed: (code: number, reason: string, lastHeard: number | undefined) => void
}

export interface UpstreamSocket {
  close: () => void
}

/** How long the relay has to answer the handshake, as in the client of the library. */
const DIAL_TIMEOUT_MS = 8000
/** A connection without a message for this long counts as dead: two heartbeats of 15 s, and some grace. */
const SILENCE_MS = 35_000
/** A relay that does not answer the close frame is left after this time. */
const CLOSING_MS = 500
/** The header of a part, with the longest epoch. */
const HEADER_BYTES = 1024
const ABNORMAL = 1006

const isTooLong = (problem: Error): boolean =>
  (problem as NodeJS.ErrnoException).code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH'

/** `ECONNREFUSED`, or the message. Never the address, which a log of this relay need not have. */
const causeOf = (problem: Error): string =>
  (problem as NodeJS.ErrnoException).code ?? problem.message

/** One connection to the upstream relay as a viewer that knows parts. */
export function openUpstreamSocket(options: UpstreamSocketOptions): UpstreamSocket {
  const { url, protocols, limit, onFrame, onTooLong, onClosed } = options
  const socket = new WebSocket(url, protocols, {
    handshakeTimeout: DIAL_TIMEOUT_MS,
    maxPayload: limit + HEADER_BYTES,
    perMessageDeflate: false,
  })
  let assembly: Assembly | undefined
  let silence: NodeJS.Timeout | undefined
  let lastHeard: number | undefined
  let problem = ''
  let hasEnded = false

  function end(code: number, reason: string): void {
    clearTimeout(silence)
    if (hasEnded) return
    hasEnded = true
    onClosed(code, reason || problem, lastHeard)
  }

  function restartTimer(): void {
    clearTimeout(silence)
    silence = setTimeout(() => {
      end(ABNORMAL, 'it was silent')
      socket.terminate()
    }, SILENCE_MS)
  }

  function receivePart(frame: Uint8Array): boolean {
    const part = readPart(frame)
    if (!part) return false
    const { header, slice } = part
    if (header.total > limit) {
      assembly = undefined
      if (header.at === 0) onTooLong()
      return true
    }
    assembly = addPart(assembly, header, slice)
    if (!assembly) return true
    const { id, received, total } = assembly
    socket.send(JSON.stringify({ type: 'received', id, bytes: received } satisfies Receipt))
    if (received < total) return true
    const whole = joinParts(assembly)
    assembly = undefined
    onFrame(whole)
    return true
  }

  socket.on('open', restartTimer)
  socket.on('message', (data: Buffer, isBinary) => {
    if (hasEnded) return
    lastHeard = Date.now()
    restartTimer()
    if (!isBinary) onFrame(String(data))
    else if (!receivePart(data)) onFrame(data)
  })
  socket.on('error', (error) => {
    problem = causeOf(error)
    if (isTooLong(error) && !hasEnded) onTooLong()
  })
  socket.on('close', (code, reason) => end(code, String(reason)))

  return {
    close() {
      hasEnded = true
      clearTimeout(silence)
      socket.close(CLOSE.stale)
      setTimeout(() => socket.terminate(), CLOSING_MS).unref()
    },
  }
}
