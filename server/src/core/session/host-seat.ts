import {
  type AccessRules,
  CLOSE,
  type RelayStatus,
  type StatusMessage,
} from '@vue-sync/vue/protocol'
import type { RelayPeer } from './relay-peer.ts'

/** A connected host. */
export interface Host {
  readonly peer: RelayPeer
  /** A host that sends invalid messages is reported once. */
  hasWarned: boolean
  /** The access rules that it was last sent. */
  sentRules: AccessRules | undefined
  /** Whether it says that it has changes that it could not send. */
  isBehind: boolean
  /** Whether it has a state that is not the one here, and has sent nothing of it yet. */
  isAwaited: boolean
}

/** The answer to a host's change of the access rules. */
export type ChangeAnswer = Pick<RelayStatus, 'change' | 'problem'>

export interface HostSeatOptions {
  /** The status that the host receives, apart from the request for a snapshot. */
  status: () => Omit<RelayStatus, 'want' | 'access'>
  /** Replaced by another object when they change. */
  rules: () => AccessRules
  /**
   * Whether the status is complete. Until then nothing is sent, as viewer links would have no key. `heartbeat` must
   * be called afterwards.
   */
  isComplete: () => boolean
  encode: (message: StatusMessage) => Uint8Array
}

/** The place of the one host that a session has on this node, and what the relay sends to it. */
export interface HostSeat {
  /** `undefined` while no host is connected to this node. */
  readonly host: Host | undefined
  /** Seats a host, and closes the one that was seated. */
  take: (peer: RelayPeer) => Host
  /** Sends a new host its first status. */
  welcome: (needsSnapshot: boolean) => void
  /** Removes a host. Returns `false` when it was replaced before: its late events are ignored. */
  leave: (host: Host) => boolean
  /**
   * Closes the host. Returns `false` without a host. @default because another one connected to another node
   */
  evict: (code?: number, reason?: string) => boolean
  /** Requests a snapshot, unless one is requested already. */
  requestSnapshot: () => void
  snapshotReceived: () => void
  /** Sends the status with the answer to a change, and the rules that apply now. */
  answer: (host: Host, answer: ChangeAnswer) => void
  /** Sends one status for all changes of this turn: the host needs the count and not each step. */
  sendStatusSoon: () => void
  /** Repeats the status, with a request for a snapshot while one is missing. */
  heartbeat: () => void
  close: (code: number, reason: string) => void
}

const REPLACED = 'Another host took over'
/** A host with more queued bytes gets no status, as the next heartbeat repeats it. */
const MAX_QUEUED = 64 * 1024

export function createHostSeat({ status, rules, isComplete, encode }: HostSeatOptions): HostSeat {
  let host: Host | undefined
  let isSnapshotRequested = false
  let statusTimer: ReturnType<typeof setTimeout> | undefined

  function send(wantsSnapshot: boolean, answer?: ChangeAnswer): void {
    if (!host || !(answer || isComplete())) return
    // An answer is never dropped: the host waits for it.
    if (!answer && host.peer.buffered() > MAX_QUEUED) return
    const access = rules()
    const payload = {
      ...status(),
      ...((answer || host.sentRules !== access) && { access }),
      ...answer,
      ...(wantsSnapshot && { want: 'session_update' as const }),
    }
    host.sentRules = access
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
    take(peer) {
      const previous = host
      host = {
        peer,
        hasWarned: false,
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
    requestSnapshot() {
      if (!host || isSnapshotRequested) return
      isSnapshotRequested = true
      send(true)
    },
    snapshotReceived() {
      isSnapshotRequested = false
    },
    answer(receiver, answer) {
      if (receiver === host) send(isSnapshotRequested, answer)
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
