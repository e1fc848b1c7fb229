/** The answer to one request, as a server writes it. */
export interface HttpReply {
  /** Must be called once, before anything is written. */
  begin: (status: number, headers: Record<string, string>) => void
  /** Writes pieces that follow each other, without copying them. */
  write: (pieces: readonly Uint8Array[]) => void
  end: () => void
  /** Bytes that were written and not taken by the network. */
  buffered: () => number
  /** Bytes that the network has taken: it grows as long as the client reads. */
  delivered: () => number
  /** Ends an answer that the client has not taken as a whole. */
  abort: () => void
  /** Whether nothing more reaches the client, because it has taken the whole answer or is gone. */
  readonly isClosed: boolean
  /** Called once, when `isClosed` becomes true. */
  onClosed: (() => void) | undefined
  /** Called when everything that was buffered has been taken. */
  onDrain: (() => void) | undefined
}
