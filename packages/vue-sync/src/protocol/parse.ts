import type { Message, Position, StatusMessage } from './envelope.ts'
import { isRecord } from './record.ts'

/** What made a frame no message: the part of it that is wrong. */
export type BadPart = 'frame' | 'JSON' | 'type' | 'payload' | 'patch' | 'epoch, seq'

/** Called when a frame is dropped. */
export type OnDropped = (bad: BadPart) => void

export function isPosition(value: object): value is Position {
  const { epoch, seq } = value as Partial<Position>
  return (
    typeof epoch === 'string' && /^.{1,64}$/.test(epoch) && Number.isSafeInteger(seq) && seq! >= 0
  )
}

/** What makes a value no message of this protocol, if anything does. */
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
 * Reads one frame. Never throws: whatever is not a message of this protocol gives `undefined`, and what
 * was wrong with it to `onDropped`.
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

/** Reads a frame for who cares for statuses only: a host. Never throws. */
export function parseStatus(frame: unknown): StatusMessage['payload'] | undefined {
  try {
    const message: unknown = JSON.parse(frame as string)
    if (isRecord(message) && message['type'] === 'status' && isRecord(message['payload']))
      return message['payload']
  } catch {
    // Not JSON: nothing for a host.
  }
  return undefined
}
