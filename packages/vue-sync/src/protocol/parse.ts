import type { Message, Payload, Position } from './envelope.ts'

/** Called with the reason when a frame is dropped. */
export type OnDropped = (reason: string) => void

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isPosition(value: { epoch?: unknown; seq?: unknown }): value is Position {
  const { epoch, seq } = value
  return (
    typeof epoch === 'string' &&
    epoch.length > 0 &&
    epoch.length <= 64 &&
    Number.isSafeInteger(seq) &&
    (seq as number) >= 0
  )
}

function isPayload(value: unknown): value is Payload {
  return isRecord(value) && Object.values(value).every(isRecord)
}

function problemOf(message: unknown): string | undefined {
  if (!isRecord(message)) return 'not an object'
  const { type, payload } = message
  if (type === 'status') {
    if (!isRecord(payload)) return 'status: `payload` is not an object'
    const placed = 'epoch' in message || 'seq' in message
    return placed && !isPosition(message)
      ? 'status: `epoch` and `seq` are not a position'
      : undefined
  }
  if (type !== 'session_update' && type !== 'config_update')
    return `unknown type ${JSON.stringify(type)?.slice(0, 40)}`
  if (!isPosition(message)) return `${type}: \`epoch\` and \`seq\` are not a position`
  if (!isPayload(payload)) return `${type}: \`payload\` is not { storeId: { field: value } }`
  if ('patch' in message && !(type === 'config_update' && Array.isArray(message.patch)))
    return `${type}: \`patch\` is not a list of operations of a config_update`
  return undefined
}

/**
 * Reads one frame. Never throws: whatever is not a message of this protocol gives `undefined`,
 * and the reason to `onDropped`.
 */
export function parseMessage(frame: unknown, onDropped?: OnDropped): Message | undefined {
  if (typeof frame !== 'string') {
    onDropped?.('not a text frame')
    return undefined
  }
  let message: unknown
  try {
    message = JSON.parse(frame)
  } catch {
    onDropped?.('not JSON')
    return undefined
  }
  const problem = problemOf(message)
  if (problem) onDropped?.(problem)
  return problem ? undefined : (message as Message)
}
