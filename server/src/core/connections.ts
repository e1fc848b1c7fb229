import type { Hooks, Message, Peer } from 'crossws'
import {
  CLOSE,
  MAIN_TOKEN,
  type Position,
  readOffer,
  readPosition,
  readSession,
  type Role,
} from '@vue-sync/vue/protocol'
import { ruleChanges } from './rule-changes.ts'
import type { Admit, Admitted } from './admission.ts'
import type { Audit } from './audit.ts'
import type { Viewer } from './session/audience.ts'
import type { Host } from './session/host-seat.ts'
import type { RelayPeer } from './session/relay-peer.ts'
import type { RelayStats } from './session/relay-stats.ts'
import type { Session } from './session/session.ts'
import type { Refusal, SessionLimits } from './session-limits.ts'
import type { SessionRegistry } from './session-registry.ts'
import { createThrottledWarn } from './throttled-warn.ts'

/** For crossws: `nodeAdapter({ hooks })`, or the plugin of any server it supports. */
export type RelayHooks = Pick<Hooks, 'upgrade' | 'open' | 'message' | 'drain' | 'close' | 'error'>

/** The context of a peer: what the upgrade decided, and what the connection became. */
export interface Admission extends Admitted {
  role: Role
  session: string
  position: Position | undefined
  /** Where the client connects from, if the server around the relay knows it. */
  source?: { address: string }
  /** Set once the connection is in its session. */
  member?: { session: Session; name: string; host?: Host; viewer?: Viewer }
  /** Frames of a host that arrived before the connection was in its session. */
  early?: unknown[]
  isGone?: boolean
}

export interface ConnectionsOptions {
  admit: Admit
  sessions: SessionRegistry
  limits: SessionLimits
  stats: RelayStats
  /** Whether viewers need a key. */
  needsViewerKey: boolean
  toPeer: (peer: Peer) => RelayPeer
  /** Called after each message of a host. */
  onChange: (name: string, session: Session) => void
  /** Receives what concerns access. */
  audit: Audit
  warn: (text: string) => void
}

/** The codes that end a connection because of its key, its link or its origin. */
const ACCESS_CODES = new Set<number>([CLOSE.badToken, CLOSE.revoked, CLOSE.badOrigin])

/** Above this many early frames the rest is dropped. The host is then asked for its whole state. */
const MAX_EARLY_FRAMES = 64

const admissionOf = (peer: Peer): Partial<Admission> =>
  (peer.context as Partial<Admission> | undefined) ?? {}

/** Whether `upgrade` decided about the connection, and the decision arrived. */
function isDecided(admission: Partial<Admission>): admission is Admission {
  return admission.pass !== undefined && admission.role !== undefined
}

const NOT_ADMITTED: Refusal = {
  code: CLOSE.badToken,
  reason: 'The server did not check who connects',
}

/** The part of an audit event that describes a connection. */
function clientOf(peer: Peer) {
  const { role, session, source } = admissionOf(peer)
  return { via: 'socket', address: source?.address ?? peer.remoteAddress, role, session } as const
}

/** Puts each connection into its session, and passes its messages on. */
export function createConnections(options: ConnectionsOptions): RelayHooks {
  const { admit, sessions, limits, stats, needsViewerKey, toPeer, onChange, audit } = options
  const warn = createThrottledWarn(options.warn)

  function refuse(peer: Peer, { code, reason }: Refusal): void {
    stats.reject(code)
    const token = code === CLOSE.revoked ? admissionOf(peer).pass?.id : undefined
    const tokens = token === undefined ? undefined : [token]
    if (ACCESS_CODES.has(code)) audit({ kind: 'refused', ...clientOf(peer), tokens, code, reason })
    peer.close(code, reason)
  }

  /** A connection without a decision would count as a host with every right. */
  function refuseUndecided(peer: Peer): void {
    warn(
      'undecided',
      'A connection was closed because its server drops what the upgrade hook returns. ' +
        'Use crossws 0.4 or later, and pass all of `relay.hooks` to it.',
    )
    refuse(peer, NOT_ADMITTED)
  }

  function enter(peer: Peer, admission: Admission): void {
    const { role, session: name, position, pass, early = [] } = admission
    if (admission.isGone) return
    const session = sessions.open(name)
    // The pass is checked again, as another node may have reported a revocation since the upgrade. Where no
    // key is needed, none can be revoked.
    const isOpen = !needsViewerKey && pass.id === MAIN_TOKEN
    const problem = role === 'viewer' && !isOpen ? session.access.problem(pass) : undefined
    if (problem !== undefined) return refuse(peer, { code: CLOSE.revoked, reason: problem })
    const client = toPeer(peer)
    if (role === 'viewer') {
      admission.member = { session, name, viewer: session.addViewer(client, position, pass) }
      return
    }
    admission.member = { session, name, host: session.addHost(client, position) }
    delete admission.early
    for (const frame of early) receive(peer, frame)
  }

  function receive(peer: Peer, frame: unknown): void {
    const { member } = admissionOf(peer)
    if (!member?.host) return
    // Some runtimes give binary frames as ArrayBuffer.
    const owned = frame instanceof ArrayBuffer ? new Uint8Array(frame) : frame
    const { access } = member.session
    const before = access.rules
    member.session.receive(member.host, owned)
    for (const change of ruleChanges(before, access.rules)) audit({ ...clientOf(peer), ...change })
    onChange(member.name, member.session)
    const refusal = limits.checkRetained(member.session)
    if (refusal) refuse(peer, refusal)
  }

  function leave(peer: Peer): void {
    const admission = admissionOf(peer)
    const { member } = admission
    admission.isGone = true
    if (!member) return
    const { session, name, host, viewer } = member
    if (host) session.removeHost(host)
    if (viewer) session.removeViewer(viewer)
    // A viewer can ask for any name, so a session that holds nothing must not stay.
    if (session.isEmpty && sessions.find(name) === session) sessions.forget(name)
  }

  return {
    async upgrade(request) {
      const url = new URL(request.url)
      const session = readSession(url.pathname)
      if (!session) return new Response('No session at this path', { status: 404 })
      const { headers } = request
      const { role, protocol, key } = readOffer(headers.get('sec-websocket-protocol'))
      const admission: Admission = {
        role: role ?? 'viewer',
        session,
        position: readPosition(url.searchParams),
        ...(await admit({ role, key, session, headers })),
      }
      return { context: { ...admission }, ...(protocol && { protocol }) }
    },
    open(peer) {
      const admission = admissionOf(peer)
      if (!isDecided(admission)) return refuseUndecided(peer)
      const { role, session: name } = admission
      // Refused only now, because a browser sees a close code but not why an upgrade failed.
      const refusal = admission.refusal ?? limits.checkEntry(role, name)
      if (refusal) return refuse(peer, refusal)
      sessions.open(name)
      const ready = sessions.whenReady(name)
      if (!ready) return enter(peer, admission)
      admission.early = []
      // Until the connection is in the session, nothing else keeps the session on this node.
      const release = sessions.hold(name)
      void ready.then(() => {
        release()
        enter(peer, admission)
      })
    },
    message(peer, message: Message) {
      const { early, role } = admissionOf(peer)
      if (!early) return receive(peer, message.rawData)
      if (role === 'host' && early.length < MAX_EARLY_FRAMES) early.push(message.rawData)
    },
    drain(peer) {
      const { member } = admissionOf(peer)
      if (member?.viewer) member.session.pump(member.viewer)
    },
    close: leave,
    error: leave,
  }
}
