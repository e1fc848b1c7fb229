import type { Hooks, Message, Peer } from 'crossws'
import {
  CLOSE,
  MAIN_TOKEN,
  type Position,
  readOffer,
  randomId,
  readPosition,
  readSession,
  type Role,
  type StateMessage,
} from '@vue-sync/vue/protocol'
import { type Admitted, createAdmission } from './admission.ts'
import type { RelayPeer, Viewer } from './session/audience.ts'
import type { KeptSession } from './session/saved-session.ts'
import { LIMIT_DEFAULTS } from './limits.ts'
import { RELAY_DEFAULTS, type RelayOptions } from './relay-options.ts'
import { createSessionLimits, type Refusal } from './session-limits.ts'
import type { Host, Session } from './session/session.ts'
import { Sessions } from './sessions.ts'
import { RelayStats } from './session/relay-stats.ts'
import { createTokenSigner } from './access/tokens.ts'

export interface Relay {
  /** For crossws: `nodeAdapter({ hooks })`, or the plugin of any server it knows. */
  hooks: Pick<Hooks, 'upgrade' | 'open' | 'message' | 'drain' | 'close' | 'error'>
  /** Viewers connected to this node, in one session or in all. */
  viewerCount: (session?: string) => number
  /** What opens a session for viewers now: `undefined` for nothing, `{}` where no key is needed. */
  linkKey: (session: string) => { key: string | undefined } | undefined
  /** Resolves when what other nodes have of a session is known here. */
  whenReady: (session: string) => Promise<void>
  /** Puts a session back as it was kept, before anyone is there. */
  restore: (session: string, kept: KeptSession) => void
  /** Sends a state message into a session, as its host would. Gives `false` for what is not one. */
  broadcast: (message: StateMessage, session?: string) => boolean
  /**
   * Ends a session on all nodes: who is there is closed and does not dial again, and its state is forgotten.
   * Rejects when other nodes cannot be reached.
   */
  end: (session: string) => Promise<void>
  /** Tells every host and viewer the status now: what `describe` gives has changed. */
  announce: () => void
  /** What happened so far. */
  stats: RelayStats
  /** What is here now. */
  sessions: Sessions
  /** Starts the heartbeat. Resolves when other nodes can be reached, or that is given up for now. */
  start: () => Promise<void>
  /** Stops the heartbeat, closes every connection and forgets all state. */
  stop: () => Promise<void>
}

/** What the upgrade found out about a connection, and what it then became. */
export interface Admission extends Admitted {
  role: Role
  session: string
  position: Position | undefined
  member?: { session: Session; name: string; host?: Host; viewer?: Viewer }
  /** What a host sent before it could be let in. */
  early?: unknown[]
  isGone?: boolean
}

/** The bytes are shared by all viewers, so nothing is compressed for one of them. */
const FRAMES = {
  text: { binary: false, compress: false } as { compress: boolean },
  binary: { binary: true, compress: false } as { compress: boolean },
}

/** More than these in that moment, and the host is asked for all of it. */
const MOST_EARLY = 64

/** Any peer that crossws knows. */
function toRelayPeer(peer: Peer): RelayPeer {
  return {
    send: (bytes, binary) => peer.send(bytes, binary ? FRAMES.binary : FRAMES.text) as number,
    close: (code, reason) => peer.close(code, reason),
    buffered: () => peer.bufferedAmount,
  }
}

/**
 * The relay as crossws hooks and session state, free of any HTTP server and of Node.
 *
 * @throws Error for an option out of range
 */
