import {
  type AccessRules,
  type MessageHead,
  readHeader,
  readMessageHead,
  readName,
  readPart,
  samePosition,
  type StatusMessage,
} from '@vue-sync/vue/protocol'
import type { SessionAccess } from '../access/session-access.ts'
import type { Audience } from './audience.ts'
import { createHostParts, type HostParts } from './host-parts.ts'
import {
  codeOf,
  describeMistake,
  hasReservedKey,
  isDue,
  type Mistake,
  surelyDiffer,
} from './host-mistakes.ts'
import type { Host, HostAnswer, HostSeat } from './host-seat.ts'
import type { Entry, Retained } from './retained.ts'
import type { RelayStats } from './relay-stats.ts'
import type { SessionEvents } from './session-events.ts'
import type { SessionInfo } from './stored-session.ts'
import type { ViewerStatus } from './viewer-status.ts'

export interface HostMessagesOptions {
  /** Copies a frame into bytes that the relay owns. */
  encode: (frame: string | Uint8Array) => Uint8Array
  retained: Retained
  status: ViewerStatus
  access: SessionAccess
  audience: Audience
  seat: HostSeat
  stats: RelayStats
  /** Bytes of one message from a host. */
  limit: number
  events: () => SessionEvents | undefined
  /** Called after each change of the retained state. */
  onState: () => void
  /** Called when the host may have begun or ceased to have changes that viewers lack. */
  onLagChange: () => void
  /** @param answer what the host is sent with the request */
  requestSnapshot: (answer?: HostAnswer) => void
  warn: (text: string) => void
}

/** Applies what the host of a session sends, and what other nodes report of it. */
export interface HostMessages {
  readonly info: SessionInfo
  /**
   * Applies one frame. Of a binary frame only the header is read, of a long text frame only the outline.
   *
   * @param from the host that sent it; `undefined` for messages of the app around the relay, which may not
   * set access rules
   * @returns whether it was a state message that is now retained
   */
  publish: (frame: unknown, from?: Host) => boolean
  /** Applies one frame of a host, which may be a part of a message. */
  receive: (frame: unknown, from: Host) => void
  /** What the host sends in parts. */
  readonly parts: HostParts
  /** @param name `''` for a session without one; `undefined` changes nothing */
  setName: (name: string | undefined) => void
  /**
   * Merges access rules that another node or the storage has, and closes the viewers that they lock out. Other
   * nodes are not informed.
   */
  mergeRules: (rules: AccessRules | undefined) => void
  /** Must be called when the access rules have changed. Other nodes are informed. */
  rulesChanged: () => void
}

