import { isRecord, type KeptState, parseLink, parseMessage, readName } from '../protocol/index.ts'

/** A session that this device has shown. */
export interface KnownSession {
  id: string
  /** What opens it again, key included. */
  link: string
  /** What its host called it. */
  name?: string | undefined
  /** When it was last known to be shown as it was, milliseconds since 1970. */
  asOf: number
  /** Characters of state kept; 0 when it was too large or had to go. */
  size: number
  /** Of the page load of its host that was last seen. */
  epoch: string
}

/** A record of another version is dropped: the relay has the state anyway. */
const VERSION = 1

/** One session's state as it is stored. Text: cheaper to store than a tree, and checked like any frame. */
interface KeptRecord {
  v: typeof VERSION
  /** A `session_update`, as on the wire. */
  frame: string
  lastUpdate: number
  asOf: number
  name: string | undefined
}

const isTime = (value: unknown): value is number => Number.isFinite(value)

export function writeKept({ message, lastUpdate, asOf, name }: KeptState): KeptRecord {
  return { v: VERSION, frame: JSON.stringify(message), lastUpdate, asOf, name }
}

/** `undefined` for anything but a whole record of this version. */
export function readKept(record: unknown): KeptState | undefined {
  if (!isRecord(record) || record['v'] !== VERSION) return undefined
  const { frame, lastUpdate, asOf, name } = record
  const message = parseMessage(frame)
  if (message?.type !== 'session_update' || !isTime(lastUpdate) || !isTime(asOf)) return undefined
  return { message, lastUpdate, asOf, name: readName(name) }
}

/** What of the entries is whole. */
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
