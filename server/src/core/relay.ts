import type { Peer } from 'crossws'
import { CLOSE, randomId, type StateMessage } from '@vue-sync/vue/protocol'
import { createAdmission } from './admission.ts'
import { keyProblems } from './access/key-strength.ts'
import { type Audit, createAuditReporter } from './audit.ts'
import { createConnections, type RelayHooks } from './connections.ts'
import type { RelayPeer } from './session/relay-peer.ts'
import type { StoredSession } from './session/stored-session.ts'
import { LIMIT_DEFAULTS } from './limits.ts'
import { RELAY_DEFAULTS, type RelayOptions } from './relay-options.ts'
import { createSessionLimits } from './session-limits.ts'
import type { Session } from './session/session.ts'
import { createSessionRegistry, type SessionRegistry } from './session-registry.ts'
import { createRelayStats, type RelayStats } from './session/relay-stats.ts'
import { createTokenSigner } from './access/tokens.ts'

export interface Relay {
  hooks: RelayHooks
  /** Viewers connected to this node, in one session or in all. */
  viewerCount: (session?: string) => number
  /** The key that admits viewers to a session now: `undefined` if none does, `{}` where no key is needed. */
  linkKey: (session: string) => { key: string | undefined } | undefined
  /** Resolves when the state that other nodes have of a session is here. */
  whenReady: (session: string) => Promise<void>
  /** Restores a stored session. Must be called before anyone connects. */
  restore: (session: string, stored: StoredSession) => void
  /** Publishes a state message in a session, as its host would. Returns `false` for any other message. */
  broadcast: (message: StateMessage, session?: string) => boolean
  /**
   * Ends a session on all nodes: its clients are closed and do not connect again, and its state is forgotten.
   * Rejects when the other nodes cannot be reached.
   */
  end: (session: string) => Promise<void>
  /** Sends every host and viewer the status now. Call it when the result of `describe` has changed. */
  announce: () => void
  stats: RelayStats
  /** For the server around the relay: reports to `audit` of the options, with the same limits. */
  audit: Audit
  /** The sessions that are open on this node. */
  sessions: SessionRegistry
  /** Starts the heartbeat. Resolves when other nodes can be reached, or when the first attempt has failed. */
  start: () => Promise<void>
  /** Stops the heartbeat, closes every connection and forgets all state. */
  stop: () => Promise<void>
}

/** Frames are not compressed, as all viewers share their bytes. */
const TEXT_FRAME = { binary: false, compress: false } as { compress: boolean }
const BINARY_FRAME = { binary: true, compress: false } as { compress: boolean }

/** For any peer that crossws supports. */
function toRelayPeer(peer: Peer): RelayPeer {
  return {
    send: (bytes, binary) => peer.send(bytes, binary ? BINARY_FRAME : TEXT_FRAME) as number,
    close: (code, reason) => peer.close(code, reason),
    buffered: () => peer.bufferedAmount,
  }
}

/**
 * The relay as crossws hooks and session state, independent of any HTTP server and of Node.
 *
 * @throws Error for an option out of range
 */
export function createRelay(options: RelayOptions): Relay {
  const { capacity, highWaterMark, heartbeat, encode, warn, describe, authorizeTimeout } = {
    ...RELAY_DEFAULTS,
    ...options,
  }
  for (const problem of keyProblems(options)) warn(problem)
  const stats = createRelayStats()
  const audit = createAuditReporter(options.audit)
  const signer = createTokenSigner(options.hostKey ?? randomId())
  const sessions = createSessionRegistry({
    capacity,
    highWaterMark,
    encode,
    warn,
    stats,
    describe,
    sign: signer.sign,
    backplane: options.backplane,
  })
  const hooks = createConnections({
    sessions,
    stats,
    admit: createAdmission({
      ...options,
      warn,
      authorizeTimeout,
      verify: signer.verify,
      problemOf: (name, pass) => sessions.find(name)?.access.problem(pass),
    }),
    limits: createSessionLimits({
      limits: { ...LIMIT_DEFAULTS, ...options.limits },
      sessions,
      warn,
    }),
    needsViewerKey: options.viewerKey !== undefined,
    toPeer: (peer) => options.toPeer?.(peer, toRelayPeer) ?? toRelayPeer(peer),
    onChange: reportChange,
    audit: audit.report,
    warn,
  })
  let timer: ReturnType<typeof setInterval> | undefined

  function reportChange(name: string, session: Session): void {
    options.onChange?.(name, () => session.toStored())
  }

  function announce(): void {
    for (const session of sessions.values()) session.heartbeat()
  }

  return {
    hooks,
    viewerCount(session) {
      if (session !== undefined) return sessions.find(session)?.viewerCount ?? 0
      return [...sessions.values()].reduce((sum, { viewerCount }) => sum + viewerCount, 0)
    },
    linkKey(session) {
      const { viewerKey } = options
      const known = sessions.find(session)
      return known ? known.access.linkKey(viewerKey) : { key: viewerKey }
    },
    async whenReady(session) {
      if (!options.backplane) return
      sessions.open(session)
      await sessions.whenReady(session)
    },
    restore: (session, stored) => sessions.open(session).restore(stored),
    broadcast(message, name = 'default') {
      const session = sessions.open(name)
      reportChange(name, session)
      return session.publish(JSON.stringify(message))
    },
    end(name) {
      const ended = sessions.end(name)
      options.onChange?.(name, () => sessions.find(name)?.toStored())
      return ended
    },
    announce,
    stats,
    audit: audit.report,
    sessions,
    async start() {
      timer ??= setInterval(announce, heartbeat)
      await sessions.start()
    },
    async stop() {
      clearInterval(timer)
      timer = undefined
      audit.flush()
      await sessions.stop(CLOSE.goingAway, 'The relay is stopping')
    },
  }
}
