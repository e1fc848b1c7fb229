import { type AccessRules, CLOSE, type RelayStatus } from '@vue-sync/vue/protocol'
import type { Audit } from './audit.ts'
import type { Backplane } from './shared/backplane.ts'
import { createSession, type Session, type SessionOptions } from './session/session.ts'
import { createSharedSession, type SharedSession } from './shared/shared-session.ts'
import { createThrottledWarn } from './throttled-warn.ts'
import { createFollowedSession, type FollowedSession } from './shared/followed-session.ts'
import type { Upstream } from './shared/upstream.ts'
import { createUpstreamRefusals, type UpstreamRefusals } from './shared/upstream-refusals.ts'
import type { TokenSigner } from './access/tokens.ts'

export interface SessionRegistryOptions extends Omit<SessionOptions, 'sign' | 'describe'> {
  sign: TokenSigner['sign']
  describe: (session: string) => Omit<RelayStatus, 'clientCount' | 'want'>
  /** Returns the stored access rules of a session that is not open. @default none */
  storedRules?: ((session: string) => AccessRules | undefined) | undefined
  /** @default none: this node is the only one */
  backplane?: Backplane | undefined
  /** The relay that this one follows. @default none */
  upstream?: Upstream | undefined
  /** Called when a session has applied state or rules of another node. @default nothing */
  onApplied?: ((name: string, session: Session) => void) | undefined
  /** Reports a host that took over on another node. @default nothing */
  audit?: Audit | undefined
}

/** The sessions that are open on this node. */
export interface SessionRegistry {
  readonly size: number
  /** The oldest first. */
  entries: () => MapIterator<[name: string, session: Session]>
  values: () => MapIterator<Session>
  find: (name: string) => Session | undefined
  /** The part of a session that talks to the other nodes; `undefined` without a backplane. */
  shared: (name: string) => SharedSession | undefined
  /** Why the upstream relay has just refused a session to this relay; `undefined` if it has not. */
  refusal: UpstreamRefusals['find']
  /** A viewer of an open session is a relay, with so many relays behind it. @see FollowedSession.followedBy */
  followedBy: (name: string, hops: number, refuse: () => void) => (() => void) | undefined
  /** Finds a session, or creates it. */
  open: (name: string) => Session
  /** Resolves when the state that other nodes have of it is here; `undefined` when it is here already. */
  whenReady: (name: string) => Promise<void> | undefined
  /** Keeps a session open without connections until the returned function is called. */
  hold: (name: string) => () => void
  isHeld: (name: string) => boolean
  /** Drops a session from this node without closing connections. */
  forget: (name: string) => void
  /** Ends a session on all nodes. Its access rules stay. Rejects when the other nodes cannot be reached. */
  end: (name: string) => Promise<void>
  /** Connects to the other nodes. Resolves when they can be reached, or when the first attempt has failed. */
  start: () => Promise<void>
  /** Closes and forgets all sessions. */
  stop: (code: number, reason: string) => Promise<void>
}

const ENDED = 'The operator of the relay ended this session'

