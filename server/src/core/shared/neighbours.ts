import { randomId } from '@vue-sync/vue/protocol'
import type { Backplane, ListedViewer, Note } from './backplane.ts'
import { listViewers } from './listed-viewers.ts'
import type { Elsewhere, Session } from '../session/session.ts'

export interface NeighboursOptions {
  session: Session
  /** This node's name and interval. */
  backplane: Pick<Backplane, 'id' | 'interval'>
  note: (note: Note) => void
  /** Milliseconds; only their differences count. */
  now: () => number
}

/** What another node last said of itself. */
interface Neighbour {
  at: number
  viewers: number
  tokens: Record<string, number>
  hostSince: number | undefined
}

/** Who said nothing for so many intervals is gone. */
const MISSED_INTERVALS = 3
/** Between two messages about how many viewers are here. */
const COUNT_EVERY_MS = 50
/** In this time all others have said that they are here. */
const NEW_MS = 1000
/** How long the first viewer on a node waits for word of the host: nodes that are well answer in a few. */
const ANSWER_MS = 150

/** What the nodes of one session say of themselves: who has the host, and how many viewers. */
export class Neighbours {
  readonly #options: NeighboursOptions
  readonly #began: number
  readonly #known = new Map<string, Neighbour>()
  readonly #asked = new Map<string, (viewers: ListedViewer[]) => void>()
  #due: ReturnType<typeof setTimeout> | undefined
  #onHost: (() => void) | undefined

  constructor(options: NeighboursOptions) {
    this.#options = options
    this.#began = options.now()
  }

  /** Tells the others what is here. */
  say(): void {
    clearTimeout(this.#due)
    this.#due = undefined
    const { session, note } = this.#options
    note({
      type: 'here',
      viewers: session.viewerCount,
      tokens: Object.fromEntries(session.audience.countTokens()),
      hostSince: session.hasHost ? session.hostSince : undefined,
    })
  }

  /** A crowd that comes at once is told of once. */
  saySoon(): void {
    this.#due ??= setTimeout(() => this.say(), COUNT_EVERY_MS)
  }

  stop(): void {
    clearTimeout(this.#due)
    this.#options.note({ type: 'gone' })
  }

  /** A word of another node; `false` for what is about something else. */
  take(note: Note, from: string): boolean {
    switch (note.type) {
      case 'here':
        this.#known.set(from, { hostSince: undefined, ...note, at: this.#options.now() })
        this.refresh()
        return true
      case 'gone':
        this.#known.delete(from)
        this.refresh()
        return true
      case 'who':
        this.say()
        return true
      case 'list':
        this.#options.note({ type: 'listed', ask: note.ask, viewers: this.#listHere() })
        return true
      case 'listed':
        this.#asked.get(note.ask)?.(note.viewers)
        return true
      default:
        return false
    }
  }

  /** The host is at another node now, and at no other. */
  setHost(node: string): void {
    const known = this.#known.get(node) ?? { viewers: 0, tokens: {} }
    for (const neighbour of this.#known.values()) neighbour.hostSince = undefined
    this.#known.set(node, { ...known, at: this.#options.now(), hostSince: Date.now() })
    this.refresh()
  }

  /** Resolves when another node has said that it has the host, or has had its time to. */
  whenHost(): Promise<void> {
    if (this.#options.session.hostSince !== undefined) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ANSWER_MS)
      this.#onHost = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  /** Forgets who says nothing, and tells the session. */
  refresh(): void {
    const { session, backplane, now } = this.#options
    const oldest = now() - backplane.interval * MISSED_INTERVALS
    const tokens = new Map<string, number>()
    const elsewhere: Elsewhere = { viewers: 0, tokens }
    let hostSince: number | undefined
    for (const [id, neighbour] of this.#known) {
      if (neighbour.at < oldest) {
        this.#known.delete(id)
        continue
      }
      elsewhere.viewers += neighbour.viewers
      for (const [token, viewers] of Object.entries(neighbour.tokens))
        tokens.set(token, (tokens.get(token) ?? 0) + viewers)
      hostSince ??= neighbour.hostSince
    }
    session.takeElsewhere(elsewhere, hostSince)
    if (hostSince !== undefined) this.#onHost?.()
  }

  /** The viewers on all nodes that answer in time, in milliseconds. */
  async list(patience: number): Promise<ListedViewer[]> {
    const found = this.#listHere()
    // Who has just come does not know yet whom to wait for.
    const isNew = this.#options.now() - this.#began < NEW_MS
    let left = isNew ? Number.POSITIVE_INFINITY : this.#known.size
    if (left === 0) return found
    const ask = randomId()
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, patience)
      this.#asked.set(ask, (viewers) => {
        found.push(...viewers)
        if (--left > 0) return
        clearTimeout(timer)
        resolve()
      })
      this.#options.note({ type: 'list', ask })
    })
    this.#asked.delete(ask)
    return found
  }

  #listHere(): ListedViewer[] {
    const { session, backplane } = this.#options
    return listViewers(session, backplane.id)
  }
}
