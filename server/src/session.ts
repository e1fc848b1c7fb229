import {
  type AccessRules,
  CLOSE,
  type HostPresence,
  parseMessage,
  type Position,
  readAccess,
  readHeader,
  readName,
  type RelayStatus,
  samePosition,
  type StateMessage,
  type StatusMessage,
} from 'vue-sync/protocol'
import { Access, type AccessOptions, MAIN_PASS, type Pass } from './access.ts'
import type { KeptSession } from './kept-session.ts'
import { Retained } from './retained.ts'

/** A connection as a session sees it. */
export interface RelayPeer {
  /** Gives what `buffered` is after it. */
  send: (bytes: Uint8Array, binary: boolean) => number
  close: (code: number, reason: string) => void
  /** Bytes accepted by `send` and not yet taken by the network. */
  buffered: () => number
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
  warn: (text: string) => void
}

/** A connected viewer: only where it is in the stream; what it misses is held once for all. */
export interface Viewer {
  readonly peer: RelayPeer
  readonly pass: Pass
  position: Position | undefined
  /** Which status it was last sent. */
  told: number
  /** Bytes that were buffered after the last send: 0 needs no second look. */
  left: number
}

export interface Host {
  readonly peer: RelayPeer
  warned: boolean
}

/** What a relay needs to know of a state message. */
type Head = Pick<StateMessage, 'type' | 'epoch' | 'seq'>

/** One host, many viewers, and the retained state between them. Knows no socket, clock or server. */
export class Session {
  readonly #options: SessionOptions
  #retained: Retained
  readonly #viewers = new Set<Viewer>()
  #host: Host | undefined
  #presence: HostPresence = { host: 'offline', since: Date.now() }
  /** The host was asked for a snapshot and has not sent one. */
  #asked = false
  /** Counts the statuses that every viewer is to be sent. */
  #statusNumber = 0
  #statusBytes: Uint8Array | undefined
  /** Of the state at the head. */
  #hash: number | undefined
  /** What the host calls the session: stays when the host goes, and when the next says none. */
  #name: string | undefined
  #countDue: ReturnType<typeof setTimeout> | undefined
  #expiryDue: ReturnType<typeof setTimeout> | undefined
  /** Who may view. */
  readonly access: Access

  constructor(options: SessionOptions) {
    this.#options = options
    this.#retained = new Retained(options.capacity)
    const sign = options.sign ?? (() => Promise.resolve(''))
    this.access = new Access({ sign, now: Date.now })
  }

  get viewerCount(): number {
    return this.#viewers.size
  }

  get retainedBytes(): number {
    return this.#retained.bytes
  }