export function createSessionRegistry(options: SessionRegistryOptions): SessionRegistry {
  const { sign, describe, backplane, upstream, storedRules, onApplied, audit, ...sessionOptions } =
    options
  const warnThrottled = createThrottledWarn(options.warn)
  const sessions = new Map<string, Session>()
  const sharedSessions = new Map<string, SharedSession>()
  const followed = new Map<string, FollowedSession>()
  const refusals = createUpstreamRefusals()
  /** Sessions without connections at the last tick. At the next one they are left to the other nodes. */
  let idle = new Set<string>()
  /** How many callers hold each session. */
  const holds = new Map<string, number>()
  let timer: ReturnType<typeof setInterval> | undefined

  function forget(name: string): void {
    sessions.delete(name)
    sharedSessions.get(name)?.leave()
    sharedSessions.delete(name)
    followed.get(name)?.leave()
    followed.delete(name)
  }

  /** Ends a session on this node: its clients do not connect again, and its state is forgotten. */
  function close(name: string): void {
    sessions.get(name)?.close(CLOSE.sessionOver, ENDED)
    forget(name)
  }

  function warnUnreachable(): void {
    const cause = backplane?.problem ? ` (${backplane.problem})` : ''
    options.warn(`The other nodes cannot be reached${cause}: serving alone`)
  }

  function warnUpstream(): void {
    const cause = upstream?.problem ? ` (${upstream.problem})` : ''
    options.warn(
      `The upstream relay ${upstream?.address} cannot be reached${cause}: viewers here see the host as offline until it answers`,
    )
  }

  /** The upstream relay does not admit this relay: neither may its viewers see more. */
  function refused(name: string, code: number, reason: string): void {
    const refusal = refusals.add(name, code, reason)
    sessions.get(name)?.close(refusal.code, refusal.reason)
    forget(name)
  }

  function tick(): void {
    const nextIdle = new Set<string>()
    for (const [name, shared] of [...sharedSessions, ...followed]) {
      if ('tick' in shared) shared.tick()
      if (!sessions.get(name)?.isAbandoned || !shared.isHealthy) continue
      if (holds.has(name)) continue
      if (idle.has(name)) forget(name)
      else nextIdle.add(name)
    }
    idle = nextIdle
  }

  const registry: SessionRegistry = {
    get size() {
      return sessions.size
    },
    entries: () => sessions.entries(),
    values: () => sessions.values(),
    find: (name) => sessions.get(name),
    shared: (name) => sharedSessions.get(name),
    refusal: refusals.find,
    followedBy: (name, hops, refuse) => followed.get(name)?.followedBy(hops, refuse),
    open(name) {
      const known = sessions.get(name)
      if (known) return known
      const session = createSession({
        ...sessionOptions,
        sign: (generation, token) => sign(name, generation, token),
        describe: () => describe(name),
      })
      session.applyInfo({ name: undefined, access: storedRules?.(name) })
      sessions.set(name, session)
      if (backplane) {
        const shared = createSharedSession({
          name,
          session,
          backplane,
          now: () => performance.now(),
          onClose: () => close(name),
          onDropped: (reason) =>
            warnThrottled('dropped', `A message of another node was dropped: ${reason}`),
          onApplied: () => onApplied?.(name, session),
          onHostReplaced: () =>
            audit?.({
              kind: 'replaced',
              via: 'socket',
              role: 'host',
              session: name,
              elsewhere: true,
            }),
        })
        sharedSessions.set(name, shared)
      }
      if (upstream)
        followed.set(
          name,
          createFollowedSession({
            name,
            session,
            upstream,
            encode: options.encode,
            onApplied: () => onApplied?.(name, session),
            onRefused: (code, reason) => refused(name, code, reason),
          }),
        )
      return session
    },
    whenReady(name) {
      const shared = sharedSessions.get(name) ?? followed.get(name)
      return shared && !shared.isReady ? shared.ready : undefined
    },
    hold(name) {
      holds.set(name, (holds.get(name) ?? 0) + 1)
      return () => {
        const left = holds.get(name)! - 1
        if (left > 0) holds.set(name, left)
        else holds.delete(name)
      }
    },
    isHeld: (name) => holds.has(name),
    forget,
    async end(name) {
      const access = sessions.get(name)?.info.access
      close(name)
      // Withdrawn links stay withdrawn. Other nodes and the storage keep the rules by themselves.
      if (access && !backplane) registry.open(name).applyInfo({ name: undefined, access })
      backplane?.notify(name, { type: 'close', code: CLOSE.sessionOver, reason: ENDED })
      await backplane?.forget(name)
    },
    async start() {
      const interval = (backplane ?? upstream)?.interval
      if (interval === undefined || timer) return
      timer = setInterval(tick, interval)
      if (upstream) upstream.onHealthChange = (isHealthy) => isHealthy || warnUpstream()
      if (!backplane) return
      backplane.onHealthChange = (isHealthy) => {
        if (!isHealthy) return warnUnreachable()
        for (const shared of sharedSessions.values()) void shared.heal()
      }
      backplane.onWarning = options.warn
      await backplane.start()
      if (!backplane.isHealthy) warnUnreachable()
    },
    async stop(code, reason) {
      clearInterval(timer)
      timer = undefined
      for (const session of sessions.values()) session.close(code, reason)
      for (const name of [...sharedSessions.keys(), ...followed.keys()]) forget(name)
      sessions.clear()
      await backplane?.stop()
    },
  }
  return registry
}
