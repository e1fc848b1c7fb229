import type { Position } from '@vue-sync/vue/protocol'
import type { Backplane, BackplaneMessage, ListedViewer, Log, Mark, Note } from './backplane.ts'
import { Neighbours } from './neighbours.ts'
import type { Entry } from '../session/retained.ts'
import type { Session, SessionAbout, SessionEvents } from '../session/session.ts'

export interface SharedSessionOptions {
  name: string
  session: Session
  backplane: Backplane
  /** Milliseconds; only their differences count. */
  now: () => number
}

/** How often in a row a log is loaded that changes at once again. */
const MOST_LOADS = 8

/**
 * One session as it is on all nodes. What its host here says is served here at once and then put into the
 * log; what is in the log from others is served here in its order. Whatever goes wrong in between ends in
 * one of two ways: who has the host replaces the log, and everyone else takes it.
 */
export class SharedSession implements SessionEvents {
  readonly #options: SharedSessionOptions
  /** The place in the log up to which this session has it. */
  #mark: Mark | undefined
  /** Of the host here, once the others know of it. */
  #term: number | undefined
  /** The highest that was heard of. */
  #highest = 0
  #claims = 0
  /** The connection of the host here. */
  #holder = ''
  #since = 0
  #pushes = 0
  /** Something here did not get into the log. */
  #isLogBehind = false
  #loading: Promise<void> | undefined
  /** What came while the log was loaded. */
  #waiting: BackplaneMessage[] = []
  readonly #neighbours: Neighbours
  #isLeft = false
  /** Closes the session here; told by any node. @default nothing */
  onClose: ((code: number, reason: string) => void) | undefined
  /** What is kept has been taken, or cannot be reached. */
  readonly ready: Promise<void>
  isReady = false

  constructor(options: SharedSessionOptions) {
    this.#options = options
    const { session, backplane, now } = options
    session.events = this
    const note = (said: Note): void => this.#note(said)
    this.#neighbours = new Neighbours({ session, backplane, now, note })
    this.ready = this.#join().finally(() => (this.isReady = true))
  }

  get isHealthy(): boolean {
    return this.#options.backplane.isHealthy
  }

  onHost(isHere: boolean): void {
    this.#claims++
    this.#term = undefined
    this.#since = this.#options.backplane.now()
    this.#holder = `${this.#options.backplane.id}.${this.#claims}`
    if (isHere) void this.#claim()
    this.#neighbours.say()
  }

