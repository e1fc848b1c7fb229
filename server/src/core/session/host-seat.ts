import {
  type AccessRules,
  CLOSE,
  type HostErrorCode,
  type RelayStatus,
  type StatusMessage,
} from '@vue-sync/vue/protocol'
import type { RelayPeer } from './relay-peer.ts'

/** A connected host. */
export interface Host {
  readonly peer: RelayPeer
  /** Whether it can send long messages in parts. */
  readonly knowsParts: boolean
  /** Whether it was sent a status. */
  isGreeted: boolean
  /** A host that sends invalid messages is reported once. */
  hasWarned: boolean
  /** When each mistake of it was last answered, by a clock of which only differences matter. */
  readonly answeredAt: Map<HostErrorCode, number>
  /** The access rules that it was last sent. */
  sentRules: AccessRules | undefined
  /** Whether it says that it has changes that it could not send. */
  isBehind: boolean
  /** Whether it has a state that is not the one here: a new host's, or one with a change that was dropped. */
  isAwaited: boolean
}

/** The answer to a host's change of the access rules, or to its mistake. */
export type HostAnswer = Pick<RelayStatus, 'change' | 'problem' | 'error'>

export interface HostSeatOptions {
  /** The status that the host receives, apart from the request for a snapshot. */
  status: () => Omit<RelayStatus, 'want' | 'access' | 'time'>
  /** Replaced by another object when they change. */
  rules: () => AccessRules
  /**
   * Whether the status is complete. Until then nothing is sent, as viewer links would have no key. `heartbeat` must
   * be called afterwards.
   */
  isComplete: () => boolean
  encode: (message: StatusMessage) => Uint8Array
  /** Bytes of one message from a host. */
  limit: number
  /** Whether a whole state is arriving in parts. Until it has arrived, no other is requested. */
  isSnapshotArriving: () => boolean
}

/** The place of the one host that a session has on this node, and what the relay sends to it. */
export interface HostSeat {
  /** `undefined` while no host is connected to this node. */
  readonly host: Host | undefined
  /** Seats a host, and closes the one that was seated. */
  take: (peer: RelayPeer, knowsParts: boolean) => Host
  /** Sends a new host its first status. */
  welcome: (needsSnapshot: boolean) => void
  /** Removes a host. Returns `false` when it was replaced before: its late events are ignored. */
  leave: (host: Host) => boolean
  /**
   * Closes the host. Returns `false` without a host. @default because another one connected to another node
   */
  evict: (code?: number, reason?: string) => boolean
  /** Whether the host was asked for a snapshot and has not sent it. */
  readonly isSnapshotRequested: boolean
  /** Requests a snapshot, unless one is requested already. The answer is sent in either case. */
  requestSnapshot: (answer?: HostAnswer) => void
  snapshotReceived: () => void
  /** Sends the status with an answer. The answer to a change also has the rules that apply now. */
  answer: (host: Host, answer: HostAnswer) => void
  /** Sends one status for all changes of this turn: the host needs the count and not each step. */
  sendStatusSoon: () => void
  /** Repeats the status, with a request for a snapshot while one is missing. */
  heartbeat: () => void
  close: (code: number, reason: string) => void
}

const REPLACED = 'Another host took over'
/** A host with more queued bytes gets no status, as the next heartbeat repeats it. */
const MAX_QUEUED = 64 * 1024

/** Whether an answer only reports a mistake, which the host does not wait for. */
const isMistake = ({ change, problem, error }: HostAnswer): boolean =>
  error !== undefined && change === undefined && !problem

export function createHostSeat(options: HostSeatOptions): HostSeat {
  const { status, rules, isComplete, encode, limit, isSnapshotArriving } = options
  let host: Host | undefined
  let isSnapshotRequested = false
  let statusTimer: ReturnType<typeof setTimeout> | undefined

  function send(wantsSnapshot: boolean, answer?: HostAnswer): void {
    // The answer to a change is never dropped: the host waits for it.
    const isChange = answer !== undefined && !isMistake(answer)
    if (!host || !(isChange || isComplete())) return
    if (!isChange && host.peer.buffered() > MAX_QUEUED) return
    const access = rules()
    const payload = {
      ...status(),
      time: Date.now(),
      ...((isChange || host.sentRules !== access) && { access }),
      ...answer,
      ...(!host.isGreeted && host.knowsParts && { parts: 1 as const, limit }),
      ...(wantsSnapshot && !isSnapshotArriving() && { want: 'session_update' as const }),
    }
    host.sentRules = access
    host.isGreeted = true
    host.peer.send(encode({ type: 'status', payload }), false)
  }

  function vacate(): void {
    host = undefined
    isSnapshotRequested = false
  }

  return {
    get host() {
      return host
    },
    take(peer, knowsParts) {
      const previous = host
      host = {
        peer,
        knowsParts,
        isGreeted: false,
        hasWarned: false,
        answeredAt: new Map(),
        sentRules: undefined,
        isBehind: false,
        isAwaited: false,
      }
      previous?.peer.close(CLOSE.replaced, REPLACED)
      return host
    },
    welcome(needsSnapshot) {
      isSnapshotRequested = needsSnapshot
      send(needsSnapshot)
    },
    leave(leaving) {
      if (leaving !== host) return false
      vacate()
      return true
    },
    evict(code = CLOSE.replaced, reason = REPLACED) {
      const evicted = host
      if (!evicted) return false
      vacate()
      evicted.peer.close(code, reason)
      return true
    },
    get isSnapshotRequested() {
      return isSnapshotRequested
    },
    requestSnapshot(answer) {
      if (host && isSnapshotRequested && answer) send(false, answer)
      if (!host || isSnapshotRequested) return
      isSnapshotRequested = true
      send(true, answer)
    },
    snapshotReceived() {
      isSnapshotRequested = false
    },
    answer(receiver, answer) {
      // A mistake must not repeat a request that the host is answering.
      if (receiver === host) send(isSnapshotRequested && !isMistake(answer), answer)
    },
    sendStatusSoon() {
      statusTimer ??= setTimeout(() => {
        statusTimer = undefined
        send(false)
      })
    },
    heartbeat: () => send(isSnapshotRequested),
    close(code, reason) {
      clearTimeout(statusTimer)
      statusTimer = undefined
      host?.peer.close(code, reason)
      host = undefined
    },
  }
}
