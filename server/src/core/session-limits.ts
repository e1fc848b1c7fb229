import { CLOSE, type Role } from '@vue-sync/vue/protocol'
import type { Limits } from './limits.ts'
import type { Session } from './session/session.ts'
import type { SessionRegistry } from './session-registry.ts'
import { createThrottledWarn } from './throttled-warn.ts'

/** The code and the reason that a connection is closed with. */
export interface Refusal {
  code: number
  reason: string
}

export interface SessionLimitOptions {
  limits: Pick<
    Limits,
    'hostMessage' | 'viewerMessage' | 'viewersPerSession' | 'sessions' | 'retainedBytes'
  >
  sessions: SessionRegistry
  warn: (text: string) => void
}

export interface SessionLimits {
  /** Returns why a client may not enter a session; `undefined` if it may. May drop an abandoned session. */
  checkEntry: (role: Role, name: string) => Refusal | undefined
  /** Returns why a message is refused; `undefined` if it is not. A server that can refuse it earlier should. */
  checkMessage: (role: Role, bytes: number) => Refusal | undefined
  /**
   * Counts the retained bytes after a session has changed. Above the limit it drops abandoned sessions, and
   * then the state of this session: the refusal is for its host.
   */
  checkRetained: (session: Session) => Refusal | undefined
}

const busy = (reason: string): Refusal => ({ code: CLOSE.busy, reason })

/** Limits what the relay holds. Above a limit, abandoned sessions are dropped first, the oldest before all. */
export function createSessionLimits(options: SessionLimitOptions): SessionLimits {
  const { limits, sessions } = options
  const warn = createThrottledWarn(options.warn)
  /** The retained bytes of each session when they were last counted. */
  const counted = new WeakMap<Session, number>()
  /** An upper bound of the sum. The sum itself is computed only above the limit, as this runs per message. */
  let upperBound = 0

  function findAbandoned(except?: Session): [name: string, session: Session] | undefined {
    for (const entry of sessions.entries())
      if (entry[1].isAbandoned && entry[1] !== except) return entry
    return undefined
  }

  function sum(): number {
    let bytes = 0
    for (const session of sessions.values()) bytes += session.retainedBytes
    return bytes
  }

  return {
    checkEntry(role, name) {
      const session = sessions.find(name)
      if (!session && sessions.size >= limits.sessions) {
        const abandoned = findAbandoned()
        if (!abandoned) {
          warn(
            'sessions',
            `A session was refused: ${limits.sessions} are open already (--max-sessions)`,
          )
          return busy('This relay has reached its limit of sessions')
        }
        sessions.forget(abandoned[0])
      }
      if (role === 'viewer' && session && session.viewerCount >= limits.viewersPerSession) {
        warn(
          'viewers',
          `A viewer was refused: its session has ${limits.viewersPerSession} viewers already (--max-viewers)`,
        )
        return busy('This session has reached its limit of viewers')
      }
      return undefined
    },
    checkMessage(role, bytes) {
      const most = role === 'host' ? limits.hostMessage : limits.viewerMessage
      return bytes > most ? busy('The message is too long') : undefined
    },
    checkRetained(session) {
      const bytes = session.retainedBytes
      upperBound += Math.max(0, bytes - (counted.get(session) ?? 0))
      counted.set(session, bytes)
      if (upperBound <= limits.retainedBytes) return undefined
      upperBound = sum()
      for (
        let abandoned = findAbandoned(session);
        abandoned && upperBound > limits.retainedBytes;
        abandoned = findAbandoned(session)
      ) {
        sessions.forget(abandoned[0])
        upperBound = sum()
      }
      if (upperBound <= limits.retainedBytes) return undefined
      session.dropState()
      upperBound -= bytes
      counted.set(session, 0)
      warn(
        'retained',
        `A host was closed: the sessions hold ${limits.retainedBytes} bytes already (--max-retained)`,
      )
      return busy('This relay has reached its limit of retained state')
    },
  }
}