export function createHostMessages(options: HostMessagesOptions): HostMessages {
  const { encode, retained, status, access, audience, seat, stats, events, warn } = options
  const { onState, onLagChange, requestSnapshot, limit } = options
  const parts = createHostParts({
    limit,
    onExpect: retained.expect,
    sendReceipt: (receipt) => seat.host?.peer.send(encode(JSON.stringify(receipt)), false),
    onTooLarge(bytes) {
      const { host } = seat
      if (!host) return
      const reason = `The message has ${bytes} bytes, and this relay accepts ${limit} (--max-host-message)`
      if (isDue(host, 'too_large'))
        warn(
          `Refused a message from the host: ${bytes} bytes, the limit is ${limit} (--max-host-message)`,
        )
      // Always answered, because the host waits for a receipt of the first part.
      seat.answer(host, { error: { code: 'too_large', reason, limit } })
    },
    onMessage(frame, held, isHeldComplete) {
      publish(frame, seat.host)
      const isWhole = isHeldComplete && held.every((entry) => add(entry))
      if (!isWhole) requestLost()
    },
  })
  const info = (): SessionInfo => ({ name: status.name, access: access.rules })

  function read(frame: unknown, from?: Host): StatusMessage | MessageHead | undefined {
    if (frame instanceof Uint8Array) {
      const header = readHeader(frame)?.header
      if (header) return header as MessageHead
    }
    return readMessageHead(frame, (bad) => {
      answer(from, codeOf(bad), frame)
      if (from?.hasWarned) return
      if (from) from.hasWarned = true
      warn(`Dropped a message from the host: bad ${bad}`)
    })
  }

  /** Requests what the host has sent and the relay has dropped. Until it arrives, viewers lack it. */
  function requestLost(mistake?: HostAnswer): void {
    const { host } = seat
    if (host && !host.isAwaited) {
      host.isAwaited = true
      onLagChange()
    }
    requestSnapshot(mistake)
  }

  /** Answers a mistake in a frame, if one of its kind was not answered just before. */
  function answer(from: Host | undefined, mistake: Mistake, frame: unknown, seq?: number): void {
    if (!from || !isDue(from, mistake)) return
    const { error, isDelta } = describeMistake(mistake, frame, seq)
    // Otherwise viewers would show the state before the dropped change until the next one.
    if (isDelta) requestLost({ error })
    else seat.answer(from, { error })
  }

  /** Gives the mistake in the position of a message; `undefined` for none. The relay drops a message with a mistake. */
  function findPositionMistake(entry: Entry): Mistake | undefined {
    const { head } = retained
    const { epoch, seq } = entry.position
    if (epoch !== head?.epoch) return entry.snapshot ? undefined : 'gap'
    if (seq > head.seq) return entry.snapshot || seq === head.seq + 1 ? undefined : 'gap'
    if (!entry.snapshot || !retained.leadsToHead(entry.position)) return 'old_seq'
    const known = retained.snapshotAt(entry.position)
    return known && surelyDiffer(known, entry) ? 'changed_state' : undefined
  }

  /** The hash of the host's state goes out with the next heartbeat, unless the state changes before. */
  function applyHash(message: StatusMessage): void {
    const { hash } = message.payload
    const { head } = retained
    if (typeof hash !== 'number' || !head || !samePosition(message, head)) return
    status.setHash(hash)
    events()?.onHash(head, hash)
  }

  /** Returns whether the name has changed. */
  function setName(name: string | undefined): boolean {
    if (name === undefined || name === status.name) return false
    status.setName(name)
    audience.sendStatus()
    return true
  }

  /** Closes the viewers that the changed rules lock out, and informs other nodes. */
  function applyRules(): void {
    audience.closeRevoked()
    events()?.onAccessChange(access.rules!)
  }

  function rulesChanged(): void {
    applyRules()
    void access.whenSigned().then(seat.heartbeat)
  }

  /** Answers every change, so that a revocation cannot fail unnoticed. */
  function receiveRules({ access: sent, change }: StatusMessage['payload'], from: Host): void {
    const result = access.receive(sent)
    const problem = typeof result === 'object' ? result : undefined
    if (problem) {
      if (!from.hasWarned)
        warn(`A change of access was refused: ${problem.field}. ${problem.reason}`)
      from.hasWarned = true
    } else if (result) applyRules()
    const answer: HostAnswer = {
      ...(typeof change === 'number' && { change }),
      // Hosts before 0.2 read only `problem`.
      ...(problem && { problem, error: { code: 'bad_access', ...problem } }),
    }
    void access.whenSigned().then(() => seat.answer(from, answer))
  }

  function applyStatus(message: StatusMessage, from: Host | undefined): void {
    applyHash(message)
    const { name, behind } = message.payload
    if (setName(name === null ? '' : readName(name))) events()?.onNameChange()
    if (from && typeof behind === 'boolean' && behind !== from.isBehind) {
      from.isBehind = behind
      onLagChange()
    }
    // Only a host may set access rules.
    if (from && 'access' in message.payload) receiveRules(message.payload, from)
  }

  /** Returns `false` when a message before it is missing. */
  function add(entry: Entry, began = performance.now()): boolean {
    if (!retained.add(entry)) return false
    if (entry.snapshot) seat.snapshotReceived()
    onState()
    stats.onPublished?.(performance.now() - began)
    if (samePosition(entry.position, retained.head)) events()?.onEntry(entry)
    else events()?.onLateSnapshot()
    if (retained.isHeavy) requestSnapshot()
    return true
  }

  function publish(frame: unknown, from?: Host): boolean {
    const began = performance.now()
    const message = read(frame, from)
    if (!message) return false
    if (message.type === 'status') {
      applyStatus(message, from)
      return false
    }
    const { epoch, seq } = message
    const entry: Entry = {
      position: { epoch, seq },
      bytes: encode(frame as string | Uint8Array),
      binary: typeof frame !== 'string',
      snapshot: message.type === 'session_update',
    }
    const mistake = findPositionMistake(entry)
    if (mistake) {
      if (mistake === 'gap' && parts.hold(entry)) return false
      // A late message on a connection whose snapshot is on its way is no mistake.
      if (mistake !== 'gap' || !seat.isSnapshotRequested) answer(from, mistake, undefined, seq)
      if (mistake === 'gap') requestLost()
      // The host has answered, and would answer the same again.
      else if (entry.snapshot) seat.snapshotReceived()
      return mistake === 'old_seq' && !entry.snapshot
    }
    // The parts of a message that the host has given up never come, and requests would wait for them.
    if (entry.snapshot) parts.keepOnly(epoch)
    add(entry, began)
    if (from?.isAwaited) {
      from.isAwaited = false
      onLagChange()
    }
    if (retained.lacksSnapshot) answer(from, 'no_snapshot', undefined)
    if (from && hasReservedKey(frame)) answer(from, 'reserved_key', undefined, seq)
    return true
  }

  return {
    get info() {
      return info()
    },
    parts,
    publish,
    receive(frame, from) {
      const part = frame instanceof Uint8Array ? readPart(frame) : undefined
      if (part) parts.receive(part.header, part.slice)
      else publish(frame, from)
    },
    setName: (name) => void setName(name),
    mergeRules(rules) {
      if (!rules || !access.merge(rules)) return
      audience.closeRevoked()
      void access.whenSigned().then(seat.heartbeat)
    },
    rulesChanged,
  }
}
