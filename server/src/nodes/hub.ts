import { randomId } from '@vue-sync/vue/protocol'
import type {
  AppendOptions,
  BackplaneMessage,
  ClaimOptions,
  Log,
  Mark,
  Notice,
  Outcome,
  ReplaceOptions,
} from '../core/shared/backplane.ts'
import { LIMIT_DEFAULTS } from '../core/limits.ts'
import { createRetained } from '../core/session/retained.ts'
import type { SessionInfo, StoredSession } from '../core/session/stored-session.ts'
import { createWindowCounts } from '../core/shared/window-counts.ts'
import {
  appendEntry,
  claimTerm,
  clearLog,
  createHubLog,
  dropEntries,
  type HubLog,
  logBytes,
  NO_INFO,
  replaceEntries,
} from './hub-log.ts'

export interface HubOptions {
  /** Milliseconds after which an unused session is deleted. @default 86400000, a day */
  sessionTtl?: number
  /** Bytes of state, names and access rules in all sessions. @default LIMIT_DEFAULTS.retainedBytes */
  retainedBytes?: number | undefined
  /** Milliseconds since 1970. @default Date.now */
  now?: () => number
  /**
   * Called when a session has changed. `read` returns what to store of it, for `restore` after a restart;
   * `undefined` means that nothing of it is to be stored. @default nothing is stored
   */
  onChange?: ((session: string, read: () => StoredSession | undefined) => void) | undefined
}

/** Receives the messages of one node's sessions. */
export type HubListener = (session: string, message: BackplaneMessage) => void

/** What all nodes share, in memory. See `Backplane` for the calls; `from` is the node that calls. */
export interface Hub {
  /** Restores a stored session. Must be called before a node uses it. */
  restore: (session: string, stored: StoredSession) => void
  subscribe: (session: string, listener: HubListener) => void
  unsubscribe: (session: string, listener: HubListener) => void
  load: (session: string, known: Mark | undefined) => Log | undefined
  append: (session: string, from: string, options: AppendOptions) => Outcome
  replace: (session: string, from: string, options: ReplaceOptions) => Outcome
  claim: (session: string, from: string, options: ClaimOptions) => number | undefined
  setInfo: (session: string, from: string, term: number, info: SessionInfo) => Outcome
  sessions: () => string[]
  forget: (session: string) => void
  notify: (session: string, from: string, notice: Notice) => void
  findCode: (code: string) => string | undefined
  storeCode: (code: string, session: string, milliseconds: number) => void
  count: (key: string, by: number, window: number) => number
  /** Loses everything, as a Redis that was emptied. */
  flush: () => void
}

/** Far above the number of sessions with a host. Beyond it, the oldest codes are dropped. */
const MAX_CODES = 10_000
const DAY_MS = 24 * 60 * 60_000
/** A stored session needs every delta after its snapshot. */
const UNLIMITED = Number.MAX_SAFE_INTEGER

