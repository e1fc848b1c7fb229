import {
  MOST_BYTES,
  NO_RULES,
  type Position,
  type RelayStatus,
  samePosition,
  type StatusMessage,
  type ViewerToken,
} from '@vue-sync/vue/protocol'
import {
  createSessionAccess,
  type SessionAccess,
  type SessionAccessOptions,
} from '../access/session-access.ts'
import { type Audience, createAudience, type Viewer } from './audience.ts'
import { createHostMessages } from './host-messages.ts'
import { createHostSeat, type Host, type HostAnswer } from './host-seat.ts'
import { isEncryptedEntry } from './encrypted-entry.ts'
import { createInfoWeight } from './info-weight.ts'
import type { RelayPeer } from './relay-peer.ts'
import { createRelayStats, type RelayStats } from './relay-stats.ts'
import { createRetained, type Entry } from './retained.ts'
import type { SessionEvents } from './session-events.ts'
import { createSessionPresence, type RemotePresence } from './session-presence.ts'
import type { SessionInfo, StoredSession } from './stored-session.ts'
import { createViewerStatus } from './viewer-status.ts'

export interface SessionOptions {
  /** Deltas held for viewers that resume. */
  capacity: number
  /** Buffered bytes above which a viewer receives nothing more until it has drained. */
  highWaterMark: number
  /** Copies a frame into bytes that the relay owns: text as UTF-8, bytes as they are. */
  encode: (frame: string | Uint8Array) => Uint8Array
  /** Signs the tokens that the host issues. @default tokens get no key */
  sign?: SessionAccessOptions['sign']
  /** What the host's status says about the relay, apart from the viewers. */
  describe: () => Omit<RelayStatus, 'clientCount' | 'want' | 'tokens'>
  /** @default counters of this session */
  stats?: RelayStats
  /** Bytes of one message from a host. @default 16777216 */
  limit?: number
  /** Whether everybody may read the state. @default false */
  isPublic?: boolean
  warn: (text: string) => void
}

/** One host, many viewers, and the retained state between them. Knows no socket and no server. */
export interface Session {
  readonly access: SessionAccess
  readonly audience: Audience
  /** Informs other nodes. @default undefined */
  events: SessionEvents | undefined
  /** Viewers on this node. */
  readonly viewerCount: number
  /** Viewers on all nodes. */
  readonly totalViewerCount: number
  /** Whether a host is connected to this node. */
  readonly hasHost: boolean
  /** Whether the host on this node has changes that viewers lack. */
  readonly isHostBehind: boolean
  /** When the host connected to any node, in milliseconds since 1970; `undefined` without one. */
  readonly hostSince: number | undefined
  readonly head: Position | undefined
  /** Whether only viewers with the secret of the link can read its messages. */
  readonly isEncrypted: boolean
  /** The position of the retained snapshot. */
  readonly snapshot: Position | undefined
  /** The bytes of the state, and an estimate for the name and the access rules. */
  readonly retainedBytes: number
  readonly retainedDeltas: number
  readonly info: SessionInfo
  /** Whether neither a host nor a viewer is connected to this node. */
  readonly isAbandoned: boolean
  /** Whether it is abandoned and holds neither state nor access rules. */
  readonly isEmpty: boolean
  /** @param position what the host says it has published; a relay that holds it requests no snapshot */
  addHost: (peer: RelayPeer, position: Position | undefined, knowsParts?: boolean) => Host
  /** Does nothing for a host that was replaced. */
  removeHost: (host: Host) => void
  /** Closes the host on this node. @default because a later one connected to another node */
  evictHost: (code?: number, reason?: string) => void
  addViewer: Audience['add']
  removeViewer: (viewer: Viewer) => void
  pump: (viewer: Viewer) => void
  /** Applies what a viewer says about the parts that have arrived. */
  confirm: Audience['confirm']
  /** Applies a frame from a host. Ignores a host that was replaced. */
  receive: (host: Host, frame: unknown) => void
  /** Applies a state message of the app around the relay. Returns `false` for anything else. */
  publish: (frame: unknown) => boolean
  /** Applies a message that reached another node. Returns `false` when a message before it is missing. */
  applyEntry: (entry: Entry) => boolean
  /** Replaces the state by the log of another node. Viewers receive only what they lack. */
  applyLog: (entries: readonly Entry[]) => void
  /** Applies a name, and merges access rules. Other nodes are not informed. */
  applyInfo: (info: SessionInfo) => void
  /**
   * Adds a token for viewers that typed a short code. Resolves to its key, or to `undefined` when the session has
   * no space for another token.
   */
  admit: (token: ViewerToken) => Promise<string | undefined>
  /** Applies the host's hash of the state at `position`, unless the head is another one. */
  applyHash: (position: Position, hash: number) => void
  setRemotePresence: (presence: RemotePresence) => void
  /** All messages that another node needs to hold as much. Empty without a snapshot. */
  log: () => Entry[]
  /** Requests a snapshot from the host, on whichever node it is. */
  requestSnapshot: () => void
  /** Sends the status to the host and to all viewers. */
  heartbeat: () => void
  /** Closes viewers that take no bytes. Called more often than the heartbeat, so that they are noticed in time. */
  closeStalled: () => void
  /** What to store of it; `undefined` when it holds neither state nor access rules. */
  toStored: () => StoredSession | undefined
  /** Must be called before anyone connects. */
  restore: (stored: StoredSession) => void
  /** Forgets the state. Viewers keep what they show. */
  dropState: () => void
  /** Closes every connection. */
  close: (code: number, reason: string) => void
}

