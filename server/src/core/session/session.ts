import {
  type AccessRules,
  CLOSE,
  parseMessage,
  type Position,
  readAccess,
  readHeader,
  readName,
  type RelayStatus,
  samePosition,
  type StateMessage,
  type StatusMessage,
} from '@vue-sync/vue/protocol'
import { Access, type AccessOptions, type Pass } from '../access/session-access.ts'
import { Audience, type RelayPeer, type Viewer } from './audience.ts'
import type { KeptSession } from './saved-session.ts'
import { type Entry, Retained } from './retained.ts'
import { RelayStats } from './relay-stats.ts'
import { ViewerStatus } from './viewer-status.ts'

/** What a session is of itself, apart from its state. */
export type SessionAbout = Pick<KeptSession, 'name' | 'access'>

/** What happens in a session here, for who tells it to the other nodes. */
export interface SessionEvents {
  onHost: (isHere: boolean) => void
  onEntry: (entry: Entry) => void
  onAbout: (about: SessionAbout) => void
  onHash: (position: Position, hash: number) => void
  onCount: () => void
  /** A snapshot is wanted, and the host is not here. */
  onWant: () => void
}

/** What the other nodes have of a session. */
export interface Elsewhere {
  viewers: number
  /** Viewers by the id of the token that they came by. */
  tokens: ReadonlyMap<string, number>
}

export interface SessionOptions {
  /** Deltas kept for viewers that resume. */
  capacity: number
  /** Buffered bytes above which a viewer gets nothing more until it has drained. */
  highWaterMark: number
  /** A copy of its own: text as UTF-8, bytes as they are. */
  encode: (frame: string | Uint8Array) => Uint8Array
  /** Signs the tokens that the host issues. @default none are signed */
  sign?: AccessOptions['sign']
  /** What the host is told about the relay, apart from the count. */
  describe: () => Omit<RelayStatus, 'clientCount' | 'want' | 'tokens'>
  /** @default counts of its own */
  stats?: RelayStats
  warn: (text: string) => void
}

export interface Host {
  readonly peer: RelayPeer
  warned: boolean
}

/** What a relay needs to know of a state message. */
type Head = Pick<StateMessage, 'type' | 'epoch' | 'seq'>

const NOBODY: Elsewhere = { viewers: 0, tokens: new Map() }

/** One host, many viewers, and the retained state between them. Knows no socket, clock or server. */
export class Session {
  readonly #options: SessionOptions
  readonly #stats: RelayStats
  readonly #status: ViewerStatus
  #retained: Retained
  #host: Host | undefined
  /** The host was asked for a snapshot and has not sent one. */
  #asked = false
  #countDue: ReturnType<typeof setTimeout> | undefined
  #elsewhere: Elsewhere = NOBODY
  /** Since when another node has a host. */
  #hostElsewhere: number | undefined
  /** Who may view. */
  readonly access: Access
  readonly audience: Audience
  /** Who tells other nodes what happens here. @default nobody */
  events: SessionEvents | undefined

