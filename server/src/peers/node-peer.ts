import type { Socket } from 'node:net'
import type { Peer } from 'crossws'
import type { WebSocket } from 'ws'
import type { RelayPeer } from '../core/session/relay-peer.ts'
import { checkLiveness, startLiveness } from './liveness.ts'
import { deliveredBytes } from './paced-writes.ts'

const OPEN = 1
const FINAL = 0x80
const TEXT = 0x01
const BINARY = 0x02

/** Writes the header of a final, unmasked frame with `length` bytes of payload (RFC 6455, section 5.2). */
function writeHeader(frame: Buffer, opcode: number, length: number): void {
  frame[0] = FINAL | opcode
  if (length < 126) frame[1] = length
  else if (length < 65_536) {
    frame[1] = 126
    frame.writeUInt16BE(length, 2)
  } else {
    frame[1] = 127
    frame.writeUInt32BE(Math.floor(length / 2 ** 32), 2)
    frame.writeUInt32BE(length % 2 ** 32, 6)
  }
}

function headerLength(length: number): number {
  return length < 126 ? 2 : length < 65_536 ? 4 : 10
}

/** Frames by their payload. The payload is the end of the frame's own buffer. */
const frames = new WeakMap<Uint8Array, Buffer>()
/** The frame that is being sent to all viewers, found without a look-up. */
let latest: { bytes: Uint8Array; frame: Buffer } | undefined

/**
 * Copies a message into bytes, and prepares its WebSocket frame once for all viewers.
 *
 * @param binary whether it is sent as a binary frame; messages of other nodes are bytes even if they are text
 */
export function encodeFramed(
  message: string | Uint8Array,
  binary = typeof message !== 'string',
): Uint8Array {
  const length = typeof message === 'string' ? Buffer.byteLength(message) : message.length
  const start = headerLength(length)
  const frame = Buffer.allocUnsafeSlow(start + length)
  writeHeader(frame, binary ? BINARY : TEXT, length)
  if (typeof message === 'string') frame.write(message, start)
  else frame.set(message, start)
  const payload = frame.subarray(start)
  frames.set(payload, frame)
  latest = { bytes: payload, frame }
  return payload
}

/** Corked bytes above this count are written before anything else is added to them. */
const MAX_CORKED = 64 * 1024

/**
 * A connection on Node: what the hooks of the relay use of crossws' `Peer`, and the way in which a session sends. It is
 * a class, not a `create…` function, because methods on a prototype cost no memory per connection.
 *
 * It writes prepared frames in one call. `ws` creates the header for each viewer and writes it apart from the payload,
 * which is most of the cost of a message. The order with frames of `ws` itself (close, ping, pong) is kept, because
 * without compression `ws` also writes immediately.
 */
export class NodePeer implements RelayPeer {
  readonly context: object
  readonly websocket: WebSocket
  readonly #connection: Socket
  readonly #liveness = startLiveness()

  constructor(context: object, websocket: WebSocket, connection: Socket) {
    this.context = context
    this.websocket = websocket
    this.#connection = connection
  }

  send(bytes: Uint8Array, binary: boolean): number {
    const frame = bytes === latest?.bytes ? latest.frame : frames.get(bytes)
    if (!frame) this.websocket.send(bytes, { binary, compress: false })
    else if (this.websocket.readyState === OPEN) this.#connection.write(frame)
    return this.#connection.writableLength
  }

  sendPart(header: Uint8Array, slice: Uint8Array): number {
    const connection = this.#connection
    if (this.websocket.readyState === OPEN) {
      const length = header.length + slice.length
      const start = headerLength(length)
      // The client confirms parts, so few of them are on their way.
      this.#liveness.confirmed += length
      const front = Buffer.allocUnsafe(start + header.length)
      writeHeader(front, BINARY, length)
      front.set(header, start)
      connection.cork()
      connection.write(front)
      connection.write(slice)
      connection.uncork()
    }
    return connection.writableLength
  }

  close(code: number, reason: string): void {
    this.websocket.close(code, reason)
  }

  pong(data: Uint8Array): void {
    this.websocket.pong(data)
  }

  /** Ends the connection without a close frame. */
  terminate(): void {
    this.websocket.terminate()
  }

  /** The first frames are corked, so that they are sent together with the answer to the upgrade request. */
  buffered(): number {
    const connection = this.#connection
    // Corked bytes were not offered to the network yet, so they do not show that the viewer is slow.
    if (connection.writableCorked > 0 && connection.writableLength > MAX_CORKED) connection.uncork()
    return connection.writableLength
  }

  delivered(): number {
    return deliveredBytes(this.#connection)
  }

  get bufferedAmount(): number {
    return this.#connection.writableLength
  }

  /**
   * Ends a connection that has moved no byte for `idleTimeout`, and sends the pings that show it.
   *
   * @param now in milliseconds
   * @param idleTimeout in milliseconds
   */
  checkAlive(now: number, idleTimeout: number): void {
    const { bytesRead, bytesWritten } = this.#connection
    const counts = { received: bytesRead, sent: bytesWritten, delivered: this.delivered() }
    const state = checkLiveness(this.#liveness, counts, now, idleTimeout)
    if (state === 'dead') this.websocket.terminate()
    else if (state === 'ask' && this.websocket.readyState === OPEN) this.websocket.ping()
  }
}

/** The peers of this relay's own server send by themselves. */
export function toNodePeer(peer: Peer, fallback: (peer: Peer) => RelayPeer): RelayPeer {
  return peer instanceof NodePeer ? peer : fallback(peer)
}
