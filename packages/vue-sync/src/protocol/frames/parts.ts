import { concat, formatHeader, readHeaderLine } from '../bytes.ts'
import { isCount } from '../count.ts'
import type { StateMessage } from '../envelope.ts'
import { isPosition } from './parse.ts'
import { isRecord } from '../record.ts'

/** A longer message is sent in parts to a peer that knows parts, and no slice is longer. */
export const PART_BYTES = 64 * 1024
/** Only the last slice is shorter, so that a message does not come in millions of them. */
const SHORTEST_SLICE = 1024

/** The type and position of a message that arrives in parts. */
export type PartMessage = Pick<StateMessage, 'type' | 'epoch' | 'seq'>

/** The line before a slice of a message. */
export interface PartHeader {
  type: 'part'
  /** Identifies the message on this connection. */
  id: number
  /** The index of the slice's first byte. */
  at: number
  /** Bytes of the whole message. */
  total: number
  /** Present in the first part: whether the whole message is a text frame. @default false */
  text?: boolean
  /** Present in the first part. */
  message?: PartMessage
}

/** The receiver's answer to a part: how many bytes of the message have arrived. */
export interface Receipt {
  type: 'received'
  id: number
  bytes: number
}

/** The bytes before a slice: the header as one line of JSON. */
export function formatPart(header: Omit<PartHeader, 'type'>): Uint8Array {
  return formatHeader({ type: 'part', ...header })
}

/** Gives the header of a part and its slice; `undefined` for any other frame. */
export function readPart(frame: Uint8Array): { header: PartHeader; slice: Uint8Array } | undefined {
  const read = readHeaderLine(frame)
  if (read?.header['type'] !== 'part') return undefined
  const { id, at, total, message } = read.header
  if (!isCount(id) || !isCount(at) || !isCount(total)) return undefined
  if (at === 0) {
    const isState = isRecord(message) && /^(?:session|config)_update$/.test(String(message['type']))
    if (!isState || !isPosition(message)) return undefined
  }
  return { header: read.header as unknown as PartHeader, slice: frame.subarray(read.body) }
}

/** A receipt has about sixty characters. A longer text is not one, and is not parsed. */
const LONGEST_RECEIPT = 128

/** Reads a receipt. Never throws; gives `undefined` for any other frame. */
export function readReceipt(frame: unknown): Receipt | undefined {
  if (typeof frame !== 'string' || frame.length > LONGEST_RECEIPT) return undefined
  try {
    const receipt: unknown = JSON.parse(frame)
    if (!isRecord(receipt) || receipt['type'] !== 'received') return undefined
    return isCount(receipt['id']) && isCount(receipt['bytes'])
      ? (receipt as unknown as Receipt)
      : undefined
  } catch {
    return undefined
  }
}

/** A message that arrives in parts. */
export interface Assembly {
  readonly id: number
  readonly total: number
  readonly message: PartMessage
  /** Bytes that have arrived. */
  received: number
  readonly isText: boolean
  readonly slices: Uint8Array[]
}

/**
 * Adds a part to the message that is arriving, or begins another message. Copies the slice. Gives `undefined` for a part that does not
 * continue the message; the message cannot become complete then.
 *
 * @param current the message that is arriving
 */
export function addPart(
  current: Assembly | undefined,
  { id, at, total, text, message }: PartHeader,
  slice: Uint8Array,
): Assembly | undefined {
  const assembly =
    at === 0
      ? { id, total, message: message!, received: 0, isText: text === true, slices: [] }
      : current
  const isNext = assembly?.id === id && assembly.total === total && assembly.received === at
  const end = at + slice.length
  if (!isNext || end > total || slice.length < Math.min(SHORTEST_SLICE, total - at) || end === at)
    return undefined
  // A view would keep the whole chunk in memory that the network gave.
  assembly.slices.push(new Uint8Array(slice))
  assembly.received = end
  return assembly
}

/** The frame of a message whose parts have all arrived. */
export function joinParts({ slices, isText }: Assembly): string | Uint8Array<ArrayBuffer> {
  const whole = concat(slices)
  return isText ? new TextDecoder().decode(whole) : whole
}