  constructor(options: SessionOptions) {
    this.#options = options
    this.#stats = options.stats ?? new RelayStats()
    this.#retained = new Retained(options.capacity)
    const sign = options.sign ?? (() => Promise.resolve(''))
    this.access = new Access({ sign, now: Date.now })
    this.#status = new ViewerStatus({
      head: () => this.#retained.head,
      encode: (message) => this.#encode(message),
    })
    this.audience = new Audience({
      highWaterMark: options.highWaterMark,
      retained: () => this.#retained,
      status: this.#status,
      access: this.access,
      stats: this.#stats,
      onCount: () => this.#countChanged(),
    })
  }

  /** On this node. */
  get viewerCount(): number {
    return this.audience.size
  }

  /** On all nodes. */
  get viewerCountOfAll(): number {
    return this.audience.size + this.#elsewhere.viewers
  }

  get hasHost(): boolean {
    return this.#host !== undefined
  }

  /** `undefined` while none is here or elsewhere. */
  get hostSince(): number | undefined {
    return this.#status.host === 'online' ? this.#status.since : undefined
  }

  get head(): Position | undefined {
    return this.#retained.head
  }

  get retainedBytes(): number {
    return this.#retained.bytes
  }

  /** Deltas held. */
  get retainedCount(): number {
    return this.#retained.count
  }

  get about(): SessionAbout {
    return { name: this.#status.name, access: this.access.rules }
  }

  /** Nobody would miss it now: no host, no viewer. */
  get isAbandoned(): boolean {
    return !this.#host && this.audience.size === 0
  }

  /** Nothing in it that anyone could miss. */
  get isEmpty(): boolean {
    return this.isAbandoned && !this.#retained.head && this.access.isDefault
  }

  /** @param position what the host says it has published, so that a relay that holds it asks for nothing */
  addHost(peer: RelayPeer, position: Position | undefined): Host {
    const host: Host = { peer, warned: false }
    const before = this.#host
    this.#host = host
    before?.peer.close(CLOSE.replaced, 'Another host took over')
    this.events?.onHost(true)
    this.#presenceChanged()
    this.#asked = !position || !samePosition(position, this.#retained.head)
    this.#tellHost(this.#asked)
    return host
  }

  /** A host that was replaced is gone already: its late events mean nothing. */
  removeHost(host: Host): void {
    if (host !== this.#host) return
    this.#host = undefined
    this.#asked = false
    this.events?.onHost(false)
    this.#presenceChanged()
  }

  /** A host on another node was let in after the one here. */
  replaceHost(): void {
    const host = this.#host
    if (!host) return
    this.#host = undefined
    this.#asked = false
    host.peer.close(CLOSE.replaced, 'Another host took over')
    this.#presenceChanged()
  }

  addViewer(peer: RelayPeer, position: Position | undefined, pass?: Pass): Viewer {
    return this.audience.add(peer, position, pass)
  }

  removeViewer(viewer: Viewer): void {
    this.audience.remove(viewer)
  }

  pump(viewer: Viewer): void {
    this.audience.pump(viewer)
  }

  /** A frame from a host. One that was replaced meanwhile is not heard. */
  receive(host: Host, frame: unknown): void {
    if (host !== this.#host) return
    this.#stats.messagesIn++
    this.#stats.bytesIn += (frame as string | Uint8Array).length
    this.publish(frame, host)
  }

  /** Takes a state message: text, or a binary frame of which only the header is read. */
  publish(frame: unknown, from?: Host): boolean {
    const began = performance.now()
    const message = this.#read(frame, from)
    if (!message) return false
    if (message.type === 'status') {
      this.#noteHash(message)
      this.#noteName(message)
      // From a host alone: nobody else may say who is let in.
      const rules = from && readAccess(message.payload.access)
      if (rules) this.#noteAccess(rules)
      return false
    }
    const { epoch, seq } = message
    const entry: Entry = {
      position: { epoch, seq },
      bytes: this.#options.encode(frame as string | Uint8Array),
      binary: typeof frame !== 'string',
      snapshot: message.type === 'session_update',
    }
    if (!this.#retained.take(entry)) {
      const { head } = this.#retained
      const known = head?.epoch === epoch && seq <= head.seq
      if (!known) this.ask()
      return known
    }
    if (entry.snapshot) this.#asked = false
    this.#stateChanged()
    this.#stats.onPublished?.(performance.now() - began)
    this.events?.onEntry(entry)
    if (this.#retained.isHeavy) this.ask()
    return true
  }

  /** A message that came by another node. `false` when something before it is missing here. */
  takeEntry(entry: Entry): boolean {
    if (!this.#retained.take(entry)) return false
    this.#stateChanged()
    return true
  }

  /** All that another node holds, in place of what is here. Who is up to date is sent no more than it lacks. */
  takeLog(entries: readonly Entry[]): void {
    const { head } = this.#retained
    const next = head && entries.findIndex(({ position }) => follows(position, head))
    if (next !== undefined && next >= 0)
      for (const entry of entries.slice(next)) this.#retained.take(entry)
    else this.#retained = new Retained(this.#options.capacity, entries)
    this.#stateChanged()
  }

  takeAbout({ name, access }: SessionAbout): void {
    // The same again must send nobody away who has come since.
    const isNew = access && JSON.stringify(access) !== JSON.stringify(this.access.rules)
    if (isNew) this.#takeAccess(access)
    if (name !== undefined) this.#takeName(name)
  }

  takeHash(position: Position, hash: number): boolean {
    if (!samePosition(position, this.#retained.head)) return false
    this.#status.setHash(hash)
    return true
  }

  /** @param hostSince when the host that another node has came, in milliseconds since 1970 */
  takeElsewhere(elsewhere: Elsewhere, hostSince: number | undefined): void {
    const isSame = sameElsewhere(elsewhere, this.#elsewhere)
    this.#elsewhere = elsewhere
    this.#hostElsewhere = hostSince
    this.#presenceChanged()
    if (!isSame) this.#tellCountSoon()
  }

  /** Whether these lead to the state that is here. */
  holds(entries: readonly Entry[]): boolean {
    const { head } = this.#retained
    const last = entries.at(-1)?.position
    return head === undefined || last === undefined ? head === last : samePosition(last, head)
  }

  /** Whether what is here is of the same host and later, or all there is. */
  isAheadOf(entries: readonly Entry[]): boolean {
    const { head } = this.#retained
    const last = entries.at(-1)?.position
    if (!head || !last) return head !== undefined
    return head.epoch === last.epoch && head.seq > last.seq
  }

  /** Whether these are of the same host and later. */
  isBehind(entries: readonly Entry[]): boolean {
    const { head } = this.#retained
    const last = entries.at(-1)?.position
    return last !== undefined && head?.epoch === last.epoch && head.seq < last.seq
  }

  /** All that another node must be given to hold as much; empty while there is no whole state. */
  log(): Entry[] {
    return this.#retained.log()
  }

  /** Asks the host for its whole state, wherever it is. */
  ask(): void {
    if (!this.#host) return this.events?.onWant()
    if (this.#asked) return
    this.#asked = true
    this.#tellHost(true)
  }

  /** Tells everyone that the connection lives. */
  heartbeat(): void {
    this.audience.tell()
    this.#tellHost(this.#asked)
  }

  /** What is to outlive the relay; `undefined` when that is nothing. */
  keep(): KeptSession | undefined {
    const entries = this.#retained.whole()
    return entries.length > 0 || this.access.rules ? { ...this.about, entries } : undefined
  }

  /** Before anyone is there. */
  restore({ entries, ...about }: KeptSession): void {
    this.takeAbout(about)
    this.takeLog(entries)
  }

  /** Forgets the state; viewers keep what they show. */
  drop(): void {
    this.#retained = new Retained(this.#options.capacity)
    this.#status.stateChanged()
  }

  close(code: number, reason: string): void {
    clearTimeout(this.#countDue)
    this.#countDue = undefined
    this.#host?.peer.close(code, reason)
    this.#host = undefined
    this.audience.close(code, reason)
  }

  #read(frame: unknown, from?: Host): StatusMessage | Head | undefined {
    if (frame instanceof Uint8Array) {
      const header = readHeader(frame)?.header
      if (header) return header as Head
    }
    return parseMessage(frame, (bad) => {
      if (from?.warned) return
      if (from) from.warned = true
      this.#options.warn(`Dropped a message from the host: bad ${bad}`)
    })
  }

  #stateChanged(): void {
    this.#status.stateChanged()
    this.audience.pumpAll()
  }

  /** The host's hash of its state goes out with the next heartbeat, if nothing has changed by then. */
  #noteHash(message: StatusMessage): void {
    const { hash } = message.payload
    const { head } = this.#retained
    if (typeof hash !== 'number' || !head || !samePosition(message, head)) return
    this.#status.setHash(hash)
    this.events?.onHash(head, hash)
  }

  #noteName({ payload }: StatusMessage): void {
    const name = readName(payload.name)
    if (name !== undefined && this.#takeName(name)) this.events?.onAbout(this.about)
  }

  #noteAccess(rules: AccessRules): void {
    this.#takeAccess(rules)
    this.events?.onAbout(this.about)
  }

  #takeName(name: string): boolean {
    if (name === this.#status.name) return false
    this.#status.setName(name)
    this.audience.tell()
    return true
  }

  #takeAccess(rules: AccessRules): void {
    void this.access.set(rules).then(() => this.#tellHost(false))
    this.audience.closeUnwanted()
  }

  #presenceChanged(): void {
    const isOnline = this.#host !== undefined || this.#hostElsewhere !== undefined
    const host = isOnline ? 'online' : 'offline'
    if (host === this.#status.host) return
    this.#status.setHost(host, this.#host ? undefined : this.#hostElsewhere)
    this.audience.tell()
  }

  #encode(message: StatusMessage): Uint8Array {
    return this.#options.encode(JSON.stringify(message))
  }

  #countChanged(): void {
    this.events?.onCount()
    this.#tellCountSoon()
  }

  /** A crowd that comes at once is told once: the host cares for the count, not for the steps. */
  #tellCountSoon(): void {
    this.#countDue ??= setTimeout(() => {
      this.#countDue = undefined
      this.#tellHost(false)
    })
  }

  /** How many viewers came by each token, on all nodes. */
  #tokens(): RelayStatus['tokens'] {
    const { signed } = this.access
    if (signed.length === 0) return undefined
    const here = this.audience.countTokens()
    const { tokens } = this.#elsewhere
    return signed.map(({ id, key }) => ({
      id,
      key,
      viewers: (here.get(id) ?? 0) + (tokens.get(id) ?? 0),
    }))
  }

  #tellHost(want: boolean): void {
    const tokens = this.#tokens()
    this.#host?.peer.send(
      this.#encode({
        type: 'status',
        payload: {
          ...this.#options.describe(),
          clientCount: this.viewerCountOfAll,
          ...(tokens && { tokens }),
          ...(want && { want: 'session_update' }),
        },
      }),
      false,
    )
  }
}

function sameElsewhere(a: Elsewhere, b: Elsewhere): boolean {
  if (a.viewers !== b.viewers || a.tokens.size !== b.tokens.size) return false
  return [...a.tokens].every(([id, viewers]) => b.tokens.get(id) === viewers)
}

function follows(position: Position, head: Position): boolean {
  return position.epoch === head.epoch && position.seq === head.seq + 1
}
