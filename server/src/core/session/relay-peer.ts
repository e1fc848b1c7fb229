import type { Entry } from './retained.ts'

/** The slowest link that a client without parts may have, in bytes per millisecond. */
export const SLOWEST_LINK = 50

/** A connection as a session uses it. */
export interface RelayPeer {
  /** Returns the bytes buffered after the call, as `buffered` does. */
  send: (bytes: Uint8Array, binary: boolean) => number
  /**
   * Sends a binary frame of a header and a slice of a message that other viewers receive too, so that it need not be
   * copied. @default `send` with a copy of both
   */
  sendPart?: (header: Uint8Array, slice: Uint8Array) => number
  /**
   * Sends a state message of which it has to know the position. A status follows in any case. Returns the bytes
   * buffered after it, or `undefined` if the message must be sent by `send`. @default `send`
   */
  sendEntry?: (entry: Entry) => number | undefined
  /** Whether the viewer sends requests over HTTP. Caches may answer some of them for it. @default false */
  isOverHttp?: boolean
  /** Sends a status, and returns as `sendEntry` does. @default `send` */
  sendStatus?: (bytes: Uint8Array) => number | undefined
  close: (code: number, reason: string) => void
  /** Bytes queued by `send`. */
  buffered: () => number
  /**
   * Bytes that the network has taken, without an exact count of frame headers: it grows as long as the client reads.
   * Without it, a client that reads nothing is not closed. @default unknown
   */
  delivered?: () => number
  /** Whether `delivered` counts a message only once the network has taken its last byte. @default false */
  countsWholeMessages?: boolean
}
