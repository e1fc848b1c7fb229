import type { Message, Position } from '../envelope.ts'

/**
 * - `apply`: the next message in order, or a whole state.
 * - `ignore`: an old message, or one without state.
 * - `gap`: an earlier message is missing, so the viewer must reconnect with its position.
 */
export type Verdict = 'apply' | 'ignore' | 'gap'

export function samePosition(
  a: Partial<Position> | undefined,
  b: Partial<Position> | undefined,
): boolean {
  return a?.epoch === b?.epoch && a?.seq === b?.seq
}

/** Decides what a viewer does with a message. `held` is its position, `undefined` before the first state. */
export function judge(held: Position | undefined, message: Message): Verdict {
  if (message.type === 'session_update') return 'apply'
  const { type, epoch, seq } = message
  if (epoch === undefined || seq === undefined) return 'ignore'
  if (type === 'config_update') {
    if (!held) return 'ignore'
    if (epoch !== held.epoch) return 'gap'
    if (seq <= held.seq) return 'ignore'
    return seq === held.seq + 1 ? 'apply' : 'gap'
  }
  // A status has the latest position that the relay has sent on this connection.
  if (!held || epoch !== held.epoch) return 'gap'
  return seq > held.seq ? 'gap' : 'ignore'
}
