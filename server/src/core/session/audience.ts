import { CLOSE, type Position, samePosition } from '@vue-sync/vue/protocol'
import { type Access, MAIN_PASS, type Pass } from '../access/session-access.ts'
import type { Retained } from './retained.ts'
import type { RelayStats } from './relay-stats.ts'
import type { ViewerStatus } from './viewer-status.ts'

/** A connection as a session sees it. */
export interface RelayPeer {
  /** Gives what `buffered` is after it. */
  send: (bytes: Uint8Array, binary: boolean) => number
  close: (code: number, reason: string) => void
  /** Bytes accepted by `send` and not yet taken by the network. */
  buffered: () => number
}

/** A connected viewer: only where it is in the stream; what it misses is held once for all. */
export interface Viewer {
  readonly peer: RelayPeer
  readonly pass: Pass
  /** Unique on its relay. */
  readonly number: number
  /** Milliseconds since 1970. */
  readonly since: number
  position: Position | undefined
  /** Which status it was last sent. */
  told: number
  /** Bytes that were buffered after the last send: 0 needs no second look. */
  left: number
  /** Something was not sent to it because it was slow. */
  withheld: boolean
}

export interface AudienceOptions {
  /** Buffered bytes above which a viewer gets nothing more until it has drained. */
  highWaterMark: number
  retained: () => Retained
  status: ViewerStatus
  access: Access
  stats: RelayStats
  /** Someone came or went. */
  onCount: () => void
}

let count = 0

/** The viewers of one session. */
export class Audience {
  readonly #options: AudienceOptions
  readonly #viewers = new Set<Viewer>()
  /** Counts the statuses that every viewer is to be sent. */
  #statusNumber = 0
  #expiryDue: ReturnType<typeof setTimeout> | undefined

  constructor(options: AudienceOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#viewers.size
  }

  get bufferedBytes(): number {
    let bytes = 0
    for (const { peer } of this.#viewers) bytes += peer.buffered()
    return bytes
  }

  list(): readonly Viewer[] {
    return [...this.#viewers]
  }

  add(peer: RelayPeer, position: Position | undefined, pass = MAIN_PASS): Viewer {
    const viewer: Viewer = {
      peer,
      pass,
      number: ++count,
      since: Date.now(),
      position,
      told: -1,
      left: 0,
      withheld: false,
    }
    this.#viewers.add(viewer)
    if (pass.expires !== undefined) this.#awaitExpiry()
    if (position) this.#countResume(position)
    this.pump(viewer)
    this.#options.onCount()
    return viewer
  }

  remove(viewer: Viewer): void {
    if (this.#viewers.delete(viewer)) this.#options.onCount()
  }

  /** How many came by each token. */
  countTokens(): Map<string, number> {
    const counts = new Map<string, number>()
    for (const { pass } of this.#viewers) counts.set(pass.id, (counts.get(pass.id) ?? 0) + 1)
    return counts
  }

  /**
   * Sends a viewer what it lacks, as far as its buffer allows: on connect, on every message, and when it
   * has drained. A stalled viewer therefore costs its mark and one message, however long it stalls.
   */
  pump(viewer: Viewer): void {
    const { stats, highWaterMark, status } = this.#options
    const { peer } = viewer
    const retained = this.#options.retained()
    const { head } = retained
    // By identity where it can be: this runs for each viewer and message.
    while (viewer.position !== head) {
      if (viewer.left > 0 && peer.buffered() > highWaterMark) {
        viewer.withheld = true
        return
      }
      const entry = retained.next(viewer.position)
      if (!entry) break
      if (viewer.withheld) {
        viewer.withheld = false
        if (entry.snapshot) stats.conflations++
      }
      viewer.left = peer.send(entry.bytes, entry.binary)
      viewer.position = entry.position
      stats.messagesOut++
      stats.bytesOut += entry.bytes.length
    }
    if (viewer.told === this.#statusNumber) return
    viewer.told = this.#statusNumber
    const bytes = status.bytes(samePosition(viewer.position, head))
    peer.send(bytes, false)
    stats.messagesOut++
    stats.bytesOut += bytes.length
  }

  /** There is a message more. */
  pumpAll(): void {
    for (const viewer of this.#viewers) this.pump(viewer)
  }

  /** Sends everyone the status. */
  tell(): void {
    this.#statusNumber++
    this.pumpAll()
  }

  /** Whoever is let in no longer is told so at once. */
  closeUnwanted(): void {
    const { access, stats } = this.#options
    for (const viewer of this.#viewers) {
      const problem = access.problem(viewer.pass)
      if (problem === undefined) continue
      stats.reject(CLOSE.revoked)
      viewer.peer.close(CLOSE.revoked, problem)
      this.remove(viewer)
    }
  }

  /** Sends one away, who may come again. */
  kick(number: number): boolean {
    for (const viewer of this.#viewers) {
      if (viewer.number !== number) continue
      viewer.peer.close(CLOSE.sessionOver, 'Whoever runs the relay ended this connection')
      this.remove(viewer)
      return true
    }
    return false
  }

  close(code: number, reason: string): void {
    clearTimeout(this.#expiryDue)
    this.#expiryDue = undefined
    for (const { peer } of this.#viewers) peer.close(code, reason)
    this.#viewers.clear()
  }

  #countResume(position: Position): void {
    const { stats, retained } = this.#options
    const { head } = retained()
    if (samePosition(position, head)) stats.resumes.none++
    else if (retained().next(position)?.snapshot === false) stats.resumes.tail++
    else stats.resumes.full++
  }

  #awaitExpiry(): void {
    clearTimeout(this.#expiryDue)
    const wait = this.#options.access.wait([...this.#viewers].map(({ pass }) => pass))
    if (wait === undefined) return
    this.#expiryDue = setTimeout(() => {
      this.closeUnwanted()
      this.#awaitExpiry()
    }, wait)
  }
}
