import {
  formatSocketUrl,
  offerProtocols,
  type Position,
  type Role,
  type SyncAddress,
} from '@vue-sync/vue/protocol'
import { WebSocket } from 'ws'

export interface DialOptions {
  address: SyncAddress
  role: Role
  /** Of a viewer that reconnects. @default none */
  position?: Position | undefined
  /** Bytes of the longest message. @default 100 MiB */
  maxPayload?: number
  /** Whether to check the relay's certificate. @default true */
  rejectUnauthorized?: boolean
  /** Milliseconds until a relay must have answered the handshake, as in the client of the library. @default 8000 */
  handshakeTimeout?: number
}

const DIAL_TIMEOUT_MS = 8000
/** A connection without a frame for this long counts as dead: two heartbeats of 15 s, and some grace. */
const SILENCE_MS = 35_000

/** Dials a relay. The socket closes by itself when the relay does not answer, or sends nothing for too long. */
export function dialRelay(options: DialOptions): WebSocket {
  const { address, role, position, ...rest } = options
  const socket = new WebSocket(
    formatSocketUrl(address, position),
    offerProtocols(role, address.key),
    { handshakeTimeout: DIAL_TIMEOUT_MS, ...rest },
  )
  let timer: NodeJS.Timeout | undefined
  function restartTimer(): void {
    clearTimeout(timer)
    timer = setTimeout(() => socket.terminate(), SILENCE_MS)
  }
  socket.on('open', restartTimer)
  socket.on('message', restartTimer)
  socket.on('close', () => clearTimeout(timer))
  return socket
}