  onEntry(entry: Entry): void {
    const { backplane, name, session } = this.#options
    const term = this.#term ?? (session.hasHost ? undefined : this.#highest)
    // Not known to the others yet: the claim ends with all of the state.
    if (term === undefined) return void (this.#isLogBehind = true)
    const pushes = this.#pushes
    backplane.append(name, { term, entry, keep: session.retainedCount }).then(
      (outcome) => {
        if (outcome === 'stale') this.#refused(term)
        // What was sent before all of the state was does not matter any more.
        else if (outcome === 'gap' && pushes === this.#pushes) this.#push()
      },
      () => (this.#isLogBehind = true),
    )
  }

  onAbout(about: SessionAbout): void {
    const { backplane, name } = this.#options
    if (this.#term !== undefined) backplane.describe(name, this.#term, about).catch(() => {})
  }

  onHash(position: Position, hash: number): void {
    this.#note({ type: 'hash', position, hash })
  }

  onCount(): void {
    this.#neighbours.saySoon()
  }

  onWant(): void {
    this.#note({ type: 'want' })
  }

  /** Once in each interval: says what is here, forgets who says nothing, and looks for what was missed. */
  tick(): void {
    this.#neighbours.say()
    this.#neighbours.refresh()
    void this.#settle()
  }

  /** The others can be reached again, and much may have been missed. */
  async heal(): Promise<void> {
    const { backplane, name, session } = this.#options
    try {
      await backplane.subscribe(name, this.#take)
      if (this.#isLeft) return
      this.#note({ type: 'who' })
      this.#neighbours.say()
      if (session.hasHost) await this.#claim()
      else await this.#settle()
    } catch {
      // Gone again: this comes again, too.
    }
  }

  /** The viewers on all nodes that answer in time, in milliseconds. */
  list(patience: number): Promise<ListedViewer[]> {
    return this.#neighbours.list(patience)
  }

  /** Sends one viewer away, wherever it is. */
  kick(viewer: string): void {
    this.#note({ type: 'kick', viewer })
  }

  /** This node has nothing to do with it any more. */
  leave(): void {
    this.#isLeft = true
    this.#neighbours.stop()
    this.#options.session.events = undefined
    this.#options.backplane.unsubscribe(this.#options.name)
  }

  async #join(): Promise<void> {
    const { backplane, name } = this.#options
    try {
      await backplane.subscribe(name, this.#take)
      if (this.#isLeft) return
      this.#note({ type: 'who' })
      await this.#load()
      // Viewers are not told first that there is none.
      if (this.#highest > 0) await this.#neighbours.whenHost()
    } catch {
      // `heal` comes when they can be reached.
    }
  }

  /** A host is here: the others let theirs go, unless a later one came to them. */
  async #claim(): Promise<void> {
    const { backplane, name, session } = this.#options
    const holder = this.#holder
    try {
      const claim = { holder, term: this.#term, since: this.#since }
      const given = await backplane.claim(name, claim)
      if (holder !== this.#holder || !session.hasHost) return
      if (given === undefined || given < this.#highest) return this.#superseded()
      this.#term = this.#highest = given
      const { name: title, access } = session.about
      if (title !== undefined || access) this.onAbout(session.about)
      await this.#settle()
    } catch {
      // `heal` claims again.
    }
  }

  /** What was said with this term came too late. The host here gives way only if it was its own. */
  #refused(term: number): void {
    if (term === this.#term) return this.#superseded()
    this.#mark = undefined
    this.#look()
  }

  #superseded(): void {
    this.#loseHost()
    this.#mark = undefined
    this.#look()
  }

  #loseHost(): void {
    this.#term = undefined
    this.#isLogBehind = false
    this.#options.session.replaceHost()
    this.#neighbours.say()
  }

  /** Either the log gets what is here, or the other way round. */
  #settle(): Promise<void> {
    if (this.#isLogBehind && this.#term !== undefined) this.#push()
    return this.#load()
  }

  readonly #take = (message: BackplaneMessage): void => {
    if (this.#isLeft) return
    const { backplane, session } = this.#options
    const isOwn = message.from === backplane.id
    switch (message.type) {
      case 'entry':
      case 'reset':
        if (this.#loading) this.#waiting.push(message)
        else if (message.type === 'entry') this.#takeEntry(message)
        else if (isOwn) this.#mark = message.mark
        else this.#look()
        break
      case 'claim':
        this.#highest = Math.max(this.#highest, message.term)
        if (isOwn) break
        this.#neighbours.setHost(message.from)
        if (this.#term !== undefined && message.term > this.#term) this.#superseded()
        break
      case 'about':
        if (isOwn) break
        session.takeAbout(message.about)
        // What is being loaded may be older.
        if (this.#loading) this.#waiting.push(message)
        break
      case 'note':
        if (!isOwn) this.#takeNote(message.note, message.from)
    }
  }

  #takeEntry({ mark, from, entry }: Extract<BackplaneMessage, { type: 'entry' }>): void {
    const { backplane, session } = this.#options
    if (this.#has(mark)) return
    if (!this.#isNext(mark)) return this.#look()
    this.#mark = mark
    if (from === backplane.id || session.takeEntry(entry)) return
    this.#mark = undefined
    this.#look()
  }

  /** Whether what is at this place is here already. */
  #has(mark: Mark): boolean {
    return this.#mark?.log === mark.log && mark.count <= this.#mark.count
  }

  /** Whether nothing is missing before it. The first of a log has nothing before it. */
  #isNext(mark: Mark): boolean {
    if (mark.count === 1) return true
    return this.#mark?.log === mark.log && mark.count === this.#mark.count + 1
  }

  #takeNote(note: Note, from: string): void {
    const { session, backplane } = this.#options
    if (this.#neighbours.take(note, from)) return
    switch (note.type) {
      case 'want':
        if (session.hasHost) session.ask()
        return
      case 'hash':
        session.takeHash(note.position, note.hash)
        return
      case 'close':
        return this.onClose?.(note.code, note.reason)
      case 'kick': {
        const [node, number] = note.viewer.split('.')
        if (node === backplane.id) session.audience.kick(Number(number))
        return
      }
    }
  }

  #look(): void {
    void this.#load()
  }

  /** Takes what is in the log, or puts there what should be. One at a time. */
  #load(): Promise<void> {
    this.#loading ??= this.#loadAll().finally(() => (this.#loading = undefined))
    return this.#loading
  }

  async #loadAll(): Promise<void> {
    const { backplane, name } = this.#options
    for (let round = 0; round < MOST_LOADS; round++) {
      const known = this.#mark
      let log: Log | undefined
      try {
        log = await backplane.load(name, known)
      } catch {
        this.#waiting = []
        return
      }
      if (this.#isLeft) return
      if (log) this.#compare(log)
      else if (this.#mark !== known) continue
      const waiting = this.#waiting
      this.#waiting = []
      if (this.#takeWaiting(waiting)) return
    }
  }

  /** `false` when the log was replaced meanwhile, or has a message that does not follow. */
  #takeWaiting(messages: readonly BackplaneMessage[]): boolean {
    const { backplane, session } = this.#options
    for (const message of messages) {
      if (message.type === 'about') session.takeAbout(message.about)
      if (message.type !== 'entry' && message.type !== 'reset') continue
      const { mark, from } = message
      const isOwn = from === backplane.id
      if (this.#has(mark)) continue
      if (message.type === 'reset') {
        if (!isOwn) return false
        this.#mark = mark
      } else {
        if (!this.#isNext(mark)) return false
        if (!isOwn && !session.takeEntry(message.entry)) return false
        this.#mark = mark
      }
    }
    return true
  }

  #compare({ mark, term, about, entries }: Log): void {
    const { session } = this.#options
    this.#highest = Math.max(this.#highest, term)
    const isOwner = this.#term !== undefined && this.#term >= term
    if (!isOwner) {
      if (this.#term !== undefined) this.#loseHost()
      session.takeAbout(about)
    } else if (this.#term! > term) void this.#claim() // Forgotten there: an earlier host may not know.
    const isClaiming = session.hasHost && this.#term === undefined
    if (session.holds(entries)) this.#mark = mark
    else if (session.isBehind(entries)) this.#takeLog(entries, mark)
    // Ends with all of the state of the host here; until then what is in the log is better than nothing.
    else if (isClaiming && session.head) this.#isLogBehind = true
    // Who has no host may still be the only one that has the state, after Redis has lost it.
    else if (isOwner || session.isAheadOf(entries)) this.#push(!isOwner && entries.length === 0)
    else this.#takeLog(entries, mark)
  }

  #takeLog(entries: readonly Entry[], mark: Mark | undefined): void {
    this.#options.session.takeLog(entries)
    this.#mark = mark
  }

  /** All that is here becomes the log. */
  #push(onlyIfEmpty = false): void {
    const { backplane, name, session } = this.#options
    const entries = session.log()
    if (entries.length === 0) return session.ask()
    this.#pushes++
    this.#isLogBehind = false
    const term = this.#term ?? this.#highest
    backplane.replace(name, { term, about: session.about, entries, onlyIfEmpty }).then(
      (outcome) => {
        if (outcome === 'stale') this.#refused(term)
      },
      () => (this.#isLogBehind = true),
    )
  }

  #note(note: Note): void {
    this.#options.backplane.note(this.#options.name, note)
  }
}
