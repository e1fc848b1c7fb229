import {
  type BadPart,
  type HostError,
  type HostErrorCode,
  isPosition,
  isRecord,
  MOST_DEPTH,
} from '@vue-sync/vue/protocol'
import type { Host } from './host-seat.ts'
import type { Entry } from './retained.ts'

/** A mistake of one kind is answered at most once in this time, so that a hostile host causes no work. */
const ANSWER_INTERVAL_MS = 15_000
/** Longer frames are not parsed to describe the mistake in them. */
const LONGEST_PARSED = 4096
/** A frame with more occurrences of the reserved key as a value is not searched further. */
const MOST_FOUND = 100
const RESERVED = '"__proto__"'

const CODES: Record<BadPart, HostErrorCode> = {
  frame: 'bad_frame',
  JSON: 'bad_json',
  nesting: 'too_deep',
  type: 'bad_type',
  payload: 'bad_payload',
  patch: 'bad_patch',
  'epoch, seq': 'bad_position',
}

const REASONS = {
  bad_frame:
    'A message must be a JSON object, as text or as a binary frame that begins with a header.',
  bad_json: 'The message is not JSON.',
  too_deep: `The message nests more than ${MOST_DEPTH} levels of lists and objects.`,
  bad_type: 'The relay knows session_update, config_update and status.',
  bad_payload: 'The payload must be an object, and in a state message every store in it too.',
  bad_patch: 'The patch must be a list of operations. Omit it if there are none.',
  bad_position:
    'The epoch must have 1 to 64 characters, and seq must be an integer from 0 to 2^53 - 1.',
  gap: 'A config_update must have the epoch of the message before it, and its seq + 1. Send a session_update.',
  old_seq:
    'The relay has had this seq in this epoch. Raise seq with every change, and take a new epoch to begin again.',
  changed_state:
    'The relay has another state for this epoch and seq. Raise seq with every change, and take a new epoch to begin again.',
  reserved_key:
    'The key __proto__ is reserved. Stores leave it out, and older viewers cannot apply changes of it.',
  no_snapshot:
    'The relay has asked for a session_update and got none, so new viewers get no state.',
} satisfies Partial<Record<HostErrorCode, string>>

export type Mistake = keyof typeof REASONS

/** Whether the mistake of this kind is due to be answered now. Counts it as answered. */
export function isDue(
  { answeredAt }: Host,
  code: HostErrorCode,
  now: number = performance.now(),
): boolean {
  const last = answeredAt.get(code)
  if (last !== undefined && now - last < ANSWER_INTERVAL_MS) return false
  answeredAt.set(code, now)
  return true
}

export function codeOf(bad: BadPart): Mistake {
  return CODES[bad] as Mistake
}

/** Parses a short text frame; `undefined` if it is none, or not an object. */
function parseShort(frame: unknown): Record<string, unknown> | undefined {
  if (typeof frame !== 'string' || frame.length > LONGEST_PARSED) return undefined
  try {
    const message: unknown = JSON.parse(frame)
    return isRecord(message) ? message : undefined
  } catch {
    return undefined
  }
}

/** The wrong part of a message; `undefined` if it is not known. */
function fieldOf(code: Mistake, message: Record<string, unknown>): string | undefined {
  if (code === 'bad_type') return 'type'
  if (code === 'bad_patch') return 'patch'
  if (code === 'bad_position')
    return isPosition({ epoch: message['epoch'], seq: 0 }) ? 'seq' : 'epoch'
  if (code !== 'bad_payload') return undefined
  const { payload } = message
  const bad = isRecord(payload) && Object.entries(payload).find(([, store]) => !isRecord(store))
  return bad ? `payload.${bad[0].slice(0, 100)}` : 'payload'
}

/**
 * Describes a mistake. Parses only short frames.
 *
 * @param frame the malformed frame; `undefined` if it is not malformed
 * @returns `isDelta`: whether the malformed frame is a `config_update`
 */
export function describeMistake(
  code: Mistake,
  frame: unknown,
  seq?: number,
): { error: HostError; isDelta: boolean } {
  const message = parseShort(frame)
  const field = message && fieldOf(code, message)
  const known = seq ?? message?.['seq']
  const error = {
    code,
    reason: REASONS[code],
    ...(field !== undefined && { field }),
    ...(Number.isSafeInteger(known) && { seq: known as number }),
  }
  return { error, isDelta: message?.['type'] === 'config_update' }
}

/** Whether a text frame has the key `__proto__`, unless it is written with escapes. */
export function hasReservedKey(frame: unknown): boolean {
  if (typeof frame !== 'string') return false
  let at = -1
  for (let found = 0; found < MOST_FOUND; found++) {
    at = frame.indexOf(RESERVED, at + 1)
    if (at < 0) return false
    const end = at + RESERVED.length
    if (frame[at - 1] !== '\\' && /^\s*:/.test(frame.slice(end, end + 20))) return true
  }
  return false
}

/**
 * Whether two whole states surely differ, although they have the same position. Texts with the same keys and values
 * in another order have the same characters, so only these are counted.
 */
export function surelyDiffer(a: Entry, b: Entry): boolean {
  if (a.binary || b.binary) return false
  if (a.bytes.length !== b.bytes.length) return true
  const counts = new Int32Array(256)
  for (let at = 0; at < a.bytes.length; at++) {
    counts[a.bytes[at]!]!++
    counts[b.bytes[at]!]!--
  }
  return counts.some((count) => count !== 0)
}
