import type { Position } from '@vue-sync/vue/protocol'
import { samePosition } from '@vue-sync/vue/protocol'

/** One message as the host sent it, and the position it leads to. */
export interface Entry {
  position: Position
  bytes: Uint8Array
  /** A binary frame, to be sent as one. */
  binary: boolean
  /** The whole state, not what follows on the one before. */
  snapshot: boolean
}

interface Delta extends Entry {
  /** Bytes of all deltas ever added up to and including this one: a range's weight is a subtraction. */
  upTo: number
}

/** Deltas after the snapshot weigh on late joiners only past this, however small the snapshot is. */
const LIGHT_BYTES = 16 * 1024
/** A host that never answers the request for a snapshot may cost this many capacities, no more. */
const MOST_CAPACITIES = 16
const MOST_BYTES = 64 * 1024 * 1024

/**
 * What a session keeps for its viewers: the latest snapshot and the recent deltas, each held once.
 * From any position it names the next message to send. Deltas are contiguous and end at `head`; those
 * that followed the snapshot are never dropped, so the way from it to `head` is always whole.
 */
export class Retained {
  #snapshot: Entry | undefined
  #deltas: Delta[] = []
  #head: Position | undefined
  /** The head before the last delta. */
  #before: Position | undefined
  readonly #capacity: number

  /** @param entries what `log` gave of another */
  constructor(capacity: number, entries: readonly Entry[] = []) {
    this.#capacity = capacity
    const [first] = entries
    // What precedes its snapshot there has nothing to follow on here.
    if (first && !first.snapshot)
      this.#head = { epoch: first.position.epoch, seq: first.position.seq - 1 }
    for (const entry of entries) this.take(entry)
  }

  /** The position of the latest message. */
  get head(): Position | undefined {
    return this.#head
  }

  get bytes(): number {
    const first = this.#deltas[0]
    const deltas = first ? this.#deltas.at(-1)!.upTo - first.upTo + first.bytes.length : 0
    return deltas + (this.#snapshot?.bytes.length ?? 0)
  }

  /** Takes the next message; `false` when something before it is missing. */
  take(entry: Entry): boolean {
    if (!entry.snapshot) return this.#takeDelta(entry)
    this.#takeSnapshot(entry)
    return true
  }

  /** Takes a whole state. One that states the current position replaces the snapshot and nothing else. */
  #takeSnapshot(entry: Entry): void {
    if (!samePosition(entry.position, this.#head)) {
      this.#deltas = []
      this.#head = entry.position
      this.#before = undefined
    }
    this.#snapshot = entry
    this.#trim()
  }

  #takeDelta(entry: Entry): boolean {
    const head = this.#head
    const { epoch, seq } = entry.position
    if (!head || head.epoch !== epoch || head.seq + 1 !== seq) return false
    const upTo = (this.#deltas.at(-1)?.upTo ?? 0) + entry.bytes.length
    this.#deltas.push({ ...entry, upTo })
    this.#before = head
    this.#head = entry.position
    this.#trim()
    return true
  }

  /** Whether late joiners would be better served by a fresh snapshot. */
  get isHeavy(): boolean {
    if (!this.#snapshot) return this.#head !== undefined
    const { count, bytes } = this.#sinceSnapshot()
    return count >= this.#capacity || bytes > Math.max(this.#snapshot.bytes.length, LIGHT_BYTES)
  }

  /** The next message for who holds `position`: the lighter of the two ways to `head`, if there is one. */
  next(position: Position | undefined): Entry | undefined {
    if (!this.#head || samePosition(position, this.#head)) return undefined
    // It has what is still on its way here, from another node or from the host: it is not sent back.
    if (position?.epoch === this.#head.epoch && position.seq > this.#head.seq) return undefined
    const snapshot = this.#snapshot
    const last = this.#deltas.at(-1)
    // Nearly always: who has all but the message that has just come.
    if (last && position && position === this.#before) return last
    const delta = position && this.#after(position)
    if (!delta || !snapshot) return delta ?? snapshot
    if (delta.position.seq > snapshot.position.seq) return delta
    const tail = this.#weightFrom(delta)
    return tail <= snapshot.bytes.length + this.#sinceSnapshot().bytes ? delta : snapshot
  }

  /** All that is held, in order: another that takes it holds as much. Empty without a snapshot. */
  log(): Entry[] {
    const snapshot = this.#snapshot
    if (!snapshot) return []
    const { epoch, seq } = snapshot.position
    const before = this.#deltas.filter(
      ({ position }) => position.epoch === epoch && position.seq <= seq,
    )
    return [...before, snapshot, ...this.#deltas.slice(before.length)]
  }

  /** Deltas held. */
  get count(): number {
    return this.#deltas.length
  }

  /** All that who holds nothing is sent. */
  whole(): Entry[] {
    const entries: Entry[] = []
    for (let entry = this.next(undefined); entry; entry = this.next(entry.position))
      entries.push(entry)
    return entries
  }

  #after({ epoch, seq }: Position): Delta | undefined {
    const first = this.#deltas[0]
    if (first?.position.epoch !== epoch) return undefined
    return this.#deltas[seq + 1 - first.position.seq]
  }

  #weightFrom(delta: Delta): number {
    return this.#deltas.at(-1)!.upTo - delta.upTo + delta.bytes.length
  }

  #sinceSnapshot(): { count: number; bytes: number } {
    const delta = this.#snapshot && this.#after(this.#snapshot.position)
    if (!delta) return { count: 0, bytes: 0 }
    return {
      count: this.#head!.seq - this.#snapshot!.position.seq,
      bytes: this.#weightFrom(delta),
    }
  }

  /** Older deltas stay for viewers that resume, within the capacity and the snapshot's own weight. */
  #trim(): void {
    const since = this.#sinceSnapshot()
    if (since.count > this.#capacity * MOST_CAPACITIES || since.bytes > MOST_BYTES)
      this.#snapshot = undefined
    const needed = this.#snapshot ? since.count : 0
    const light = Math.max(this.#snapshot?.bytes.length ?? 0, LIGHT_BYTES)
    let surplus = 0
    while (
      this.#deltas.length - surplus > needed &&
      (this.#deltas.length - surplus > this.#capacity ||
        this.#weightFrom(this.#deltas[surplus]!) > light)
    )
      surplus++
    if (surplus > 0) this.#deltas.splice(0, surplus)
  }
}
