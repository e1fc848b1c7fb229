import type { Hooks, Message, Peer } from 'crossws'
import {
  CLOSE,
  type Position,
  readOffer,
  readPosition,
  readSession,
  type RelayStatus,
  type Role,
  type StateMessage,
} from 'vue-sync/protocol'
import { keysMatch } from './keys.ts'
import { LIMIT_DEFAULTS } from './limits.ts'
import { RELAY_DEFAULTS, type RelayOptions } from './relay-options.ts'
import { createSessionLimits, type Refusal } from './session-limits.ts'
import { type Host, type RelayPeer, Session, type Viewer } from './session.ts'

export interface Relay {
  /** For crossws: `nodeAdapter({ hooks })`, or the plugin of any server it knows. */
  hooks: Pick<Hooks, 'upgrade' | 'open' | 'message' | 'drain' | 'close' | 'error'>
  /** Viewers connected, in one session or in all. */
  viewerCount: (session?: string) => number
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
export interface Admission {
  role: Role
  session: string
  position: Position | undefined
  refusal: Refusal | undefined
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
  const { capacity, highWaterMark, heartbeat, encode, warn, describe } = {
    ...RELAY_DEFAULTS,
    ...options,
  }
  const sessions = new Map<string, Session>()
  const limits = createSessionLimits({
    limits: { ...LIMIT_DEFAULTS, ...options.limits },
    sessions,
    warn,
  })
  let timer: ReturnType<typeof setInterval> | undefined

  function sessionOf(name: string): Session {
    let session = sessions.get(name)
    if (!session) {
      const told = (): Omit<RelayStatus, 'clientCount'> => describe(name)
      session = new Session({ capacity, highWaterMark, encode, warn, describe: told })
      sessions.set(name, session)
    }
    return session
  }

  async function refusalOf(
    role: Role | undefined,
    key: string | undefined,
  ): Promise<Refusal | undefined> {
    if (!role)
      return {
        code: CLOSE.unsupported,
        reason: 'This relay speaks vue-sync.host.v1 and vue-sync.viewer.v1',
      }
    const right = role === 'host' ? options.hostKey : options.viewerKey
    if (right === undefined || (await keysMatch(key, right))) return undefined
    const problem = key === undefined ? 'missing' : 'wrong'
    return { code: CLOSE.badToken, reason: `The ${role} key is ${problem}` }
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
          refusal: await refusalOf(role, key),
        }
        return { context: { ...admission }, ...(protocol && { protocol }) }
      },
      open(peer) {
        const admission = peer.context as unknown as Admission
        const { role, session: name, position, refusal } = admission
        // Closed only now: a browser is not told why an upgrade failed, but it sees a close code.
        const problem = refusal ?? limits.refusal(role, name)
        if (problem) return peer.close(problem.code, problem.reason)
        const session = sessionOf(name)
        const client = options.toPeer?.(peer, toRelayPeer) ?? toRelayPeer(peer)
        admission.member =
          role === 'host'
            ? { session, name, host: session.addHost(client, position) }
            : { session, name, viewer: session.addViewer(client, position) }
      },
      message(peer, message: Message) {
        const { member } = peer.context as unknown as Admission
        if (!member?.host) return
        member.session.receive(member.host, message.rawData)
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
    broadcast(message, session = 'default') {
      return sessionOf(session).publish(JSON.stringify(message))
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
