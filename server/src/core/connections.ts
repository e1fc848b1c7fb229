import type { Hooks, Message, Peer } from 'crossws'
import {
  CLOSE,
  MAIN_TOKEN,
  type Offer,
  type Position,
  readOffer,
  readReceipt,
  type Role,
} from '@vue-sync/vue/protocol'
import {
  avoidBlobs,
  hideOffer,
  keepDecision,
  keptDecision,
  sizeOf,
  toEcho,
  toFrame,
} from './adapters.ts'
import { ruleChanges } from './rule-changes.ts'
import { MAIN_PASS } from './access/session-access.ts'
import type { Admit, Admitted } from './admission.ts'
import {
  type Audit,
  auditRefusal,
  type ClientSource,
  type SocketClient,
  socketClient,
} from './audit.ts'
import type { Viewer } from './session/audience.ts'
import type { Host } from './session/host-seat.ts'
import type { RelayPeer } from './session/relay-peer.ts'
import type { RelayStats } from './session/relay-stats.ts'
import type { Session } from './session/session.ts'
import type { Refusal, SessionLimits } from './session-limits.ts'
import { MOST_HOPS } from './shared/upstream.ts'
import type { SessionRegistry } from './session-registry.ts'
import { createTargetReader } from './request-target.ts'
import { createThrottledWarn } from './throttled-warn.ts'
import { whenKnown } from './when-known.ts'

/** For crossws: `nodeAdapter({ hooks })`, or the plugin of any server it supports. */
export type RelayHooks = Pick<Hooks, 'upgrade' | 'open' | 'message' | 'drain' | 'close' | 'error'>

/** The context of a peer: what the upgrade decided, and what the connection became. */
export interface Admission extends Admitted {
  role: Role
  session: string
  position: Position | undefined
  /** Whether it can send or receive long messages in parts. @default false */
  knowsParts?: boolean
  /** How many relays that follow each other end with this viewer. @default 0 */
  hops?: number
  /** Called when a viewer that is a relay has left. */
  unfollow?: (() => void) | undefined
  /** Connections with the same text come from the same client. @default all come from one */
  client?: string | undefined
  /** Where the client connects from, if the server around the relay knows it. */
  source?: ClientSource
  /** Set once the connection is in its session. */
  member?: { session: Session; name: string; host?: Host; viewer?: Viewer }
  /** Frames of a host that arrived before the connection was in its session. */
  early?: (string | Uint8Array)[]
  /** Their size, in bytes or UTF-16 units. */
  earlySize?: number
  isGone?: boolean
  isRefused?: boolean
}

