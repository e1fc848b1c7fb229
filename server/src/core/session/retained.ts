import type { Position } from '@vue-sync/vue/protocol'
import { samePosition } from '@vue-sync/vue/protocol'

/** One state message as the host sent it, and the position it leads to. */
export interface Entry {
  position: Position
  bytes: Uint8Array
  /** Whether it is sent as a binary frame. */
  binary: boolean
  /** Whether it is a whole state and not a change of the state before. */
  snapshot: boolean
}

interface Delta extends Entry {
  /** Bytes of all deltas ever added up to and including this one: a range's weight is a subtraction. */
  upTo: number
}

/** However small the snapshot is, deltas after it count as heavy only above this many bytes. */
const LIGHT_BYTES = 16 * 1024
/** What a delta costs besides its own bytes, for the relay and for a viewer that has to apply it. */
const DELTA_BYTES = 1024
/**
 * A host that never answers the request for a snapshot costs at most this many capacities without slow viewers, or
 * deltas that weigh this many snapshots: a large snapshot takes long to arrive, and must still be of use then.
 */
const MAX_CAPACITIES = 16
const MAX_SNAPSHOTS = 4
/** Bytes of all deltas after a snapshot, or of those that a session holds back. */
export const MAX_BYTES = 64 * 1024 * 1024

/**
 * The messages that a session holds for its viewers: the latest snapshot and the recent deltas, each once.
 * For any position it returns the next message to send. Deltas are contiguous and end at `head`. Deltas that
 * followed the snapshot are never dropped before it, so the way from the snapshot to `head` is complete.
 */
export interface Retained {
  /** The position of the latest message. */
  readonly head: Position | undefined
  readonly bytes: number
  readonly deltaCount: number
  /** Whether a fresh snapshot would serve late joiners better than the messages held. */
  readonly isHeavy: boolean
  /** The position of the snapshot. */
  readonly snapshot: Position | undefined
  /** The snapshot, if it has this position. */
  snapshotAt: (position: Position) => Entry | undefined
  /** Whether all messages from `position` to the head are here. */
  leadsToHead: (position: Position) => boolean
  /** Whether the snapshot was dropped because the deltas after it became too many. New viewers get nothing. */
  readonly lacksSnapshot: boolean
  /** Adds the next message. Returns `false` when a message before it is missing. */
  add: (entry: Entry) => boolean
  /**
   * Keeps the snapshot and all deltas after `position`, because a snapshot of this position is arriving. Without a
   * position that ends.
   */
  expect: (position: Position | undefined) => void
  /** Replaces everything by the `log` of another node. Only appends where the two overlap. */
  replace: (log: readonly Entry[]) => void
  clear: () => void
  /**
   * The next message for a viewer at `position`, on the lighter of the two ways to `head`. `undefined` when
   * the viewer is current or ahead, and when no way is known.
   */
  next: (position: Position | undefined) => Entry | undefined
  /** All messages held, in order, so that another node can hold as much. Empty without a snapshot. */
  log: () => Entry[]
  /** The messages for a viewer without a position: the snapshot and the deltas after it. */
  fromSnapshot: () => Entry[]
}

const weightOf = ({ count, bytes }: { count: number; bytes: number }): number =>
  bytes + count * DELTA_BYTES

/**
 * @param capacity deltas held for viewers that resume
 * @param lowestSeq the lowest `seq` that a connected viewer of this epoch has, from `from` on; deltas after it are
 * not dropped while there is no snapshot. @default no viewer is connected
 */
