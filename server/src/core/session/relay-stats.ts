/** Counters of one relay since its creation. Plain fields, as they are incremented per viewer and message. */
export interface RelayStats {
  /** Messages from hosts. */
  messagesIn: number
  bytesIn: number
  /** Messages to viewers: states and statuses. */
  messagesOut: number
  bytesOut: number
  /** Slow viewers that received a snapshot in place of the messages withheld from them. */
  conflations: number
  /**
   * Viewers that came back with a position. `tail`: some messages were missing, `none`: nothing was missing,
   * `full`: the whole state was sent.
   */
  readonly resumes: { tail: number; none: number; full: number }
  /** Refused and closed connections by close code. */
  readonly rejects: ReadonlyMap<number, number>
  reject: (code: number) => void
  /**
   * Called with the milliseconds between a host's message and the last write to a viewer.
   * @default undefined
   */
  onPublished: ((time: number) => void) | undefined
}

export function createRelayStats(): RelayStats {
  const rejects = new Map<number, number>()
  return {
    messagesIn: 0,
    bytesIn: 0,
    messagesOut: 0,
    bytesOut: 0,
    conflations: 0,
    resumes: { tail: 0, none: 0, full: 0 },
    rejects,
    reject: (code) => void rejects.set(code, (rejects.get(code) ?? 0) + 1),
    onPublished: undefined,
  }
}
