import { belowBase, readBase } from './base-path.ts'
import { CLOSE, randomId, type StateMessage } from '@vue-sync/vue/protocol'
import { createHttpLog } from './http-log/http-log.ts'
import { readLogTarget } from './http-log/log-target.ts'
import { relayPeerOf } from './http-log/viewers.ts'
import { answerRequest } from './http-log/web-reply.ts'
import { createAdmission } from './admission.ts'
import { keyProblems } from './access/key-strength.ts'
import { type Audit, createAuditReporter } from './audit.ts'
import { createConnections, type RelayHooks } from './connections.ts'
import type { StoredSession } from './session/stored-session.ts'
import { LIMIT_DEFAULTS } from './limits.ts'
import { createPortablePeers } from './portable-peer.ts'
import { RELAY_DEFAULTS, type RelayOptions } from './relay-options.ts'
import { createSessionLimits } from './session-limits.ts'
import type { Session } from './session/session.ts'
import { createSessionRegistry, type SessionRegistry } from './session-registry.ts'
import { createRelayStats, type RelayStats } from './session/relay-stats.ts'
import { fenceOf } from './access/session-access.ts'
import type { PairingCode } from './shared/backplane.ts'
import { createTokenSigner } from './access/tokens.ts'

/** A relay without a server. */
export interface Relay {
  /** For an adapter of crossws. */
  hooks: RelayHooks
  /**
   * Answers a viewer over HTTP: `state`, `log` and `stream` below the path of a session, see PROTOCOL.md. Returns
   * `undefined` for any other path. Check host name and origin before, as for WebSockets. Pages of other origins cannot
   * read the answers.
   *
   * @param address of the client
   */
  fetch: (request: Request, address?: string) => Promise<Response> | undefined
  /** Viewers connected to this node, in one session or in all. */
  viewerCount: (session?: string) => number
  /** The key that viewer links carry. `undefined` when no general key admits viewers, or none is needed. */
  linkKey: (session: string) => string | undefined
  /** Changes when a session's short codes end: with every revocation and rotation. */
  fence: (session: string) => string
  /**
   * Gives the viewers of a short code their token. Resolves to its key, if one is needed; to `undefined` when the
   * code has ended, or the session has no space for another token.
   */
  redeem: (code: PairingCode) => Promise<{ key?: string } | undefined>
  /** Resolves when the state that other nodes have of a session is here. */
  whenReady: (session: string) => Promise<void>
  /** Restores a stored session. Must be called before anyone connects. Resolves when its tokens are signed. */
  restore: (session: string, stored: StoredSession) => Promise<void>
  /**
   * Publishes a state message in a session, as its host would. Returns `false` for any other message, and always on a
   * relay that follows another one.
   */
  broadcast: (message: StateMessage, session?: string) => boolean
  /**
   * Ends a session on all nodes: its clients are closed and do not connect again, and its state is forgotten. Its
   * access rules stay, so that keys which were withdrawn remain so.
   * Rejects when the other nodes cannot be reached.
   */
  end: (session: string) => Promise<void>
  /** Sends every host and viewer the status now. Call it when the result of `describe` has changed. */
  announce: () => void
  /** What the relay has sent and received so far. */
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

/** Checks for viewers that take no bytes, within a heartbeat. */
const STALL_CHECKS = 6

/**
 * Creates the relay as crossws hooks and session state, independent of any HTTP server and of Node.
 *
 * @example
 * ```ts
 * import { createServer } from 'node:http'
 * import nodeAdapter from 'crossws/adapters/node'
 * import { createRelay } from '@vue-sync/server/relay'
 *
 * const relay = createRelay({ hostKey: '…', viewerKey: '…' })
 * const sockets = nodeAdapter({
 *   hooks: relay.hooks,
 *   serverOptions: { maxPayload: 16 * 1024 * 1024 },
 * })
 * const server = createServer()
 * server.on('upgrade', sockets.handleUpgrade)
 * server.listen(9876)
 * await relay.start()
 * ```
 * @throws Error for an option out of range
 */
export function createRelay(options: RelayOptions): Relay {
  const {
    public: isPublic,
    capacity,
    highWaterMark,
    heartbeat,
    encode,
    warn,
    describe,
    authorizeTimeout,
    digests,
  } = {
    ...RELAY_DEFAULTS,
    ...options,
  }
  for (const problem of keyProblems(options)) warn(problem)
  const base = readBase(options.base ?? '')
  const stats = createRelayStats()
  const audit = createAuditReporter(options.audit)
  const signer = createTokenSigner(options.hostKey ?? randomId(), digests)
  const sessions = createSessionRegistry({
    capacity,
    highWaterMark,
    encode,
    warn,
    stats,
    limit: options.limits?.hostMessage ?? LIMIT_DEFAULTS.hostMessage,
    isPublic,
    describe,
    sign: signer.sign,
    storedRules: options.storedRules,
    backplane: options.backplane,
    upstream: options.upstream,
    onApplied: (name, session) => limits.checkApplied(name, session),
    audit: audit.report,
  })
  const limits = createSessionLimits({
    limits: { ...LIMIT_DEFAULTS, ...options.limits },
    sessions,
    isFollower: options.upstream !== undefined,
    warn,
  })
  const toPortablePeer = createPortablePeers({
    highWaterMark,
    onDrain: (peer) => void hooks.drain(peer),
  })
  const hooks = createConnections({
    base,
    sessions,
    stats,
    admit: createAdmission({
      ...options,
      warn,
      authorizeTimeout,
      digests,
      // This relay does not learn which tokens the upstream relay has revoked.
      verify: options.upstream ? () => Promise.resolve(undefined) : signer.verify,
      problemOf: (name, pass) => sessions.find(name)?.access.problem(pass),
    }),
    limits,
    needsViewerKey: options.viewerKey !== undefined,
    toPeer: (peer) =>
      relayPeerOf(peer) ?? options.toPeer?.(peer, toPortablePeer) ?? toPortablePeer(peer),
    onChange: reportChange,
    audit: audit.report,
    warn,
  })
  let timers: ReturnType<typeof setInterval>[] = []

  function reportChange(name: string, session: Session): void {
    options.onChange?.(name, () => session.toStored(), session.info.access)
  }

  function announce(): void {
    for (const session of sessions.values()) session.heartbeat()
  }

  function closeStalled(): void {
    for (const session of sessions.values()) session.closeStalled()
  }

  async function whenReady(session: string): Promise<void> {
    if (!options.backplane && !options.upstream) return
    const { access } = sessions.open(session)
    // Nothing else keeps a session without connections on this node.
    const release = sessions.hold(session)
    await sessions.whenReady(session)
    release()
    await access.whenSigned()
  }

  const log = createHttpLog({ hooks, base, isPublic })

  const relay: Relay = {
    hooks,
    fetch(request, address) {
      const { pathname, search } = new URL(request.url)
      const target = readLogTarget(belowBase(pathname + search, base) ?? '')
      if (!target) return undefined
      const rest = { address, allowedOrigin: undefined, contextOf: () => ({}) }
      return answerRequest(log, target, request, rest, request.signal)
    },
    viewerCount(session) {
      if (session !== undefined) return sessions.find(session)?.viewerCount ?? 0
      return [...sessions.values()].reduce((sum, { viewerCount }) => sum + viewerCount, 0)
    },
    linkKey(session) {
      const { viewerKey } = options
      const known = sessions.find(session)
      return known ? known.access.linkKey(viewerKey) : viewerKey
    },
    fence(session) {
      const known = sessions.find(session)
      return fenceOf(known ? known.access.rules : options.storedRules?.(session))
    },
    async redeem({ session: name, token, fence }) {
      // Another node may have the session, and know that the code has ended.
      await whenReady(name)
      if (relay.fence(name) !== fence) return undefined
      if (options.viewerKey === undefined) return {}
      const session = sessions.open(name)
      const key = await session.admit(token)
      reportChange(name, session)
      return key === undefined ? undefined : { key }
    },
    whenReady,
    async restore(name, stored) {
      const session = sessions.open(name)
      session.restore(stored)
      await session.access.whenSigned()
    },
    broadcast(message, name = 'default') {
      if (options.upstream) return false
      const session = sessions.open(name)
      reportChange(name, session)
      return session.publish(JSON.stringify(message))
    },
    end(name) {
      const ended = sessions.end(name)
      options.onChange?.(
        name,
        () => sessions.find(name)?.toStored(),
        sessions.find(name)?.info.access,
      )
      return ended
    },
    announce,
    stats,
    audit: audit.report,
    sessions,
    async start() {
      if (timers.length === 0)
        timers = [
          setInterval(announce, heartbeat),
          setInterval(closeStalled, heartbeat / STALL_CHECKS),
        ]
      await sessions.start()
    },
    async stop() {
      for (const timer of timers.splice(0)) clearInterval(timer)
      audit.flush()
      await sessions.stop(CLOSE.goingAway, 'The relay is stopping')
    },
  }
  return relay
}
