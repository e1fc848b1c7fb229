import { randomId } from '@vue-sync/vue/protocol'
import {
  type AppendOptions,
  type BackplaneMessage,
  type ClaimOptions,
  type Log,
  type Mark,
  MOST_AHEAD_MS,
  type Note,
  type Outcome,
  type ReplaceOptions,
} from '../core/shared/backplane.ts'
import type { KeptSession } from '../core/session/saved-session.ts'
import { type Entry, Retained } from '../core/session/retained.ts'
import type { SessionAbout } from '../core/session/session.ts'

export interface HubOptions {
  /** Milliseconds that a session is kept which nobody touches. @default a day */
  keepFor?: number
  /** @default Date.now */
  now?: () => number
  /** What is kept of a session has changed. @default nothing happens */
  onChange?: ((session: string, read: () => KeptSession | undefined) => void) | undefined
}

interface KeptLog {
  mark: Mark | undefined
  term: number
  holder: string | undefined
  about: SessionAbout
  entries: Entry[]
  touched: number
}

/** A term that was forgotten here is of another holder than the one that is known. */
function setTerm(log: KeptLog, term: number): void {
  if (term > log.term) log.holder = undefined
  log.term = term
}

/** Who is told what happens in a session: of one node. */
export type HubListener = (session: string, message: BackplaneMessage) => void

const DAY_MS = 24 * 60 * 60_000
/** All that follows the snapshot is needed. */
const MOST_KEPT = Number.MAX_SAFE_INTEGER
const NOTHING: SessionAbout = { name: undefined, access: undefined }

/** What all nodes share, in one process's memory. Each call is done before the next begins. */
export class Hub {
  readonly #keepFor: number
  readonly #now: () => number
  readonly #onChange: HubOptions['onChange']
  readonly #logs = new Map<string, KeptLog>()
  readonly #codes = new Map<string, { session: string; until: number }>()
  readonly #listeners = new Map<string, Set<HubListener>>()
  readonly #untold: [session: string, message: BackplaneMessage][] = []

  constructor({ keepFor = DAY_MS, now = Date.now, onChange }: HubOptions = {}) {
    this.#keepFor = keepFor
    this.#now = now
    this.#onChange = onChange
  }

