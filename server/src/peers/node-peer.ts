import type { Peer } from 'crossws'
import type { RelayPeer } from '../core/session/relay-peer.ts'
import { connectionOf, webSocketOf } from './node-sockets.ts'
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

/**
 * A Node peer that writes prepared frames in one call. `ws` creates the header for each viewer and writes it
 * apart from the payload, which is most of the cost of a message. The order with frames of `ws` itself (close,
 * ping, pong) is kept, because without compression `ws` also writes immediately.
 */
export function toNodePeer(peer: Peer, fallback: (peer: Peer) => RelayPeer): RelayPeer {
  const plain = fallback(peer)
  const socket = webSocketOf(peer)
  const connection = connectionOf(peer)
  if (!connection) return plain
  return {
    ...plain,
    send(bytes, binary) {
      const frame = bytes === latest?.bytes ? latest.frame : frames.get(bytes)
      if (!frame) return plain.send(bytes, binary)
      if (socket.readyState === OPEN) connection.write(frame)
      return connection.writableLength
    },
    buffered: () => connection.writableLength,
    delivered: () => deliveredBytes(connection),
  }
}
