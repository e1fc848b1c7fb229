import { isRecord, type KeptState, parseLink, parseMessage, readName } from '../protocol/index.ts'

/** A session that was shown on this device. */
export interface KnownSession {
  id: string
  /** The link that opens it, with its key. */
  link: string
  /** The host's name for it. */
  name?: string | undefined
  /** When the saved state was last known to be the host's current state, milliseconds since 1970. */
  asOf: number
  /** Characters of saved state; 0 if it was too large or had to be deleted. */
  size: number
  /** The epoch of the saved state: it identifies a page load of the host. */
  epoch: string
}

/** Records of another version are deleted, because the relay has the state anyway. */
const VERSION = 2

/** The stored state of one session. It is text, which is cheaper to store, and is checked like any frame. */
interface KeptRecord {
  v: typeof VERSION
  /** A `session_update`, as on the wire. */
  frame: string
  lastUpdate: number
  asOf: number
  name: string | undefined
  binding: number | undefined
}

const isTime = (value: unknown): value is number => Number.isFinite(value)

export function writeKept({ message, lastUpdate, asOf, name, binding }: KeptState): KeptRecord {
  return { v: VERSION, frame: JSON.stringify(message), lastUpdate, asOf, name, binding }
}

/** Gives `undefined` for a malformed record, or one of another version. */
export function readKept(record: unknown): KeptState | undefined {
  if (!isRecord(record) || record['v'] !== VERSION) return undefined
  const { frame, lastUpdate, asOf, name, binding } = record
  const message = parseMessage(frame)
  if (message?.type !== 'session_update' || !isTime(lastUpdate) || !isTime(asOf)) return undefined
  if (binding !== undefined && typeof binding !== 'number') return undefined
  return { message, lastUpdate, asOf, name: readName(name), binding }
}

/** Reads a list of sessions, without malformed entries. */
export function readKnown(list: unknown): KnownSession[] {
  if (!Array.isArray(list)) return []
  return list.flatMap((entry: unknown) => {
    if (!isRecord(entry)) return []
    const { id, link, asOf, size, epoch } = entry
    const isWhole =
      typeof id === 'string' &&
      typeof link === 'string' &&
      parseLink(link) !== undefined &&
      typeof epoch === 'string' &&
      isTime(asOf) &&
      isTime(size)
    return isWhole ? [{ id, link, asOf, size, epoch, name: readName(entry['name']) }] : []
  })
}