  /** Puts a session back as it was kept, before anyone is there. */
  restore(session: string, { entries, ...about }: KeptSession): void {
    const mark = entries.length > 0 ? { log: randomId(), count: entries.length } : undefined
    Object.assign(this.#logOf(session), { mark, about, entries })
  }

  subscribe(session: string, listener: HubListener): void {
    const listeners = this.#listeners.get(session) ?? new Set()
    listeners.add(listener)
    this.#listeners.set(session, listeners)
  }

  unsubscribe(session: string, listener: HubListener): void {
    const listeners = this.#listeners.get(session)
    listeners?.delete(listener)
    if (listeners?.size === 0) this.#listeners.delete(session)
  }

  load(session: string, known: Mark | undefined): Log | undefined {
    this.#forgetOld()
    const log = this.#logs.get(session)
    if (!log) return { mark: undefined, term: 0, about: NOTHING, entries: [] }
    log.touched = this.#now()
    const { mark, term, about, entries } = log
    if (known && mark && mark.log === known.log && mark.count === known.count) return undefined
    return { mark, term, about, entries: [...entries] }
  }

  append(session: string, from: string, { term, entry, keep }: AppendOptions): Outcome {
    const log = this.#logOf(session)
    if (term < log.term) return 'stale'
    const head = log.entries.at(-1)?.position
    const isSameEpoch = head?.epoch === entry.position.epoch
    if (entry.snapshot) {
      // One of another position begins anew; one of this replaces the snapshot before.
      const isFresh = !isSameEpoch || head.seq !== entry.position.seq
      log.entries = isFresh ? [] : log.entries.filter(({ snapshot }) => !snapshot)
    } else if (!isSameEpoch || head.seq + 1 < entry.position.seq) return 'gap'
    else if (head.seq >= entry.position.seq) return 'ok'
    setTerm(log, term)
    log.mark = { log: log.mark?.log ?? randomId(), count: (log.mark?.count ?? 0) + 1 }
    log.entries.push(entry)
    const snapshot = log.entries.findLastIndex((kept) => kept.snapshot)
    const surplus = Math.min(snapshot, log.entries.length - 1 - keep)
    if (surplus > 0) log.entries.splice(0, surplus)
    this.#tell(session, { type: 'entry', from, mark: log.mark, entry })
    return 'ok'
  }

  replace(session: string, from: string, options: ReplaceOptions): Outcome {
    const { term, about, entries, onlyIfEmpty } = options
    const log = this.#logOf(session)
    if (term < log.term) return 'stale'
    if (onlyIfEmpty && log.entries.length > 0) return 'gap'
    setTerm(log, term)
    Object.assign(log, { about, entries: [...entries] })
    log.mark = { log: randomId(), count: entries.length }
    this.#tell(session, { type: 'reset', from, mark: log.mark })
    return 'ok'
  }

  claim(session: string, from: string, { holder, term, since }: ClaimOptions): number | undefined {
    const log = this.#logOf(session)
    if (log.holder === holder) return log.term
    // Above all before, also after everything was lost.
    const isAhead = log.term > this.#now() + MOST_AHEAD_MS
    if ((term ?? since) < log.term && !isAhead) return undefined
    log.term = term ?? Math.max(since, log.term + 1)
    log.holder = holder
    this.#tell(session, { type: 'claim', from, term: log.term })
    return log.term
  }

  describe(session: string, from: string, term: number, about: SessionAbout): Outcome {
    const log = this.#logOf(session)
    if (term < log.term) return 'stale'
    log.about = about
    this.#tell(session, { type: 'about', from, about })
    return 'ok'
  }

  sessions(): string[] {
    this.#forgetOld()
    const all = [...this.#logs]
    return all.filter(([, { entries }]) => entries.length > 0).map(([name]) => name)
  }

  forget(session: string): void {
    const log = this.#logOf(session)
    setTerm(log, log.term + 1)
    Object.assign(log, { mark: undefined, about: NOTHING, entries: [] })
    this.#onChange?.(session, () => this.#keep(session))
  }

  note(session: string, from: string, note: Note): void {
    this.#tell(session, { type: 'note', from, note })
  }

  /** Forgets everything, as a Redis that was emptied. */
  flush(): void {
    this.#logs.clear()
    this.#codes.clear()
  }

  findCode(code: string): string | undefined {
    this.#forgetOld()
    return this.#codes.get(code)?.session
  }

  keepCode(code: string, session: string, milliseconds: number): void {
    this.#codes.set(code, { session, until: this.#now() + milliseconds })
  }

  #keep(session: string): KeptSession | undefined {
    const log = this.#logs.get(session)
    if (!log) return undefined
    const entries = new Retained(MOST_KEPT, log.entries).whole()
    return entries.length > 0 || log.about.access ? { ...log.about, entries } : undefined
  }

  #logOf(session: string): KeptLog {
    const log = this.#logs.get(session) ?? {
      mark: undefined,
      term: 0,
      holder: undefined,
      about: NOTHING,
      entries: [],
      touched: 0,
    }
    log.touched = this.#now()
    this.#logs.set(session, log)
    return log
  }

  #forgetOld(): void {
    const now = this.#now()
    for (const [name, { touched }] of this.#logs)
      if (touched < now - this.#keepFor && !this.#listeners.has(name)) this.#logs.delete(name)
    for (const [code, { until }] of this.#codes) if (until <= now) this.#codes.delete(code)
  }

  /** Who hears of one thing may do another: everyone hears of the first one first. */
  #tell(session: string, message: BackplaneMessage): void {
    if (message.type !== 'note' && message.type !== 'claim')
      this.#onChange?.(session, () => this.#keep(session))
    this.#untold.push([session, message])
    if (this.#untold.length > 1) return
    for (let next = this.#untold[0]; next; next = this.#untold[0]) {
      for (const listener of this.#listeners.get(next[0]) ?? []) listener(...next)
      this.#untold.shift()
    }
  }
}