  /** Nobody would miss it now: no host, no viewer. */
  get isAbandoned(): boolean {
    return !this.#host && this.#viewers.size === 0
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
    if (this.#presence.host === 'offline') this.#setPresence('online')
    this.#asked = !position || !samePosition(position, this.#retained.head)
    this.#tellHost(this.#asked)
    return host
  }

  /** A host that was replaced is gone already: its late events mean nothing. */
  removeHost(host: Host): void {
    if (host !== this.#host) return
    this.#host = undefined
    this.#asked = false
    this.#setPresence('offline')
  }

  addViewer(peer: RelayPeer, position: Position | undefined, pass = MAIN_PASS): Viewer {
    const viewer: Viewer = { peer, pass, position, told: -1, left: 0 }
    this.#viewers.add(viewer)
    if (pass.expires !== undefined) this.#awaitExpiry()
    this.pump(viewer)
    this.#countChanged()
    return viewer
  }

  removeViewer(viewer: Viewer): void {
    if (this.#viewers.delete(viewer)) this.#countChanged()
  }

  /** A frame from a host. One that was replaced meanwhile is not heard. */
  receive(host: Host, frame: unknown): void {
    if (host === this.#host) this.publish(frame, host)
  }

  /** Takes a state message: text, or a binary frame of which only the header is read. */
  publish(frame: unknown, from?: Host): boolean {
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
    const binary = typeof frame !== 'string'
    const bytes = this.#options.encode(frame as string | Uint8Array)
    const entry = { position: { epoch, seq }, bytes, binary }
    if (message.type === 'session_update') {
      this.#retained.takeSnapshot(entry)
      this.#asked = false
    } else if (!this.#retained.takeDelta(entry)) {
      const { head } = this.#retained
      const known = head?.epoch === epoch && seq <= head.seq
      if (!known) this.#ask()
      return known
    }
    this.#statusBytes = this.#hash = undefined
    for (const viewer of this.#viewers) this.pump(viewer)
    if (this.#retained.isHeavy) this.#ask()
    return true
  }

  /**
   * Sends a viewer what it lacks, as far as its buffer allows: on connect, on every message, and when it
   * has drained. A stalled viewer therefore costs its mark and one message, however long it stalls.
   */
  pump(viewer: Viewer): void {
    const { peer } = viewer
    const { head } = this.#retained
    // By identity where it can be: this runs for each viewer and message.
    while (viewer.position !== head) {
      if (viewer.left > 0 && peer.buffered() > this.#options.highWaterMark) return
      const entry = this.#retained.next(viewer.position)
      if (!entry) break
      viewer.left = peer.send(entry.bytes, entry.binary)
      viewer.position = entry.position
    }
    if (viewer.told === this.#statusNumber) return
    viewer.told = this.#statusNumber
    // Who is not up to date (what it lacks is not here) must not be told a position: it would take that
    // for a gap.
    peer.send(this.#viewerStatus(samePosition(viewer.position, head)), false)
  }

  /** Tells everyone that the connection lives. */
  heartbeat(): void {
    this.#tellViewers()
    this.#tellHost(this.#asked)
  }

  /** What is to outlive the relay; `undefined` when that is nothing. */
  keep(): KeptSession | undefined {
    const { rules } = this.access
    const entries = this.#retained.whole()
    return entries.length > 0 || rules ? { name: this.#name, access: rules, entries } : undefined
  }

  /** Before anyone is there. */
  restore({ name, access, entries: [snapshot, ...deltas] }: KeptSession): void {
    this.#name = name
    if (access) this.#noteAccess(access)
    if (snapshot) this.#retained.takeSnapshot(snapshot)
    for (const delta of deltas) this.#retained.takeDelta(delta)
  }

  /** Forgets the state; viewers keep what they show. */
  drop(): void {
    this.#retained = new Retained(this.#options.capacity)
    this.#statusBytes = this.#hash = undefined
  }

  close(code: number, reason: string): void {
    clearTimeout(this.#countDue)
    clearTimeout(this.#expiryDue)
    this.#countDue = this.#expiryDue = undefined
    this.#host?.peer.close(code, reason)
    for (const { peer } of this.#viewers) peer.close(code, reason)
    this.#host = undefined
    this.#viewers.clear()
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

  /** The host's hash of its state goes out with the next heartbeat, if nothing has changed by then. */
  #noteHash(message: StatusMessage): void {
    const { hash } = message.payload
    if (typeof hash !== 'number' || !samePosition(message, this.#retained.head)) return
    this.#hash = hash
    this.#statusBytes = undefined
  }

  #noteName({ payload }: StatusMessage): void {
    const name = readName(payload.name)
    if (name === undefined || name === this.#name) return
    this.#name = name
    this.#tellViewers()
  }

  #noteAccess(rules: AccessRules): void {
    void this.access.set(rules).then(() => this.#tellHost(false))
    this.#closeUnwanted()
  }

  /** Whoever is let in no longer is told so at once. */
  #closeUnwanted(): void {
    for (const viewer of this.#viewers) {
      const problem = this.access.problem(viewer.pass)
      if (problem === undefined) continue
      viewer.peer.close(CLOSE.revoked, problem)
      this.removeViewer(viewer)
    }
  }

  #awaitExpiry(): void {
    clearTimeout(this.#expiryDue)
    const wait = this.access.wait([...this.#viewers].map(({ pass }) => pass))
    if (wait === undefined) return
    this.#expiryDue = setTimeout(() => {
      this.#closeUnwanted()
      this.#awaitExpiry()
    }, wait)
  }

  /** How many viewers came by each token. */
  #tokens(): RelayStatus['tokens'] {
    const { signed } = this.access
    if (signed.length === 0) return undefined
    const counts = new Map<string, number>()
    for (const { pass } of this.#viewers) counts.set(pass.id, (counts.get(pass.id) ?? 0) + 1)
    return signed.map(({ id, key }) => ({ id, key, viewers: counts.get(id) ?? 0 }))
  }

  #setPresence(host: HostPresence['host']): void {
    this.#presence = { host, since: Date.now() }
    this.#tellViewers()
  }

  #tellViewers(): void {
    this.#statusNumber++
    this.#statusBytes = undefined
    for (const viewer of this.#viewers) this.pump(viewer)
  }

  /** Encoded once for all viewers; a message in between changes the position it states. */
  #viewerStatus(current: boolean): Uint8Array {
    if (current && this.#statusBytes) return this.#statusBytes
    const presence = { ...this.#presence, ...(this.#name !== undefined && { name: this.#name }) }
    if (!current) return this.#encode({ type: 'status', payload: presence })
    this.#statusBytes = this.#encode({
      type: 'status',
      ...this.#retained.head,
      payload: { ...presence, ...(this.#hash !== undefined && { hash: this.#hash }) },
    })
    return this.#statusBytes
  }

  #encode(message: StatusMessage): Uint8Array {
    return this.#options.encode(JSON.stringify(message))
  }

  #ask(): void {
    if (this.#asked) return
    this.#asked = this.#host !== undefined
    this.#tellHost(true)
  }

  /** A crowd that comes at once is told once: the host cares for the count, not for the steps. */
  #countChanged(): void {
    this.#countDue ??= setTimeout(() => {
      this.#countDue = undefined
      this.#tellHost(false)
    })
  }

  #tellHost(want: boolean): void {
    const tokens = this.#tokens()
    this.#host?.peer.send(
      this.#encode({
        type: 'status',
        payload: {
          ...this.#options.describe(),
          clientCount: this.#viewers.size,
          ...(tokens && { tokens }),
          ...(want && { want: 'session_update' }),
        },
      }),
      false,
    )
  }
}