export function createRelay(options: RelayOptions): Relay {
  const { capacity, highWaterMark, heartbeat, encode, warn, describe, authorizeTimeout } = {
    ...RELAY_DEFAULTS,
    ...options,
  }
  const stats = new RelayStats()
  const signer = createTokenSigner(options.hostKey ?? randomId())
  const sessions = new Sessions({
    capacity,
    highWaterMark,
    encode,
    warn,
    stats,
    describe,
    sign: signer.sign,
    backplane: options.backplane,
  })
  const admit = createAdmission({
    ...options,
    warn,
    authorizeTimeout,
    verify: signer.verify,
    problemOf: (name, pass) => sessions.find(name)?.access.problem(pass),
  })
  const limits = createSessionLimits({
    limits: { ...LIMIT_DEFAULTS, ...options.limits },
    sessions,
    warn,
  })
  let timer: ReturnType<typeof setInterval> | undefined

  function changed(name: string, session: Session): void {
    options.onChange?.(name, () => session.keep())
  }

  function refuse(peer: Peer, { code, reason }: Refusal): void {
    stats.reject(code)
    peer.close(code, reason)
  }

  function enter(peer: Peer): void {
    const admission = peer.context as unknown as Admission
    const { role, session: name, position, pass, early = [] } = admission
    if (admission.isGone) return
    const session = sessions.open(name)
    // The nodes may have told each other meanwhile. Where no key is needed, none can be withdrawn.
    const isOpen = options.viewerKey === undefined && pass.id === MAIN_TOKEN
    const problem = role === 'viewer' && !isOpen ? session.access.problem(pass) : undefined
    if (problem !== undefined) return refuse(peer, { code: CLOSE.revoked, reason: problem })
    const client = options.toPeer?.(peer, toRelayPeer) ?? toRelayPeer(peer)
    if (role === 'viewer') {
      admission.member = { session, name, viewer: session.addViewer(client, position, pass) }
      return
    }
    admission.member = { session, name, host: session.addHost(client, position) }
    delete admission.early
    for (const frame of early) hear(peer, frame)
  }

  function hear(peer: Peer, frame: unknown): void {
    const { member } = peer.context as unknown as Admission
    if (!member?.host) return
    // As bytes, on whatever runtime.
    member.session.receive(
      member.host,
      frame instanceof ArrayBuffer ? new Uint8Array(frame) : frame,
    )
    changed(member.name, member.session)
    const problem = limits.weigh(member.session)
    if (problem) refuse(peer, problem)
  }

  function leave(peer: Peer): void {
    const admission = peer.context as unknown as Admission
    const { member } = admission
    admission.isGone = true
    if (!member) return
    const { session, name, host, viewer } = member
    if (host) session.removeHost(host)
    if (viewer) session.removeViewer(viewer)
    // A viewer may ask for any name: a session that holds nothing must not stay.
    if (session.isEmpty && sessions.find(name) === session) sessions.forget(name)
  }

  function announce(): void {
    for (const session of sessions.values()) session.heartbeat()
  }

  return {
    hooks: {
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
        const admission = peer.context as unknown as Admission
        const { role, session: name, refusal } = admission
        // Closed only now: a browser is not told why an upgrade failed, but it sees a close code.
        const problem = refusal ?? limits.refusal(role, name)
        if (problem) return refuse(peer, problem)
        sessions.open(name)
        const ready = sessions.whenReady(name)
        if (!ready) return enter(peer)
        admission.early = []
        void ready.then(() => enter(peer))
      },
      message(peer, message: Message) {
        const { early, role } = peer.context as unknown as Admission
        if (!early) return hear(peer, message.rawData)
        if (role === 'host' && early.length < MOST_EARLY) early.push(message.rawData)
      },
      drain(peer) {
        const { member } = peer.context as unknown as Admission
        if (member?.viewer) member.session.pump(member.viewer)
      },
      close: leave,
      error: leave,
    },
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
    restore: (session, kept) => sessions.open(session).restore(kept),
    broadcast(message, name = 'default') {
      const session = sessions.open(name)
      changed(name, session)
      return session.publish(JSON.stringify(message))
    },
    end(name) {
      const ended = sessions.end(name)
      options.onChange?.(name, () => sessions.find(name)?.keep())
      return ended
    },
    announce,
    stats,
    sessions,
    async start() {
      timer ??= setInterval(announce, heartbeat)
      await sessions.start()
    },
    async stop() {
      clearInterval(timer)
      timer = undefined
      await sessions.stop(CLOSE.goingAway, 'The relay is stopping')
    },
  }
}
