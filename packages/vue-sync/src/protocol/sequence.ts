import type { Message, Position } from './envelope.ts'

/**
 * - `apply`: the next message in order, or a whole state.
 * - `ignore`: already held, or says nothing about state.
 * - `gap`: something before it is missing, so ask again with the position held.
 */
export type Verdict = 'apply' | 'ignore' | 'gap'

export function samePosition(
  a: Partial<Position> | undefined,
  b: Partial<Position> | undefined,
): boolean {
  return a?.epoch === b?.epoch && a?.seq === b?.seq
}

/** The viewer's rule: what to do with a message, given the position held (none before the first state). */
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
  // A status states the latest position the relay has sent on this connection.
  if (!held || epoch !== held.epoch) return 'gap'
  return seq > held.seq ? 'gap' : 'ignore'
}
