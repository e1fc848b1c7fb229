/** A connection as a session uses it. */
export interface RelayPeer {
  /** Returns the bytes buffered after the call, as `buffered` does. */
  send: (bytes: Uint8Array, binary: boolean) => number
  close: (code: number, reason: string) => void
  /** Bytes that `send` accepted and the network has not taken yet. */
  buffered: () => number
  /**
   * Bytes that the network has taken, without an exact count of frame headers: it grows as long as the client reads.
   * Without it, a client that reads nothing is not closed. @default unknown
   */
  delivered?: () => number
}
