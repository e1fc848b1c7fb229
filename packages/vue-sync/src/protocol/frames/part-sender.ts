import { formatPart, PART_BYTES, type PartMessage, type Receipt } from './parts.ts'

/** Bytes that may be on their way without a receipt: at first, at least, and at most. */
const FIRST_WINDOW = 64 * 1024
const SMALLEST_WINDOW = 16 * 1024
const LARGEST_WINDOW = 1024 * 1024
/** A receipt that takes less time than this says that more may be on its way. */
const QUICK_MS = 1000
/** A receipt that takes more time than this says that too much is waiting somewhere. */
const SLOW_MS = 2000

/** A message that is being sent in parts. Plain data, because a relay has one for each viewer that receives a large state. */
export interface Transfer {
  readonly id: number
  readonly total: number
  readonly isText: boolean
  readonly message: PartMessage
  /** Bytes that were sent. */
  sent: number
  /** Bytes that have arrived, according to receipts. */
  received: number
  /** Bytes that may be on their way without a receipt. */
  window: number
  /** When each part without a receipt was sent, and where it ends. */
  readonly underway: { end: number; time: number }[]
}

export function startTransfer(
  start: Pick<Transfer, 'id' | 'total' | 'isText' | 'message'>,
): Transfer {
  return { ...start, sent: 0, received: 0, window: FIRST_WINDOW, underway: [] }
}

/**
 * The number of bytes to send now; 0 while the receiver must confirm earlier ones first. So little is on its way that
 * another message does not wait long behind the parts, also where buffers are long.
 */
export function nextSlice({ sent, received, total, window }: Transfer, longest: number): number {
  if (sent === total) return 0
  const slice = Math.min(PART_BYTES, window >> 1, longest, total - sent)
  return sent - received + slice > window ? 0 : slice
}

/** Gives the bytes before the next slice. */
export function nextHeader({ id, sent: at, total, isText, message }: Transfer): Uint8Array {
  return formatPart({ id, at, total, ...(at === 0 && { ...(isText && { text: true }), message }) })
}

/** Must be called with the length of each slice that was sent, and the time in milliseconds. */
export function sliceSent(transfer: Transfer, length: number, time: number): void {
  transfer.sent += length
  transfer.underway.push({ end: transfer.sent, time })
}

/** Applies a receipt. Gives `false` for one that does not fit. */
export function applyReceipt(
  transfer: Transfer,
  { id, bytes }: Pick<Receipt, 'id' | 'bytes'>,
  time: number,
): boolean {
  if (id !== transfer.id || bytes <= transfer.received || bytes > transfer.sent) return false
  let took = 0
  while (transfer.underway.length > 0 && transfer.underway[0]!.end <= bytes)
    took = time - transfer.underway.shift()!.time
  const more = took < QUICK_MS ? bytes - transfer.received : 0
  const size = took > SLOW_MS ? transfer.window / 2 : transfer.window + more
  transfer.window = Math.floor(Math.min(LARGEST_WINDOW, Math.max(SMALLEST_WINDOW, size)))
  transfer.received = bytes
  return true
}
