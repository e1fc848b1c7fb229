import {
  addPart,
  type Assembly,
  joinParts,
  type PartHeader,
  type Position,
  type Receipt,
} from '@vue-sync/vue/protocol'
import { type Entry, MAX_BYTES } from './retained.ts'

export interface HostPartsOptions {
  /** Bytes of one message from a host. */
  limit: number
  /** Called when a message begins to arrive; without a position when it has arrived, or no longer arrives. */
  onExpect: (position: Position | undefined) => void
  sendReceipt: (receipt: Receipt) => void
  /** Called when a message is announced that is longer than the limit. */
  onTooLarge: (bytes: number) => void
  /** Called with a message whose parts have all arrived, and the deltas that were held until then. */
  onMessage: (frame: string | Uint8Array, held: readonly Entry[], isHeldComplete: boolean) => void
}

/** Assembles the message that the host sends in parts, and holds the deltas that must wait for it. */
export interface HostParts {
  /** Whether a whole state is arriving. */
  readonly isSnapshotArriving: boolean
  /** Bytes that have arrived of the message, and bytes of held deltas. */
  readonly bytes: number
  receive: (header: PartHeader, slice: Uint8Array) => void
  /**
   * Holds a delta that follows the arriving message, directly or after others that are held. Returns `false` for any
   * other delta.
   */
  hold: (entry: Entry) => boolean
  /** Drops the message and what waits for it: its host is gone. */
  drop: () => void
  /** Drops a message of another epoch: its host has begun this one instead. */
  keepOnly: (epoch: string) => void
}

export function createHostParts(options: HostPartsOptions): HostParts {
  const { limit, onExpect, sendReceipt, onTooLarge, onMessage } = options
  let assembly: Assembly | undefined
  let held: Entry[] = []
  let heldBytes = 0
  /** Held deltas had more bytes than the relay holds, and were dropped. */
  let isHeldComplete = true

  function reset(): void {
    assembly = undefined
    held = []
    heldBytes = 0
    isHeldComplete = true
  }

  function drop(): void {
    if (!assembly) return
    reset()
    onExpect(undefined)
  }

  return {
    get isSnapshotArriving() {
      return assembly?.message.type === 'session_update'
    },
    get bytes() {
      return assembly ? assembly.received + heldBytes : 0
    },
    receive(header, slice) {
      const isFirst = header.at === 0
      if (isFirst) drop()
      if (isFirst && header.total > limit) return onTooLarge(header.total)
      const next = addPart(assembly, header, slice)
      if (!next) return drop()
      assembly = next
      if (isFirst) onExpect(next.message)
      sendReceipt({ type: 'received', id: next.id, bytes: next.received })
      if (next.received < next.total) return
      const waiting = held
      const isComplete = isHeldComplete
      reset()
      onMessage(joinParts(next), waiting, isComplete)
      onExpect(undefined)
    },
    hold(entry) {
      if (!assembly || entry.snapshot) return false
      const { epoch, seq } = entry.position
      const last = held.at(-1)?.position ?? assembly.message
      if (epoch !== last.epoch) return false
      // The host will be asked for a whole state anyway.
      if (!isHeldComplete) return true
      if (seq !== last.seq + 1) return false
      held.push(entry)
      heldBytes += entry.bytes.length
      if (heldBytes > MAX_BYTES) {
        held = []
        heldBytes = 0
        isHeldComplete = false
      }
      return true
    },
    drop,
    keepOnly(epoch) {
      if (assembly && assembly.message.epoch !== epoch) drop()
    },
  }
}
