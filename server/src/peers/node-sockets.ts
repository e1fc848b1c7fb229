import type { Socket } from 'node:net'
import type { Peer } from 'crossws'

/** The part of a `ws` socket that is used here. `_socket` has been its TCP connection since its first version. */
export interface NodeWebSocket {
  readyState: number
  pong: (data: Uint8Array) => void
  _socket?: Socket
}

export function webSocketOf(peer: Peer): NodeWebSocket {
  return peer.websocket as unknown as NodeWebSocket
}

/** The TCP or TLS connection of a peer; `undefined` when it is closed. */
export function connectionOf(peer: Peer): Socket | undefined {
  // oxlint-disable-next-line no-underscore-dangle -- see NodeWebSocket
  return webSocketOf(peer)._socket
}
