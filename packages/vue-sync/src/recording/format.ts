import { isCount, isRecord, isSessionName, isTooDeep } from '../protocol/index.ts'
import { fromBase64, toBase64 } from './base64.ts'
import { type Frame, type FrameHead, isEncrypted, statusOf } from './frames.ts'
import { RecordingError } from './recording-error.ts'

const TYPE = 'vue-sync recording'
const VERSION = 1

/** The first line of a recording. It has no key, token, code or address. */
export interface RecordingHeader {
  /** When it begins, milliseconds since 1970 by the clock of the device that recorded it. */
  start: number
  /** The version of the protocol. */
  protocol: number
  session: string
  /** What the host called the session. Missing in encrypted sessions. */
  name?: string
  /** The epoch of the first state. */
  epoch: string
  /** The codec of the first state. */
  codec: string
  /** Whether frames are encrypted, so that it plays only with a link of that session. */
  encrypted: boolean
}

/** - `lost`: the recorder lost its connection. - `connected`: it is connected again. */
export type RecordingEvent = 'lost' | 'connected'

export type RecordingEntry =
  /** `at`: milliseconds since the start. */
  { at: number; frame: Frame } | { at: number; event: RecordingEvent }

/** Makes the header for a recording that begins with a whole state. */
export function headerFor(
  head: FrameHead,
  rest: Pick<RecordingHeader, 'start' | 'session' | 'name'>,
): RecordingHeader {
  const { name, ...known } = rest
  const encrypted = isEncrypted(head)
  return {
    ...known,
    ...(name !== undefined && !encrypted && { name }),
    protocol: 1,
    epoch: head.epoch,
    codec: head.codec ?? 'json',
    encrypted,
  }
}

/** The first line, with its line feed. */
export function formatHeader(header: RecordingHeader): string {
  return `${JSON.stringify({ type: TYPE, version: VERSION, ...header })}\n`
}

/** A line, with its line feed. */
export function formatEntry(entry: RecordingEntry): string {
  const at = Math.max(0, Math.round(entry.at))
  if ('event' in entry) return `${JSON.stringify({ at, event: entry.event })}\n`
  const { frame } = entry
  return typeof frame === 'string'
    ? `${JSON.stringify({ at, text: frame })}\n`
    : `{"at":${at},"binary":"${toBase64(frame)}"}\n`
}

function parseLine(text: string, line: number, problem: 'bad_line' | 'not_a_recording') {
  try {
    // A hostile line may nest so deep that parsing it takes minutes.
    if (isTooDeep(text)) throw new Error()
    const value: unknown = JSON.parse(text)
    if (isRecord(value)) return value
  } catch {
    // The error below names the line.
  }
  throw new RecordingError(problem, line)
}

/** @throws RecordingError */
export function readHeader(text: string): RecordingHeader {
  const value = parseLine(text, 1, 'not_a_recording')
  const { type, version, start, protocol, session, name, epoch, codec, encrypted } = value
  if (type !== TYPE || !isCount(version)) throw new RecordingError('not_a_recording')
  if (version > VERSION || (isCount(protocol) && protocol > 1))
    throw new RecordingError('newer_version')
  const isValid =
    isCount(start) &&
    // `Date` has no later time.
    start <= 8.64e15 &&
    protocol === 1 &&
    typeof session === 'string' &&
    isSessionName(session) &&
    typeof epoch === 'string' &&
    typeof codec === 'string' &&
    typeof encrypted === 'boolean'
  if (!isValid) throw new RecordingError('not_a_recording')
  return {
    start,
    protocol,
    session,
    ...(typeof name === 'string' && { name: name.slice(0, 80) }),
    epoch: epoch.slice(0, 64),
    codec: codec.slice(0, 64),
    encrypted,
  }
}

/** @throws RecordingError */
export function readEntry(text: string, line: number): RecordingEntry {
  const { at, text: frame, binary, event } = parseLine(text, line, 'bad_line')
  if (isCount(at)) {
    if (typeof frame === 'string') return { at, frame }
    if (event === 'lost' || event === 'connected') return { at, event }
    if (typeof binary === 'string') {
      try {
        return { at, frame: fromBase64(binary) }
      } catch {
        // The error below names the line.
      }
    }
  }
  throw new RecordingError('bad_line', line)
}

/** The name in a status; `undefined` for other frames and for a status without one. */
export function nameIn(frame: Frame): string | undefined {
  const name = statusOf(frame)?.payload.name
  return typeof name === 'string' ? name : undefined
}
