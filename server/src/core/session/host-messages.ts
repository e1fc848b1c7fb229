import {
  type AccessRules,
  type MessageHead,
  readHeader,
  readMessageHead,
  readName,
  samePosition,
  type StatusMessage,
} from '@vue-sync/vue/protocol'
import type { SessionAccess } from '../access/session-access.ts'
import type { Audience } from './audience.ts'
import type { Host, HostSeat } from './host-seat.ts'
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
  events: () => SessionEvents | undefined
  /** Called after each change of the retained state. */
  onState: () => void
  /** Called when the host may have begun or ceased to have changes that viewers lack. */
  onLagChange: () => void
  requestSnapshot: () => void
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
  const { onState, onLagChange, requestSnapshot } = options
  const info = (): SessionInfo => ({ name: status.name, access: access.rules })

  function read(frame: unknown, from?: Host): StatusMessage | MessageHead | undefined {
    if (frame instanceof Uint8Array) {
      const header = readHeader(frame)?.header
      if (header) return header as MessageHead
    }
    return readMessageHead(frame, (bad) => {
      if (from?.hasWarned) return
      if (from) from.hasWarned = true
      warn(`Dropped a message from the host: bad ${bad}`)
    })
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
    const answer = { ...(typeof change === 'number' && { change }), ...(problem && { problem }) }
    void access.whenSigned().then(() => seat.answer(from, answer))
  }

  function applyStatus(message: StatusMessage, from: Host | undefined): void {
    applyHash(message)
    if (setName(readName(message.payload.name))) events()?.onNameChange()
    const { behind } = message.payload
    if (from && typeof behind === 'boolean' && behind !== from.isBehind) {
      from.isBehind = behind
      onLagChange()
    }
    // Only a host may set access rules.
    if (from && 'access' in message.payload) receiveRules(message.payload, from)
  }

  return {
    get info() {
      return info()
    },
    publish(frame, from) {
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
      if (!retained.add(entry)) {
        const { head } = retained
        const isKnown = head?.epoch === epoch && seq <= head.seq
        if (!isKnown) requestSnapshot()
        return isKnown
      }
      if (entry.snapshot) seat.snapshotReceived()
      onState()
      if (from?.isAwaited) {
        from.isAwaited = false
        onLagChange()
      }
      stats.onPublished?.(performance.now() - began)
      events()?.onEntry(entry)
      if (retained.isHeavy) requestSnapshot()
      return true
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
