import { CLOSE, type Role } from '@vue-sync/vue/protocol'
import type { Limits } from './limits.ts'
import type { Session } from './session/session.ts'
import type { SessionRegistry } from './session-registry.ts'
import { createThrottledWarn } from './throttled-warn.ts'
import { createWaitingSessions } from './waiting-sessions.ts'

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
  /** Whether the sessions come from another relay, so that viewers open them and not hosts. @default false */
  isFollower?: boolean
  warn: (text: string) => void
}

/** A connection that is about to enter a session. */
export interface Entrant {
  role: Role
  /** The name of the session. */
  session: string
  /** Connections with the same text come from the same client. @default all come from one */
  client?: string | undefined
}

export interface SessionLimits {
  /**
   * Returns why a client may not enter a session now; `undefined` if it may. For a host it may drop an abandoned
   * session. Must be called again when the client has waited since.
   */
  checkEntry: (entrant: Entrant) => Refusal | undefined
  /** Returns why a message is refused; `undefined` if it is not. A server that can refuse it earlier should. */
  checkMessage: (role: Role, bytes: number) => Refusal | undefined
  /**
   * Counts the retained bytes after a session has changed. Above the limit it drops abandoned sessions, and
   * then the state of this session: the refusal is for its host.
   */
  checkRetained: (session: Session) => Refusal | undefined
  /** Does the same when the change came from another node: it is the session that is dropped here, and its clients closed. */
  checkApplied: (name: string, session: Session) => void
}

const busy = (reason: string): Refusal => ({ code: CLOSE.busy, reason })
const RETAINED = 'This relay has reached its limit of retained state'

/** Limits what the relay holds. Above a limit, abandoned sessions are dropped first, the oldest before all. */
export function createSessionLimits(options: SessionLimitOptions): SessionLimits {
  const { limits, sessions } = options
  const warn = createThrottledWarn(options.warn)
  const waiting = createWaitingSessions({ sessions, most: limits.sessions })
  /** The retained bytes of each session when they were last counted. */
  const counted = new WeakMap<Session, number>()
  /** An upper bound of the sum. The sum itself is computed only above the limit, as this runs per message. */
  let upperBound = 0

  /** Those without access rules come first, because a dropped session forgets which keys were revoked. */
  function findAbandoned(except?: Session): string | undefined {
    let withRules: string | undefined
    for (const [name, session] of sessions.entries()) {
      if (!session.isAbandoned || session === except || sessions.isHeld(name)) continue
      if (!session.access.rules) return name
      withRules ??= name
    }
    return withRules
  }

  function sum(): number {
    let bytes = 0
    for (const session of sessions.values()) bytes += session.retainedBytes
    return bytes
  }

  function refuseSession(): Refusal {
    warn('sessions', `A session was refused: ${limits.sessions} are open already (--max-sessions)`)
    return busy('This relay has reached its limit of sessions')
  }

  function refuseWaiting(): Refusal {
    warn(
      'waiting',
      'A viewer was refused: its address waits in too many sessions that have no host (--max-sessions)',
    )
    return busy('Too many sessions without a host from this address')
  }

  /** Sessions in which viewers only wait take no place from hosts. */
  function checkHost(name: string): Refusal | undefined {
    const isNew = !sessions.find(name) || waiting.has(name)
    if (isNew && !makeRoom()) return refuseSession()
    waiting.delete(name)
    return undefined
  }

  /** Returns whether there is room for another session with a host. */
  function makeRoom(): boolean {
    if (sessions.size - waiting.count() < limits.sessions) return true
    const abandoned = findAbandoned()
    if (abandoned === undefined) return false
    sessions.forget(abandoned)
    return true
  }

  function checkViewer(name: string, client: string): Refusal | undefined {
    const refusal = sessions.refusal(name)
    if (refusal) return refusal
    const session = sessions.find(name)
    // Each session costs a connection to the upstream relay.
    if (!session && options.isFollower && !makeRoom()) return refuseSession()
    if (!session) return waiting.add(name, client) ? undefined : refuseWaiting()
    if (session.totalViewerCount < limits.viewersPerSession) return undefined
    warn(
      'viewers',
      `A viewer was refused: its session has ${limits.viewersPerSession} viewers already (--max-viewers)`,
    )
    return busy('This session has reached its limit of viewers')
  }

  /** Counts a changed session, and drops abandoned ones if necessary. Returns whether the sum is within the limit. */
  function fits(session: Session): boolean {
    const bytes = session.retainedBytes
    upperBound += Math.max(0, bytes - (counted.get(session) ?? 0))
    counted.set(session, bytes)
    if (upperBound <= limits.retainedBytes) return true
    upperBound = sum()
    while (upperBound > limits.retainedBytes) {
      const abandoned = findAbandoned(session)
      if (abandoned === undefined) return false
      upperBound -= sessions.find(abandoned)!.retainedBytes
      sessions.forget(abandoned)
    }
    return true
  }

  return {
    checkEntry: ({ role, session, client = '' }) =>
      role === 'host' ? checkHost(session) : checkViewer(session, client),
    checkMessage(role, bytes) {
      const most = role === 'host' ? limits.hostMessage : limits.viewerMessage
      return bytes > most ? busy('The message is too long') : undefined
    },
    checkRetained(session) {
      if (fits(session)) return undefined
      session.dropState()
      upperBound = sum()
      counted.set(session, session.retainedBytes)
      warn(
        'retained',
        `A host was closed: the sessions hold ${limits.retainedBytes} bytes already (--max-retained)`,
      )
      return busy(RETAINED)
    },
    checkApplied(name, session) {
      if (sessions.find(name) !== session || fits(session)) return
      session.close(CLOSE.busy, RETAINED)
      sessions.forget(name)
      upperBound = sum()
      warn(
        'retained',
        `A session of another node was closed here: the sessions hold ${limits.retainedBytes} bytes already (--max-retained)`,
      )
    },
  }
}