export function createSession(options: SessionOptions): Session {
  const { stats = createRelayStats(), limit = MOST_BYTES, isPublic = false } = options
  const retained = createRetained(options.capacity, (...args) => audience.lowestSeq(...args))
  const infoBytes = createInfoWeight()
  const access = createSessionAccess({
    sign: options.sign ?? (() => Promise.resolve('')),
    now: Date.now,
  })
  const encode = (message: StatusMessage): Uint8Array => options.encode(JSON.stringify(message))
  const status = createViewerStatus({ head: () => retained.head, encode, limit })
  const presence = createSessionPresence({
    seat: () => seat,
    audience: () => audience,
    status,
    access,
    hasState: () => retained.head !== undefined,
    isCacheable: () => isPublic || session.isEncrypted,
    describe: options.describe,
  })
  const seat = createHostSeat({
    status: presence.hostStatus,
    rules: () => access.rules ?? NO_RULES,
    isComplete: () => access.isSigned,
    encode,
    limit,
    isSnapshotArriving: () => messages.parts.isSnapshotArriving,
  })
  const audience = createAudience({
    highWaterMark: options.highWaterMark,
    retained,
    status,
    access,
    stats,
    onCountChange() {
      session.events?.onCountChange()
      seat.sendStatusSoon()
    },
  })
  const messages = createHostMessages({
    ...options,
    retained,
    status,
    access,
    audience,
    seat,
    stats,
    limit,
    events: () => session.events,
    onState: stateChanged,
    onLagChange: lagChanged,
    requestSnapshot,
  })

  function stateChanged(): void {
    status.headChanged()
    audience.pumpAll()
  }

  function lagChanged(): void {
    session.events?.onLagChange()
    presence.hostChanged()
  }

  function requestSnapshot(answer?: HostAnswer): void {
    if (seat.host) seat.requestSnapshot(answer)
    else session.events?.onSnapshotNeeded()
  }

  const session: Session = {
    access,
    audience,
    events: undefined,
    get viewerCount() {
      return audience.size
    },
    get totalViewerCount() {
      return presence.viewers
    },
    get hasHost() {
      return seat.host !== undefined
    },
    get isHostBehind() {
      return presence.isBehind
    },
    get hostSince() {
      return status.host === 'online' ? status.since : undefined
    },
    get head() {
      return retained.head
    },
    get isEncrypted() {
      const entry = retained.next(undefined)
      return entry !== undefined && isEncryptedEntry(entry)
    },
    get snapshot() {
      return retained.snapshot
    },
    get retainedBytes() {
      return retained.bytes + messages.parts.bytes + infoBytes(messages.info)
    },
    get retainedDeltas() {
      return retained.deltaCount
    },
    get info() {
      return messages.info
    },
    get isAbandoned() {
      return !seat.host && audience.size === 0
    },
    get isEmpty() {
      return session.isAbandoned && !retained.head && !access.rules
    },
    addHost(peer, position, knowsParts = false) {
      messages.parts.drop()
      const host = seat.take(peer, knowsParts)
      const isKnown = position !== undefined && samePosition(position, retained.head)
      host.isAwaited = !isKnown
      // First, because the event announces since when there is a host.
      presence.hostChanged()
      session.events?.onHostChange(true, position?.epoch)
      seat.welcome(!isKnown)
      return host
    },
    removeHost(host) {
      if (!seat.leave(host)) return
      messages.parts.drop()
      session.events?.onHostChange(false)
      presence.hostChanged()
    },
    evictHost(code, reason) {
      if (!seat.evict(code, reason)) return
      messages.parts.drop()
      presence.hostChanged()
    },
    addViewer: audience.add,
    removeViewer: audience.remove,
    pump: audience.pump,
    confirm: audience.confirm,
    receive(host, frame) {
      if (host !== seat.host) return
      stats.messagesIn++
      stats.bytesIn += (frame as string | Uint8Array).length
      messages.receive(frame, host)
    },
    publish: (frame) => messages.publish(frame),
    applyEntry(entry) {
      if (!retained.add(entry)) return false
      stateChanged()
      return true
    },
    applyLog(entries) {
      retained.replace(entries)
      stateChanged()
    },
    applyInfo({ name, access: rules }) {
      messages.mergeRules(rules)
      messages.setName(name)
    },
    admit(token) {
      const before = access.rules
      const key = access.admit(token)
      if (access.rules !== before) messages.rulesChanged()
      return key
    },
    applyHash(position, hash) {
      if (samePosition(position, retained.head)) status.setHash(hash)
    },
    setRemotePresence: presence.setRemote,
    log: retained.log,
    requestSnapshot: () => requestSnapshot(),
    closeStalled: audience.closeStalled,
    heartbeat() {
      audience.sendStatus()
      seat.heartbeat()
    },
    toStored() {
      const entries = retained.fromSnapshot()
      if (entries.length === 0 && !access.rules) return undefined
      return { ...messages.info, entries }
    },
    restore({ entries, ...info }) {
      session.applyInfo(info)
      session.applyLog(entries)
    },
    dropState() {
      retained.clear()
      status.headChanged()
    },
    close(code, reason) {
      messages.parts.drop()
      seat.close(code, reason)
      audience.close(code, reason)
    },
  }
  return session
}