export function createHub(options: HubOptions = {}): Hub {
  const { sessionTtl = DAY_MS, now = Date.now, onChange } = options
  const { retainedBytes = LIMIT_DEFAULTS.retainedBytes } = options
  const logs = new Map<string, HubLog>()
  const codes = new Map<string, { session: string; until: number }>()
  const listeners = new Map<string, Set<HubListener>>()
  const counts = createWindowCounts({ now })
  /** An upper bound of the bytes of all logs. The sum is computed only above the limit. */
  let upperBound = 0
  const queue: [session: string, message: BackplaneMessage][] = []

  function openLog(session: string): HubLog {
    let log = logs.get(session)
    if (!log) {
      log = createHubLog()
      fits(logBytes(log))
    }
    log.touched = now()
    logs.set(session, log)
    return log
  }

  function readStored(session: string): StoredSession | undefined {
    const log = logs.get(session)
    if (!log) return undefined
    const retained = createRetained(UNLIMITED)
    retained.replace(log.entries)
    const entries = retained.fromSnapshot()
    return entries.length > 0 || log.info.access ? { ...log.info, entries } : undefined
  }

  const reportChange = (session: string): void => onChange?.(session, () => readStored(session))

  /** The sessions that no node has open, the least recently used first. */
  function unusedLogs(): [name: string, log: HubLog][] {
    return [...logs]
      .filter(([name]) => !listeners.has(name))
      .toSorted(([, a], [, b]) => a.touched - b.touched)
  }

  /**
   * Counts added bytes. Above the limit it deletes sessions that no node has open.
   *
   * @returns whether all logs are within the limit
   */
  function fits(added: number): boolean {
    upperBound += added
    if (upperBound <= retainedBytes) return true
    upperBound = 0
    for (const log of logs.values()) upperBound += logBytes(log)
    if (upperBound <= retainedBytes) return true
    for (const [name, log] of unusedLogs()) {
      logs.delete(name)
      upperBound -= logBytes(log)
      if (upperBound <= retainedBytes) return true
    }
    return false
  }

  /** A log that does not fit loses its state. Its host is closed, as it would be on one node. */
  function drop(session: string): 'full' {
    dropEntries(openLog(session))
    reportChange(session)
    return 'full'
  }

  /** A listener may publish again. The queue makes all listeners receive the first message first. */
  function publish(session: string, message: BackplaneMessage): void {
    queue.push([session, message])
    if (queue.length > 1) return
    for (let next = queue[0]; next; next = queue[0]) {
      for (const listener of listeners.get(next[0]) ?? []) listener(...next)
      queue.shift()
    }
  }

  function deleteExpired(): void {
    const time = now()
    for (const [name, { touched }] of logs)
      if (touched < time - sessionTtl && !listeners.has(name)) logs.delete(name)
    for (const [code, { until }] of codes) if (until <= time) codes.delete(code)
  }

  return {
    restore(session, { entries, ...info }) {
      const mark = entries.length > 0 ? { log: randomId(), count: entries.length } : undefined
      const log = Object.assign(openLog(session), { mark, info, entries })
      fits(logBytes(log))
    },
    subscribe(session, listener) {
      const subscribed = listeners.get(session) ?? new Set()
      subscribed.add(listener)
      listeners.set(session, subscribed)
    },
    unsubscribe(session, listener) {
      const subscribed = listeners.get(session)
      subscribed?.delete(listener)
      if (subscribed?.size === 0) listeners.delete(session)
    },
    load(session, known) {
      deleteExpired()
      const log = logs.get(session)
      if (!log) return { mark: undefined, term: 0, about: NO_INFO, entries: [] }
      log.touched = now()
      const { mark, term, info, entries } = log
      if (known && mark && mark.log === known.log && mark.count === known.count) return undefined
      return { mark, term, about: info, entries: [...entries] }
    },
    append(session, from, append) {
      const mark = appendEntry(openLog(session), append)
      if (typeof mark === 'string') return mark
      if (!fits(append.entry.bytes.length)) return drop(session)
      reportChange(session)
      publish(session, { type: 'entry', from, mark, entry: append.entry })
      return 'ok'
    },
    replace(session, from, replace) {
      const mark = replaceEntries(openLog(session), replace)
      if (typeof mark === 'string') return mark
      if (!fits(logBytes(openLog(session)))) return drop(session)
      reportChange(session)
      publish(session, { type: 'reset', from, mark })
      return 'ok'
    },
    claim(session, from, claim) {
      const log = openLog(session)
      const outcome = claimTerm(log, claim, now())
      if (!outcome) return undefined
      if (outcome === 'granted') publish(session, { type: 'claim', from, term: log.term })
      return log.term
    },
    setInfo(session, from, term, info) {
      const log = openLog(session)
      if (term < log.term) return 'stale'
      log.info = info
      fits(logBytes(log))
      reportChange(session)
      publish(session, { type: 'about', from, about: info })
      return 'ok'
    },
    sessions() {
      deleteExpired()
      return [...logs].filter(([, { entries }]) => entries.length > 0).map(([name]) => name)
    },
    forget(session) {
      clearLog(openLog(session))
      reportChange(session)
    },
    notify: (session, from, notice) => publish(session, { type: 'note', from, note: notice }),
    findCode(code) {
      deleteExpired()
      return codes.get(code)?.session
    },
    storeCode(code, session, milliseconds) {
      codes.delete(code)
      if (codes.size >= MAX_CODES)
        for (const oldest of codes.keys()) {
          codes.delete(oldest)
          break
        }
      codes.set(code, { session, until: now() + milliseconds })
    },
    count: counts.add,
    flush() {
      logs.clear()
      codes.clear()
    },
  }
}
