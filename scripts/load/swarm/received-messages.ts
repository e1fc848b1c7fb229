import { judge, type Message, type Position } from '@vue-sync/vue/protocol'
import { type Head, now, readHead } from './head.ts'
import type { Resumed, Tally } from './tally.ts'

/** The messages that one viewer has received: its position, and the errors that it adds to a tally. */
export class ReceivedMessages {
  held: Position | undefined
  readonly #tally: Tally
  /** Set while the viewer resumes. */
  #resuming: { since: number; by: Resumed } | undefined

  constructor(tally: Tally) {
    this.#tally = tally
  }

  get isResuming(): boolean {
    return this.#resuming !== undefined
  }

  /** Returns how many messages the viewer lacks up to a position. */
  missing({ epoch, seq }: Position): number {
    return this.held?.epoch === epoch ? Math.max(0, seq - this.held.seq) : seq + 1
  }

  /** The viewer has lost its connection. It resumes with the next status. */
  lose(): void {
    this.#resuming = { since: this.#resuming?.since ?? now(), by: 'none' }
  }

  add(data: Buffer): void {
    const head = readHead(data)
    if (!head) return
    const verdict = judge(this.held, head as Message)
    if (head.type === 'status') this.#addStatus(verdict === 'gap', head)
    else {
      this.#tally.bytes += data.length
      this.#tally.lastAt = now()
      if (head.type === 'session_update') this.#addSnapshot(head as Position)
      else this.#addChange(verdict, head)
    }
  }

  #addSnapshot(position: Position): void {
    if (this.held?.epoch === position.epoch) {
      const ahead = position.seq - this.held.seq
      if (ahead < 0) this.#tally.duplicated++
      else this.#tally.skipped += ahead
    }
    if (this.#resuming) this.#resuming.by = 'snapshot'
    this.held = position
  }

  #addChange(verdict: ReturnType<typeof judge>, head: Head): void {
    const tally = this.#tally
    tally.received++
    if (verdict === 'ignore') {
      if (this.held) tally.duplicated++
      return
    }
    if (verdict === 'gap') this.#countLost(head as Position, 1)
    if (this.#resuming?.by === 'none') this.#resuming.by = 'tail'
    if (!this.#resuming && head.at !== undefined)
      tally.latency.record(Math.max(1, tally.lastAt - head.at))
    this.held = head as Position
  }

  /** The relay sends a status after all messages it has, so a gap at this point means lost messages. */
  #addStatus(isGap: boolean, head: Head): void {
    if (isGap) {
      this.#countLost(head as Position, 0)
      this.held = head as Position
    }
    if (!this.#resuming) return
    const { since, by } = this.#resuming
    this.#resuming = undefined
    this.#tally.reconnect.record(Math.max(1, now() - since))
    this.#tally.resumed[by]++
  }

  /** Counts lost messages and continues; a real viewer would reconnect to get them. */
  #countLost({ epoch, seq }: Position, received: number): void {
    const { held } = this
    this.#tally.lost += held?.epoch === epoch ? seq - held.seq - received : 1
  }
}
