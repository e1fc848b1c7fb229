import type { Hooks, Message, Peer } from 'crossws'
import {
  CLOSE,
  type Position,
  readOffer,
  randomId,
  readPosition,
  readSession,
  type RelayStatus,
  type Role,
  type StateMessage,
} from 'vue-sync/protocol'
import { type Admitted, createAdmission } from './admission.ts'
import type { KeptSession } from './kept-session.ts'
import { LIMIT_DEFAULTS } from './limits.ts'
import { RELAY_DEFAULTS, type RelayOptions } from './relay-options.ts'
import { createSessionLimits } from './session-limits.ts'
import { type Host, type RelayPeer, Session, type Viewer } from './session.ts'
import { createTokenSigner } from './tokens.ts'

export interface Relay {
  /** For crossws: `nodeAdapter({ hooks })`, or the plugin of any server it knows. */
  hooks: Pick<Hooks, 'upgrade' | 'open' | 'message' | 'drain' | 'close' | 'error'>
  /** Viewers connected, in one session or in all. */
  viewerCount: (session?: string) => number
  /** What opens a session for viewers now: `undefined` for nothing, `{}` where no key is needed. */
  linkKey: (session: string) => { key: string | undefined } | undefined
  /** Puts a session back as it was kept, before anyone is there. */
  restore: (session: string, kept: KeptSession) => void
  /** Sends a state message into a session, as its host would. Gives `false` for what is not one. */
  broadcast: (message: StateMessage, session?: string) => boolean
  /** Tells every host and viewer the status now: what `describe` gives has changed. */
  announce: () => void
  /** Starts the heartbeat. */
  start: () => void
  /** Stops the heartbeat, closes every connection and forgets all state. */
  stop: () => void
}

/** What the upgrade found out about a connection, and what it then became. */
export interface Admission extends Admitted {
  role: Role
  session: string
  position: Position | undefined
  member?: { session: Session; name: string; host?: Host; viewer?: Viewer }
}

/** The bytes are shared by all viewers, so nothing is compressed for one of them. */
const FRAMES = {
  text: { binary: false, compress: false } as { compress: boolean },
  binary: { binary: true, compress: false } as { compress: boolean },
}

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
  const sessions = new Map<string, Session>()
  const signer = createTokenSigner(options.hostKey ?? randomId())
  const admit = createAdmission({
    ...options,
    warn,
    authorizeTimeout,
    verify: signer.verify,
    problemOf: (name, pass) => sessions.get(name)?.access.problem(pass),
  })
  const limits = createSessionLimits({
    limits: { ...LIMIT_DEFAULTS, ...options.limits },
    sessions,
    warn,
  })
  let timer: ReturnType<typeof setInterval> | undefined

  function sessionOf(name: string): Session {
    let session = sessions.get(name)
    if (!session) {
      session = new Session({
        capacity,
        highWaterMark,
        encode,
        warn,
        sign: (generation, token) => signer.sign(name, generation, token),
        describe: (): Omit<RelayStatus, 'clientCount'> => describe(name),
      })
      sessions.set(name, session)
    }
    return session
  }

  function changed(name: string, session: Session): void {
    options.onChange?.(name, () => session.keep())
  }

  function leave(peer: Peer): void {
    const { member } = peer.context as unknown as Admission
    if (!member) return
    const { session, name, host, viewer } = member
    if (host) session.removeHost(host)
    if (viewer) session.removeViewer(viewer)
    // A viewer may ask for any name: a session that holds nothing must not stay.
    if (session.isEmpty && sessions.get(name) === session) sessions.delete(name)
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
        const { role, protocol, key } = readOffer(request.headers.get('sec-websocket-protocol'))
        const admission: Admission = {
          role: role ?? 'viewer',
          session,
          position: readPosition(url.searchParams),
          ...(await admit({ role, key, session, headers: request.headers })),
        }
        return { context: { ...admission }, ...(protocol && { protocol }) }
      },
      open(peer) {
        const admission = peer.context as unknown as Admission
        const { role, session: name, position, refusal, pass } = admission
        // Closed only now: a browser is not told why an upgrade failed, but it sees a close code.
        const problem = refusal ?? limits.refusal(role, name)
        if (problem) return peer.close(problem.code, problem.reason)
        const session = sessionOf(name)
        const client = options.toPeer?.(peer, toRelayPeer) ?? toRelayPeer(peer)
        admission.member =
          role === 'host'
            ? { session, name, host: session.addHost(client, position) }
            : { session, name, viewer: session.addViewer(client, position, pass) }
      },
      message(peer, message: Message) {
        const { member } = peer.context as unknown as Admission
        if (!member?.host) return
        member.session.receive(member.host, message.rawData)
        changed(member.name, member.session)
        const problem = limits.weigh(member.session)
        if (problem) peer.close(problem.code, problem.reason)
      },
      drain(peer) {
        const { member } = peer.context as unknown as Admission
        if (member?.viewer) member.session.pump(member.viewer)
      },
      close: leave,
      error: leave,
    },
    viewerCount(session) {
      if (session !== undefined) return sessions.get(session)?.viewerCount ?? 0
      return [...sessions.values()].reduce((sum, { viewerCount }) => sum + viewerCount, 0)
    },
    linkKey(session) {
      const { viewerKey } = options
      const known = sessions.get(session)
      return known ? known.access.linkKey(viewerKey) : { key: viewerKey }
    },
    restore: (session, kept) => sessionOf(session).restore(kept),
    broadcast(message, name = 'default') {
      const session = sessionOf(name)
      changed(name, session)
      return session.publish(JSON.stringify(message))
    },
    announce,
    start() {
      timer ??= setInterval(announce, heartbeat)
    },
    stop() {
      clearInterval(timer)
      timer = undefined
      for (const session of sessions.values())
        session.close(CLOSE.goingAway, 'The relay is stopping')
      sessions.clear()
    },
  }
}
