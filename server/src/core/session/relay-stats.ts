/** What has happened in a relay since it was made. Counted where it happens; whoever wants it reads it. */
export class RelayStats {
  /** From hosts. */
  messagesIn = 0
  bytesIn = 0
  /** To viewers: states and statuses. */
  messagesOut = 0
  bytesOut = 0
  /** Slow viewers that were given a snapshot for the messages withheld from them. */
  conflations = 0
  /** Viewers that came back with a position, by what they lacked: some messages, nothing, or all. */
  readonly resumes = { tail: 0, none: 0, full: 0 }
  /** Who was not let in or was sent away, by close code. */
  readonly rejects = new Map<number, number>()
  /** Told the milliseconds from a host's message to its last viewer's turn. @default nobody */
  onPublished: ((time: number) => void) | undefined

  reject(code: number): void {
    this.rejects.set(code, (this.rejects.get(code) ?? 0) + 1)
  }
}
