/** A connection as a session uses it. */
export interface RelayPeer {
  /** Returns the bytes buffered after the call, as `buffered` does. */
  send: (bytes: Uint8Array, binary: boolean) => number
  close: (code: number, reason: string) => void
  /** Bytes that `send` accepted and the network has not taken yet. */
  buffered: () => number
}
