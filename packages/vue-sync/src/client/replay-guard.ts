import {
  MOST_BYTES,
  type Position,
  type SessionUpdate,
  type StateMessage,
} from '../protocol/index.ts'
import { merge } from './copy.ts'

/**
 * Refuses state of an encrypted session that is older than what was shown. The host has signed each message, so
 * its order can be trusted, but a relay can repeat any of them.
 */
export interface ReplayGuard {
  /** Gives the state to apply; `undefined` if the message is refused, or waits for those that follow it. */
  check: (message: StateMessage) => StateMessage | undefined
  /** Whether the relay has nothing newer than what was held back, so that asking again would bring the same. */
  isHeldBack: (position: Partial<Position>) => boolean
  /** `message` is shown now, so nothing older is accepted any more. */
  accept: (message: Position & Pick<SessionUpdate, 'started'>) => void
  /** When the shown epoch started. */
  readonly started: number | undefined
  clear: () => void
}

export function createReplayGuard(): ReplayGuard {
  let latest: (Position & { started: number }) | undefined
  /** An epoch that is older than the shown one. */
  let refused: string | undefined
  /**
   * An older state of the shown epoch. A relay that is asked for a whole state sends its snapshot, which may be
   * older, and then the messages that lead to the present state. It is applied with them, or not at all.
   */
  let behind: SessionUpdate | undefined
  /** By how much patches may have made it grow. */
  let grown = 0

  function checkWhole(message: SessionUpdate): StateMessage | undefined {
    const { epoch, seq, started } = message
    behind = undefined
    if (!latest) return Number.isSafeInteger(started) ? message : undefined
    if (epoch === latest.epoch) {
      if (seq >= latest.seq) return message
      behind = message
      grown = 0
    } else if (started! > latest.started) return message
    else refused = epoch
    return undefined
  }

  return {
    check(message) {
      if (message.type === 'session_update') return checkWhole(message)
      const { epoch, seq, name } = message
      if (epoch !== behind?.epoch || seq !== behind.seq + 1) return message
      const whole = { ...behind, ...(name !== undefined && { name }), seq }
      behind = undefined
      try {
        whole.payload = merge(whole.payload, message, (units) => (grown += units))
      } catch {
        return undefined
      }
      if (grown > MOST_BYTES) return undefined
      if (seq >= latest!.seq) return whole
      behind = whole
      return undefined
    },
    isHeldBack: ({ epoch, seq }) =>
      epoch !== undefined && (epoch === refused || (epoch === behind?.epoch && seq! <= behind.seq)),
    accept({ epoch, seq, started = latest?.started }) {
      refused = undefined
      if (started !== undefined) latest = { epoch, seq, started }
    },
    get started() {
      return latest?.started
    },
    clear() {
      latest = behind = refused = undefined
    },
  }
}