export interface ConnectionsOptions {
  /** The base path. */
  base: string
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

/** A server that has read the offer itself gives it with the request. */
type MaybeRead = Request & { offer?: Offer; context?: object }

/** Above this many early frames the rest is dropped. The host is then asked for its whole state. */
const MAX_EARLY_FRAMES = 64
/** How long a refused client has to answer the close frame. Adapters of crossws wait up to 30 s. */
const CLOSE_MS = 1000

const admissionOf = (peer: Peer): Partial<Admission> =>
  (peer.context as Partial<Admission> | undefined) ?? {}

/** Whether `upgrade` decided about the connection, and the decision arrived. */
function isDecided(admission: Partial<Admission>): admission is Admission {
  return admission.pass !== undefined && admission.role !== undefined
}

/** The admission of a peer that opens, which is the peer's context from then on. */
function decisionOf(peer: Peer): Partial<Admission> {
  const { context } = peer as { context?: Partial<Admission> }
  if (!context || isDecided(context)) return context ?? {}
  const kept = keptDecision(peer)
  return kept && isDecided(kept) ? Object.assign(context, kept) : context
}

/** A longer base would not fit into a close frame. */
const LONGEST_BASE = 40

/** An app may route any path to the relay. */
function noSession(base: string): Admitted {
  const shown = base.length > LONGEST_BASE ? 'BASE' : base
  const reason = `No session at this path: use ${shown}/ or ${shown}/s/NAME`
  return { pass: MAIN_PASS, by: 'nothing', refusal: { code: CLOSE.noSession, reason } }
}

const CIRCLE: Refusal = {
  code: CLOSE.unsupported,
  reason: `More than ${MOST_HOPS} relays follow each other`,
}

const NOT_ADMITTED: Refusal = {
  code: CLOSE.badToken,
  reason: 'The server did not check who connects',
}

/** Ends a refused connection whose client has not answered the close frame. Deno's sockets cannot be ended so. */
function endConnection(peer: Peer): void {
  if (admissionOf(peer).isGone) return
  try {
    peer.terminate()
  } catch {
    // The runtime ends it later.
  }
}

function auditedClient(peer: Peer): SocketClient {
  return { address: peer.remoteAddress, ...admissionOf(peer) }
}

/** Of a viewer, only what it says about the parts that have arrived is read. */
function confirm(viewer: Viewer, session: Session, message: Message): void {
  const receipt = viewer.transfer && readReceipt(toFrame(message))
  if (receipt) session.confirm(viewer, receipt)
}

/** Puts each connection into its session, and passes its messages on. */
export function createConnections(options: ConnectionsOptions): RelayHooks {
  const { admit, sessions, limits, stats, needsViewerKey, toPeer, onChange, audit } = options
  const warn = createThrottledWarn(options.warn)
  const readTarget = createTargetReader(options.base)
  const NO_SESSION = noSession(options.base)

  function refuse(peer: Peer, { code, reason }: Refusal): void {
    const admission = admissionOf(peer)
    // A client may send more before it is gone.
    if (admission.isRefused) return
    admission.isRefused = true
    stats.reject(code)
    auditRefusal(audit, auditedClient(peer), { code, reason })
    peer.close(code, reason)
    const timer: { unref?: () => void } = setTimeout(() => endConnection(peer), CLOSE_MS) as object
    timer.unref?.()
  }

  /** A connection without a decision would count as a host with every right. */
  function refuseUndecided(peer: Peer): void {
    warn(
      'undecided',
      'A connection was closed because its server lost what the `upgrade` hook decided. Use crossws 0.3.4 ' +
        'or later, and pass all of `relay.hooks` to it with its own requests and peers.',
    )
    refuse(peer, NOT_ADMITTED)
  }

  /** Relays that follow each other in a circle have ever more hops. */
  function isCircle({ hops = 0, session }: Admission): boolean {
    if (hops <= MOST_HOPS) return false
    warn(
      'circle',
      `More than ${MOST_HOPS} relays follow each other in the session ${session}, so a relay was refused. If they form a circle, change the --upstream of one.`,
    )
    return true
  }

  function enter(peer: Peer, admission: Admission): void {
    const { role, session: name, position, pass, knowsParts, early = [] } = admission
    if (admission.isGone) return
    const session = sessions.open(name)
    // The pass is checked again, as another node may have reported a revocation since the upgrade. Where no
    // key is needed, none can be revoked.
    const isOpen = !needsViewerKey && pass.id === MAIN_TOKEN
    const problem = role === 'viewer' && !isOpen ? session.access.problem(pass) : undefined
    if (problem !== undefined) return refuse(peer, { code: CLOSE.revoked, reason: problem })
    const client = toPeer(peer)
    if (role === 'viewer') {
      // First, because a viewer over HTTP may have its answer before `addViewer` returns.
      const member: Admission['member'] = (admission.member = { session, name })
      member.viewer = session.addViewer(client, position, pass, knowsParts)
      return
    }
    // A host that reconnects after a lost network is still connected here. It has the epoch of the state.
    const isAnother = position === undefined || position.epoch !== session.head?.epoch
    const replacesHost = session.hasHost && isAnother
    admission.member = { session, name, host: session.addHost(client, position, knowsParts) }
    if (replacesHost) audit({ kind: 'replaced', ...socketClient(auditedClient(peer)) })
    delete admission.early
    for (const frame of early) receive(peer, frame)
  }

  function receive(peer: Peer, frame: string | Uint8Array): void {
    const { member } = admissionOf(peer)
    if (!member?.host) return
    const { access } = member.session
    const before = access.rules
    member.session.receive(member.host, frame)
    for (const change of ruleChanges(before, access.rules))
      audit({ ...socketClient(auditedClient(peer)), ...change })
    onChange(member.name, member.session)
    const refusal = limits.checkRetained(member.session)
    if (refusal) refuse(peer, refusal)
  }

  function leave(peer: Peer): void {
    const admission = admissionOf(peer)
    const { member } = admission
    admission.isGone = true
    admission.unfollow?.()
    if (!member) return
    const { session, name, host, viewer } = member
    if (host) session.removeHost(host)
    if (viewer) session.removeViewer(viewer)
    // A viewer can ask for any name, so a session that holds nothing must not stay.
    if (session.isEmpty && sessions.find(name) === session) sessions.forget(name)
  }

  return {
    upgrade(request: MaybeRead) {
      const { session, position, knowsParts, hops } = readTarget(request.url)
      // No browser sends this, so no page waits for a close code.
      if (!session && !URL.canParse(request.url))
        return new Response('No session at this path', { status: 404 })
      const { role, protocol, key } =
        request.offer ?? readOffer(request.headers.get('sec-websocket-protocol'))
      const admitted = session ? admit({ role, key, session, request }) : NO_SESSION
      return whenKnown(admitted, ({ pass, by, refusal }) => {
        const admission: Admission = {
          role: role ?? 'viewer',
          session: session ?? '',
          position,
          knowsParts,
          hops,
          pass,
          by,
          refusal,
        }
        keepDecision(request, admission)
        if (protocol === undefined) hideOffer(request)
        return { context: { ...admission }, ...toEcho(request, protocol) }
      })
    },
    open(peer) {
      avoidBlobs(peer)
      const admission = decisionOf(peer)
      if (!isDecided(admission)) return refuseUndecided(peer)
      const { session: name } = admission
      // Refused only now, because a browser sees a close code but not why an upgrade failed.
      const refusal =
        admission.refusal ?? (isCircle(admission) ? CIRCLE : limits.checkEntry(admission))
      if (refusal) return refuse(peer, refusal)
      sessions.open(name)
      if (admission.hops)
        admission.unfollow = sessions.followedBy(name, admission.hops, () => refuse(peer, CIRCLE))
      if (admission.isRefused) return
      const ready = sessions.whenReady(name)
      if (!ready) return enter(peer, admission)
      admission.early = []
      // Until the connection is in the session, nothing else keeps the session on this node.
      const release = sessions.hold(name)
      void ready.then(() => {
        release()
        // Others have entered since, and the session may have been dropped.
        const late = admission.isGone ? undefined : limits.checkEntry(admission)
        if (late) return refuse(peer, late)
        enter(peer, admission)
      })
    },
    message(peer, message: Message) {
      const admission = admissionOf(peer)
      // A Durable Object that has slept holds neither state nor connections.
      if (!isDecided(admission)) return peer.close(CLOSE.goingAway, 'The relay has restarted')
      const { early, member, role, earlySize = 0 } = admission
      const bytes = sizeOf(message)
      const refusal = limits.checkMessage(role, bytes)
      if (refusal && role === 'host')
        warn(
          'hostMessage',
          `A host was closed: its message has ${bytes} bytes, which is too long (--max-host-message)`,
        )
      if (refusal) return refuse(peer, refusal)
      if (member?.host) return receive(peer, toFrame(message))
      if (member?.viewer) return confirm(member.viewer, member.session, message)
      if (role !== 'host' || !early || early.length >= MAX_EARLY_FRAMES) return
      // Together they may be as long as the longest message.
      if (limits.checkMessage(role, earlySize + bytes)) return
      admission.earlySize = earlySize + bytes
      early.push(toFrame(message))
    },
    drain(peer) {
      const { member } = admissionOf(peer)
      if (member?.viewer) member.session.pump(member.viewer)
    },
    close: leave,
    error: leave,
  }
}
