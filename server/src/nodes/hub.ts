import { type AccessRules, randomId } from '@vue-sync/vue/protocol'
import type {
  AppendOptions,
  BackplaneMessage,
  ClaimOptions,
  KnownLog,
  Log,
  Notice,
  Outcome,
  PairingCode,
  ReplaceOptions,
} from '../core/shared/backplane.ts'
import { LIMIT_DEFAULTS } from '../core/limits.ts'
import { createRetained } from '../core/session/retained.ts'
import type { OnSessionChange, SessionInfo, StoredSession } from '../core/session/stored-session.ts'
import { createWindowCounts } from '../core/shared/window-counts.ts'
import {
  appendEntry,
  claimTerm,
  clearLog,
  createHubLog,
  dropEntries,
  type HubLog,
  logBytes,
  mergeInfo,
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
  onChange?: OnSessionChange | undefined
  /** Returns the stored access rules of a session that the hub does not have. @default none */
  storedRules?: ((session: string) => AccessRules | undefined) | undefined
}

/** Receives the messages of one node's sessions. */
export type HubListener = (session: string, message: BackplaneMessage) => void

/** What all nodes share, in memory. See `Backplane` for the calls; `from` is the node that calls. */
export interface Hub {
  /** Restores a stored session. Must be called before a node uses it. */
  restore: (session: string, stored: StoredSession) => void
  subscribe: (session: string, listener: HubListener) => void
  unsubscribe: (session: string, listener: HubListener) => void
  load: (session: string, known: KnownLog) => Log | undefined
  append: (session: string, from: string, options: AppendOptions) => Outcome
  replace: (session: string, from: string, options: ReplaceOptions) => Outcome
  claim: (session: string, from: string, options: ClaimOptions) => number | undefined
  mergeAccess: (session: string, from: string, rules: AccessRules) => void
  setInfo: (session: string, from: string, term: number, info: SessionInfo) => Outcome
  sessions: () => string[]
  forget: (session: string) => void
  notify: (session: string, from: string, notice: Notice) => void
  findCode: (code: string) => PairingCode | undefined
  storeCode: (code: string, stored: PairingCode, milliseconds: number) => void
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
  const { sessionTtl = DAY_MS, now = Date.now, onChange, storedRules } = options
  const { retainedBytes = LIMIT_DEFAULTS.retainedBytes } = options
  const logs = new Map<string, HubLog>()
  const codes = new Map<string, { stored: PairingCode; until: number }>()
  const listeners = new Map<string, Set<HubListener>>()
  const counts = createWindowCounts({ now })
  /** An upper bound of the bytes of all logs. The sum is computed only above the limit. */
  let upperBound = 0
  const queue: [session: string, message: BackplaneMessage][] = []

  function createLog(session: string): HubLog {
    const log = createHubLog()
    mergeInfo(log, { name: undefined, access: storedRules?.(session) }, now())
    return log
  }

  function setInfo(session: string, from: string, info: SessionInfo): void {
    const log = openLog(session)
    if (!mergeInfo(log, info, now())) return
    fits(logBytes(log))
    reportChange(session)
    publish(session, { type: 'about', from, about: log.info, infoId: log.infoId })
  }

  function openLog(session: string): HubLog {
    let log = logs.get(session)
    if (!log) {
      log = createLog(session)
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

  const reportChange = (session: string): void =>
    onChange?.(session, () => readStored(session), logs.get(session)?.info.access)

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

  const hub: Hub = {
    restore(session, { entries, ...info }) {
      const mark = entries.length > 0 ? { log: randomId(), count: entries.length } : undefined
      const log = Object.assign(openLog(session), { mark, info, infoId: randomId(), entries })
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
      // A session that nobody publishes leaves no log behind, unless it has rules.
      const log = logs.get(session) ?? createLog(session)
      log.touched = now()
      const { mark, term, info, infoId, entries } = log
      const isSameLog = mark?.log === known.mark?.log && mark?.count === known.mark?.count
      if (mark && isSameLog && infoId === known.infoId) return undefined
      return { mark, term, about: info, infoId, entries: [...entries] }
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
      const mark = replaceEntries(openLog(session), replace, now())
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
      if (outcome === 'granted')
        publish(session, { type: 'claim', from, term: log.term, epoch: claim.epoch })
      return log.term
    },
    mergeAccess(session, from, access) {
      setInfo(session, from, { name: openLog(session).info.name, access })
    },
    setInfo(session, from, term, info) {
      const isStale = term < openLog(session).term
      // The rules of a host that was replaced still lock viewers out.
      if (!isStale) setInfo(session, from, info)
      else if (info.access) hub.mergeAccess(session, from, info.access)
      return isStale ? 'stale' : 'ok'
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
      return codes.get(code)?.stored
    },
    storeCode(code, stored, milliseconds) {
      codes.delete(code)
      if (codes.size >= MAX_CODES)
        for (const oldest of codes.keys()) {
          codes.delete(oldest)
          break
        }
      codes.set(code, { stored, until: now() + milliseconds })
    },
    count: counts.add,
    flush() {
      logs.clear()
      codes.clear()
    },
  }
  return hub
}
