import {
  CLOSE,
  judge,
  type Message,
  type MessageHead,
  MOST_BYTES,
  readName,
  samePosition,
  type StatusMessage,
} from '@vue-sync/vue/protocol'
import { frameHead } from '../session/frame-head.ts'
import type { Entry } from '../session/retained.ts'
import type { RemotePresence } from '../session/session-presence.ts'
import type { Session } from '../session/session.ts'
import { createRelaysBehind } from './relays-behind.ts'
import type { Upstream, UpstreamEvents } from './upstream.ts'

export interface FollowedSessionOptions {
  name: string
  session: Session
  upstream: Upstream
  /** Copies a frame into bytes that the relay owns. */
  encode: (frame: string | Uint8Array) => Uint8Array
  /** Called when the session has applied a message. */
  onApplied: () => void
  /** Called when the upstream relay does not admit this relay. */
  onRefused: (code: number, reason: string) => void
}

/** One session that comes from the upstream relay. */
export interface FollowedSession {
  /** Resolves when the state is applied, or when there is nothing to wait for any more. */
  readonly ready: Promise<void>
  readonly isReady: boolean
  /** Whether this relay may leave the session when nobody views it: the upstream relay has all of it. */
  readonly isHealthy: boolean
  /**
   * A viewer here is a relay too, and has so many relays behind it. Returns a function that must be called when it has
   * left.
   *
   * @param refuse closes the viewer, because the upstream relay does not admit so many relays
   */
  followedBy: (behind: number, refuse: () => void) => () => void
  leave: () => void
}

/** The first viewer of a session waits for its state, but not for a relay that does not answer. */
const READY_MS = 3000
/**
 * A whole state is fetched so long after the messages here have become many, because the upstream relay, which has
 * equally many, needs time to get one from the host. Twice as long each time if that did not help.
 */
const FIRST_REFRESH_MS = 3000
const LONGEST_REFRESH_MS = 60_000
/** Without a whole state, new viewers see nothing. */
const URGENT_REFRESH_MS = 500

const NOBODY = { viewers: 0, tokens: new Map<string, number>() }

/** Follows one session: what the upstream relay sends to a viewer becomes what this relay retains. */
export function createFollowedSession(options: FollowedSessionOptions): FollowedSession {
  const { name, session, upstream, encode, onApplied, onRefused } = options
  let isReady = false
  let isConnected = false
  const relays = createRelaysBehind()
  /** The greatest number that the upstream relay was told. */
  let statedHops = 1
  /** The host, by the latest status. */
  let latest: Pick<RemotePresence, 'hostSince' | 'since' | 'isBehind'> | undefined
  /** A whole state of a position that this relay has not reached yet. */
  let early: Entry | undefined
  let refreshTimer: ReturnType<typeof setTimeout> | undefined
  let refreshWait = FIRST_REFRESH_MS
  let setReady!: () => void
  const ready = new Promise<void>((resolve) => {
    const timer = setTimeout(settle, READY_MS)
    function settle(): void {
      clearTimeout(timer)
      isReady = true
      resolve()
    }
    setReady = settle
  })

  function show(next: NonNullable<typeof latest>): void {
    latest = next
    session.setRemotePresence({ ...NOBODY, ...next })
  }

  /** In step with the host, a viewer gets no whole state, so a relay that is one must ask for it. */
  function refreshSoon(): void {
    if (!session.isHeavy) {
      clearTimeout(refreshTimer)
      refreshTimer = undefined
      refreshWait = FIRST_REFRESH_MS
      return
    }
    const isUrgent = session.snapshot === undefined
    refreshTimer ??= setTimeout(refresh, isUrgent ? URGENT_REFRESH_MS : refreshWait)
  }

  function refresh(): void {
    refreshTimer = undefined
    refreshWait = Math.min(2 * refreshWait, LONGEST_REFRESH_MS)
    link.fetchState()
  }

  function toEntry(frame: string | Uint8Array, { type, epoch, seq }: MessageHead): Entry {
    return {
      position: { epoch, seq },
      bytes: encode(frame),
      binary: typeof frame !== 'string',
      snapshot: type === 'session_update',
    }
  }

  function receiveSnapshot(frame: string | Uint8Array): void {
    const message = frameHead(frame)
    const { head } = session
    // Of another epoch, it comes in order on the other connection too.
    if (message?.type !== 'session_update' || message.epoch !== head?.epoch) return
    const entry = toEntry(frame, message)
    if (message.seq > head.seq) early = entry
    else if (session.applySnapshot(entry)) onApplied()
    else if (!session.snapshot) {
      // What follows it is not here any more.
      session.applyEntry(entry)
      link.redial('news')
    }
  }

  function applyEarly(): void {
    const { head } = session
    if (!early || (head?.epoch === early.position.epoch && head.seq < early.position.seq)) return
    session.applySnapshot(early)
    early = undefined
  }

  function receiveStatus(message: StatusMessage, isGap: boolean): void {
    const { host, since, behind, name: title, hash, limit } = message.payload
    const { head } = session
    session.applyLimit(typeof limit === 'number' && limit > 0 ? limit : MOST_BYTES)
    session.applyInfo({ name: title === null ? '' : readName(title), access: undefined })
    // Without a position, something is on its way, or the upstream relay has less than this one.
    const isCurrent = !isGap && samePosition(message, head)
    if (isCurrent && head && typeof hash === 'number') session.applyHash(head, hash)
    if (host === 'online' || host === 'offline') {
      const isOnline = host === 'online'
      const known = typeof since === 'number' ? since : Date.now()
      show({
        hostSince: isOnline ? known : undefined,
        since: known,
        isBehind: isOnline && (behind === true || !isCurrent),
      })
    }
    refreshSoon()
    setReady()
  }

  function receive(frame: string | Uint8Array): void {
    const message = frameHead(frame)
    if (!message) return
    isConnected = true
    const verdict = judge(session.head, message as Message)
    const isGap = verdict === 'gap'
    if (message.type === 'status') receiveStatus(message, isGap)
    // Last, because the connection may count as lost until the next one is made.
    if (isGap) link.redial('gap')
    if (message.type === 'status' || verdict !== 'apply') return
    if (!session.applyEntry(toEntry(frame, message))) return
    applyEarly()
    refreshSoon()
    onApplied()
  }

  const events: UpstreamEvents = {
    position: () => session.head,
    hops: () => (statedHops = relays.hops),
    onFrame: receive,
    onState: receiveSnapshot,
    onLost(since) {
      isConnected = false
      // Whether the host is there is unknown now. It was last seen then, or left before.
      if (latest?.hostSince !== undefined) show({ hostSince: undefined, since, isBehind: false })
      setReady()
    },
    onRefused(code, reason) {
      // Anybody can say that there are many relays behind them, which must not end the session for all.
      if (code === CLOSE.unsupported && relays.refuseFrom(statedHops)) {
        link = upstream.follow(name, events)
        return
      }
      isConnected = false
      onRefused(code, reason)
      setReady()
    },
  }
  let link = upstream.follow(name, events)

  return {
    ready,
    get isReady() {
      return isReady
    },
    get isHealthy() {
      return isConnected || session.head === undefined
    },
    followedBy(behind, refuse) {
      const remove = relays.add(behind, refuse)
      if (relays.hops > statedHops) {
        statedHops = relays.hops
        link.redial('news')
      }
      return remove
    },
    leave() {
      clearTimeout(refreshTimer)
      setReady()
      link.close()
    },
  }
}
