import {
  concat,
  nextHeader,
  nextSlice,
  sliceSent,
  startTransfer,
  type Transfer,
} from '@vue-sync/vue/protocol'
import type { RelayPeer } from './relay-peer.ts'
import type { Entry } from './retained.ts'

/** A message that a viewer receives in parts. Its bytes are those that the session holds once for all viewers. */
export interface ViewerTransfer extends Transfer {
  readonly entry: Entry
}

let latestId = 0

export function startViewerTransfer(entry: Entry): ViewerTransfer {
  const { position, snapshot, binary, bytes } = entry
  const type = snapshot ? 'session_update' : 'config_update'
  const transfer = startTransfer({
    id: ++latestId,
    total: bytes.length,
    isText: !binary,
    message: { type, ...position },
  })
  return Object.assign(transfer, { entry })
}

/**
 * Sends the next part, if the viewer has confirmed enough of those before. Returns the bytes buffered after it;
 * `undefined` if nothing was sent.
 *
 * @param time in milliseconds
 */
export function sendPart(
  peer: RelayPeer,
  transfer: ViewerTransfer,
  time: number,
): number | undefined {
  const { sent, entry } = transfer
  const length = nextSlice(transfer, Infinity)
  if (length === 0) return undefined
  const header = nextHeader(transfer)
  const slice = entry.bytes.subarray(sent, sent + length)
  sliceSent(transfer, length, time)
  return peer.sendPart?.(header, slice) ?? peer.send(concat([header, slice]), true)
}