export function createRetained(
  capacity: number,
  lowestSeq: (epoch: string, from: number) => number = () => Number.POSITIVE_INFINITY,
): Retained {
  let snapshot: Entry | undefined
  let deltas: Delta[] = []
  let head: Position | undefined
  /** The head before the last delta. */
  let previous: Position | undefined
  /** The position of a snapshot that is arriving. */
  let expected: Position | undefined
  /** Deltas that came while the snapshot was arriving. A host that sends that many is not one that never answers. */
  let arrivedWith = 0

  function add(entry: Entry): boolean {
    return entry.snapshot ? addSnapshot(entry) : addDelta(entry)
  }

  /** Whether all messages from `position` to the head are here. */
  function leadsToHead(position: Position): boolean {
    return samePosition(position, head) || deltaAfter(position) !== undefined
  }

  /** A snapshot from which the deltas lead to the head replaces only the snapshot before it. */
  function addSnapshot(entry: Entry): true {
    if (!leadsToHead(entry.position)) {
      deltas = []
      head = entry.position
      previous = undefined
    }
    snapshot = entry
    trim()
    return true
  }

  function addDelta(entry: Entry): boolean {
    const { epoch, seq } = entry.position
    if (!head || head.epoch !== epoch || head.seq + 1 !== seq) return false
    const upTo = (deltas.at(-1)?.upTo ?? 0) + entry.bytes.length
    deltas.push({ ...entry, upTo })
    previous = head
    head = entry.position
    trim()
    return true
  }

  function clear(): void {
    snapshot = head = previous = expected = undefined
    deltas = []
  }

  function replace(log: readonly Entry[]): void {
    const next = log.findIndex(({ position: { epoch, seq } }) => {
      return head?.epoch === epoch && head.seq + 1 === seq
    })
    if (next >= 0) {
      for (const entry of log.slice(next)) add(entry)
      return
    }
    clear()
    const [first] = log
    // The deltas before the snapshot need a head that they follow on.
    if (first && !first.snapshot)
      head = { epoch: first.position.epoch, seq: first.position.seq - 1 }
    for (const entry of log) add(entry)
  }

  function next(position: Position | undefined): Entry | undefined {
    if (!head || samePosition(position, head)) return undefined
    // This viewer has messages that are still on their way here, from another node or from the host.
    if (position?.epoch === head.epoch && position.seq > head.seq) return undefined
    const last = deltas.at(-1)
    // The usual case: the viewer lacks only the latest message.
    if (last && position && position === previous) return last
    const delta = position && deltaAfter(position)
    if (!delta || !snapshot) return delta ?? snapshot
    if (delta.position.seq > snapshot.position.seq) return delta
    const tail = weightFrom(delta)
    return tail <= snapshot.bytes.length + after(snapshot.position).bytes ? delta : snapshot
  }

  function deltaAfter({ epoch, seq }: Position): Delta | undefined {
    const first = deltas[0]
    if (first?.position.epoch !== epoch) return undefined
    return deltas[seq + 1 - first.position.seq]
  }

  function weightFrom(delta: Delta): number {
    return deltas.at(-1)!.upTo - delta.upTo + delta.bytes.length
  }

  /** The deltas from `position` to the head. */
  function after(position: Position | undefined): { count: number; bytes: number } {
    const delta = position && deltaAfter(position)
    if (!delta) return { count: 0, bytes: 0 }
    return { count: head!.seq - position.seq, bytes: weightFrom(delta) }
  }

  /** Deltas that connected viewers still have to receive. Without a snapshot they have no other way to `head`. */
  function countPending(): number {
    const [first] = deltas
    if (!first || weightFrom(first) > MAX_BYTES) return 0
    if (deltas.length <= capacity && weightFrom(first) <= LIGHT_BYTES) return 0
    const { epoch, seq } = first.position
    return Math.max(0, head!.seq - lowestSeq(epoch, seq - 1))
  }

  /** Deltas before the snapshot stay for viewers that resume, within the capacity and the snapshot's weight. */
  function trim(): void {
    const since = after(snapshot?.position)
    const { length = 0 } = snapshot?.bytes ?? {}
    const isLong =
      since.count > Math.max(capacity * MAX_CAPACITIES, 2 * arrivedWith) &&
      weightOf(since) > MAX_SNAPSHOTS * length
    if ((isLong && !expected) || since.bytes > MAX_BYTES) snapshot = undefined
    const arriving = after(expected)
    if (arriving.bytes > MAX_BYTES) expected = undefined
    const needed = Math.max(snapshot ? since.count : countPending(), expected ? arriving.count : 0)
    const light = Math.max(snapshot?.bytes.length ?? 0, LIGHT_BYTES)
    let surplus = 0
    while (
      deltas.length - surplus > needed &&
      (deltas.length - surplus > capacity || weightFrom(deltas[surplus]!) > light)
    )
      surplus++
    if (surplus > 0) deltas.splice(0, surplus)
  }

  return {
    get head() {
      return head
    },
    get bytes() {
      const [first] = deltas
      return (first ? weightFrom(first) : 0) + (snapshot?.bytes.length ?? 0)
    },
    get deltaCount() {
      return deltas.length
    },
    get lacksSnapshot() {
      return head !== undefined && !snapshot
    },
    get isHeavy() {
      if (!snapshot) return head !== undefined
      const since = after(snapshot.position)
      const { length } = snapshot.bytes
      // Many small deltas are still lighter than a large snapshot, which the host would have to send again.
      if (since.count >= capacity && weightOf(since) >= length) return true
      return since.bytes > Math.max(length, LIGHT_BYTES)
    },
    get snapshot() {
      return snapshot?.position
    },
    add,
    snapshotAt: (position) => (samePosition(snapshot?.position, position) ? snapshot : undefined),
    leadsToHead,
    expect(position) {
      expected = position
      if (!position) arrivedWith = after(snapshot?.position).count
    },
    replace,
    clear,
    next,
    log() {
      if (!snapshot) return []
      const { epoch, seq } = snapshot.position
      const before = deltas.filter(
        ({ position }) => position.epoch === epoch && position.seq <= seq,
      )
      return [...before, snapshot, ...deltas.slice(before.length)]
    },
    fromSnapshot() {
      const entries: Entry[] = []
      for (let entry = next(undefined); entry; entry = next(entry.position)) entries.push(entry)
      return entries
    },
  }
}
