import { MOST_TOKENS } from '../access.ts'
import { parseJson } from '../state/bounds.ts'
import type { Message, Position, StatusMessage } from '../envelope.ts'
import { isRecord } from '../record.ts'

/** The malformed part of a frame. */
export type BadPart = 'frame' | 'JSON' | 'nesting' | 'type' | 'payload' | 'patch' | 'epoch, seq'

/** Called when a frame is ignored. */
export type OnDropped = (bad: BadPart) => void

export function isPosition(value: object): value is Position {
  const { epoch, seq } = value as Partial<Position>
  return (
    typeof epoch === 'string' && /^.{1,64}$/.test(epoch) && Number.isSafeInteger(seq) && seq! >= 0
  )
}

/** Gives the malformed part of a message; `undefined` for a valid one. */
export function badPart(message: unknown): BadPart | undefined {
  if (!isRecord(message)) return 'frame'
  const { type, payload, patch } = message
  const isStatus = type === 'status'
  if (!isStatus && type !== 'session_update' && type !== 'config_update') return 'type'
  if (!isRecord(payload)) return 'payload'
  if (isStatus) return 'seq' in message && !isPosition(message) ? 'epoch, seq' : undefined
  if (!isPosition(message)) return 'epoch, seq'
  if (!Object.values(payload).every(isRecord)) return 'payload'
  return patch === undefined || Array.isArray(patch) ? undefined : 'patch'
}

/**
 * Reads one frame. Never throws. For a malformed frame it gives `undefined` and calls `onDropped` with the
 * malformed part.
 */
export function parseMessage(frame: unknown, onDropped?: OnDropped): Message | undefined {
  let message: unknown
  let bad: BadPart | undefined = 'frame'
  if (typeof frame === 'string') {
    try {
      message = parseJson(frame)
      bad = badPart(message)
    } catch {
      bad = 'JSON'
    }
  }
  if (!bad) return message as Message
  onDropped?.(bad)
  return undefined
}

/** The most characters of a status. A thousand tokens need a quarter of them. */
export const LONGEST_STATUS = 1024 * 1024

/**
 * Reads the payload of a status. Gives `undefined` for any other frame and never throws. Lists are cut off
 * after 1000 entries, because the app shows each entry.
 */
export function parseStatus(frame: unknown): StatusMessage['payload'] | undefined {
  if (typeof frame !== 'string' || frame.length > LONGEST_STATUS) return undefined
  try {
    const message = parseJson(frame)
    if (!isRecord(message) || message['type'] !== 'status') return undefined
    const { payload } = message
    if (!isRecord(payload)) return undefined
    for (const value of Object.values(payload)) if (Array.isArray(value)) value.splice(MOST_TOKENS)
    return payload
  } catch {
    // Not JSON, so it is not a status.
    return undefined
  }
}
