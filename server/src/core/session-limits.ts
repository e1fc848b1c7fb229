import { CLOSE, type Role } from '@vue-sync/vue/protocol'
import { createTeller, type Limits } from './limits.ts'
import type { Session } from './session/session.ts'
import type { Sessions } from './sessions.ts'

export interface Refusal {
  code: number
  reason: string
}

export interface SessionLimitOptions {
  limits: Pick<Limits, 'viewersPerSession' | 'sessions' | 'retainedBytes'>
  sessions: Sessions
  warn: (text: string) => void
}

export interface SessionLimits {
  /** Why a session takes no more, if that is so. */
  refusal: (role: Role, name: string) => Refusal | undefined
  /** Weighs a session anew. Gives why what it holds cannot stay, if that is so. */
  weigh: (session: Session) => Refusal | undefined
}

const busy = (reason: string): Refusal => ({ code: CLOSE.busy, reason })

/** What the relay may hold. Over it, what nobody is connected to goes first, the oldest of it before. */
export function createSessionLimits(options: SessionLimitOptions): SessionLimits {
  const { limits, sessions, warn } = options
  const tell = createTeller(warn)
  /** What each was last found to hold; a session that is gone holds nothing, and is no key any more. */
  const weights = new WeakMap<Session, number>()

  function abandoned(but?: Session): [name: string, session: Session] | undefined {
    for (const entry of sessions.entries())
      if (entry[1].isAbandoned && entry[1] !== but) return entry
    return undefined
  }

  function sum(): number {
    let bytes = 0
    for (const session of sessions.values()) bytes += session.retainedBytes
    return bytes
  }

  /** Counted in full only when it may be too much: this runs for each message. */
  let most = 0

  return {
    refusal(role, name) {
      const session = sessions.find(name)
      if (!session && sessions.size >= limits.sessions) {
        const old = abandoned()
        if (!old) {
          tell('sessions', `A session was refused: ${limits.sessions} are open (--max-sessions)`)
          return busy('This relay has as many sessions as it takes')
        }
        sessions.forget(old[0])
      }
      if (role === 'viewer' && session && session.viewerCount >= limits.viewersPerSession) {
        tell(
          'viewers',
          `A viewer was refused: its session has ${limits.viewersPerSession} (--max-viewers)`,
        )
        return busy('This session has as many viewers as it takes')
      }
      return undefined
    },
    weigh(session) {
      const bytes = session.retainedBytes
      most += Math.max(0, bytes - (weights.get(session) ?? 0))
      weights.set(session, bytes)
      if (most <= limits.retainedBytes) return undefined
      most = sum()
      for (let old = abandoned(session); old && most > limits.retainedBytes;) {
        sessions.forget(old[0])
        most = sum()
        old = abandoned(session)
      }
      if (most <= limits.retainedBytes) return undefined
      session.drop()
      most -= bytes
      weights.set(session, 0)
      tell(
        'retained',
        `A host was closed: sessions hold ${limits.retainedBytes} bytes already (--max-retained)`,
      )
      return busy('This relay holds as much state as it takes')
    },
  }
}
