import type { Socket } from 'node:net'
import type { Peer } from 'crossws'
import type { RelayPeer } from '../core/session/relay-peer.ts'

/** The part of a `ws` socket that is used here. `_socket` is its name for the connection since its first version. */
interface NodeWebSocket {
  readyState: number
  _socket?: Socket
}

const OPEN = 1
const FINAL = 0x80
const TEXT = 0x01
const BINARY = 0x02

/** RFC 6455, section 5.2: a final frame of `length` bytes, not masked, as servers send them. */
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

/** Whole frames by the payload that they end with: one buffer, seen twice. */
const frames = new WeakMap<Uint8Array, Buffer>()
/** The one that is being sent to everyone, without a look-up. */
let latest: { bytes: Uint8Array; frame: Buffer } | undefined

/**
 * Gives a message as bytes, and keeps its frame beside it: made once, however many it is sent to.
 *
 * @param binary whether it is sent as a binary frame: text comes as bytes from other nodes
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
 * A Node peer that is sent whole frames in one write. `ws` writes header and payload apart, for each
 * viewer anew, which is most of what a message costs. Its own frames (close, ping, pong) keep their place:
 * without compression it writes at once, too.
 */
export function toNodePeer(peer: Peer, otherwise: (peer: Peer) => RelayPeer): RelayPeer {
  const plain = otherwise(peer)
  const socket = peer.websocket as unknown as NodeWebSocket
  // oxlint-disable-next-line no-underscore-dangle -- see NodeWebSocket
  const connection = socket._socket
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
  }
}
