import type { Message, Position, StatusMessage } from './envelope.ts'
import { isRecord } from './record.ts'

/** The malformed part of a frame. */
export type BadPart = 'frame' | 'JSON' | 'type' | 'payload' | 'patch' | 'epoch, seq'

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
      message = JSON.parse(frame)
      bad = badPart(message)
    } catch {
      bad = 'JSON'
    }
  }
  if (!bad) return message as Message
  onDropped?.(bad)
  return undefined
}

/** Reads the payload of a status. Gives `undefined` for any other frame and never throws. */
export function parseStatus(frame: unknown): StatusMessage['payload'] | undefined {
  try {
    const message: unknown = JSON.parse(frame as string)
    if (isRecord(message) && message['type'] === 'status' && isRecord(message['payload']))
      return message['payload']
  } catch {
    // Not JSON, so it is not a status.
  }
  return undefined
}
