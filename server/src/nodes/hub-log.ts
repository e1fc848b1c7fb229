import { mergeAccess, NO_RULES, randomId, withoutExpired } from '@vue-sync/vue/protocol'
import {
  type AppendOptions,
  type ClaimOptions,
  type Mark,
  MAX_TERM_LEAD,
  type Outcome,
  type ReplaceOptions,
} from '../core/shared/backplane.ts'
import { createInfoWeight } from '../core/session/info-weight.ts'
import type { Entry } from '../core/session/retained.ts'
import type { SessionInfo } from '../core/session/stored-session.ts'

export const NO_INFO: SessionInfo = { name: undefined, access: undefined }

/** The log of one session in a hub. */
export interface HubLog {
  mark: Mark | undefined
  /** The term of the last host; 0 for none. */
  term: number
  /** The connection that holds the term. */
  holder: string | undefined
  info: SessionInfo
  /** New with each change of `info`. */
  infoId: string
  entries: Entry[]
  /** When it was last used, in milliseconds. */
  touched: number
}

/** What an empty log takes, roughly. */
const LOG_BYTES = 500

export function logBytes({ info, entries }: HubLog): number {
  let bytes = LOG_BYTES + createInfoWeight()(info)
  for (const entry of entries) bytes += entry.bytes.length
  return bytes
}

export function createHubLog(): HubLog {
  return {
    mark: undefined,
    term: 0,
    holder: undefined,
    info: NO_INFO,
    infoId: '',
    entries: [],
    touched: 0,
  }
}

/** Sets the term. A higher term than the known one was lost here, so its holder is unknown. */
function setTerm(log: HubLog, term: number): void {
  if (term > log.term) log.holder = undefined
  log.term = term
}

/**
 * Sets the name, and merges the access rules into those of the log. Returns whether anything changed.
 *
 * @param now milliseconds since 1970
 */
export function mergeInfo(log: HubLog, { name, access }: SessionInfo, now: number): boolean {
  const merged = access && withoutExpired(mergeAccess(log.info.access ?? NO_RULES, access), now)
  const info = { name, access: merged ?? log.info.access }
  if (JSON.stringify(info) === JSON.stringify(log.info)) return false
  log.info = info
  log.infoId = randomId()
  return true
}

/** Returns the new mark, or why nothing was appended. `ok` means that the log has the entry already. */
export function appendEntry(log: HubLog, { term, entry, keep }: AppendOptions): Mark | Outcome {
  if (term < log.term) return 'stale'
  const head = log.entries.at(-1)?.position
  const isSameEpoch = head?.epoch === entry.position.epoch
  if (entry.snapshot) {
    // A snapshot of another position starts the log again; one of the same position replaces the last one.
    const isFresh = !isSameEpoch || head.seq !== entry.position.seq
    log.entries = isFresh ? [] : log.entries.filter(({ snapshot }) => !snapshot)
  } else if (!isSameEpoch || head.seq + 1 < entry.position.seq) return 'gap'
  else if (head.seq >= entry.position.seq) return 'ok'
  setTerm(log, term)
  log.mark = { log: log.mark?.log ?? randomId(), count: (log.mark?.count ?? 0) + 1 }
  log.entries.push(entry)
  const snapshot = log.entries.findLastIndex((one) => one.snapshot)
  const surplus = Math.min(snapshot, log.entries.length - 1 - keep)
  if (surplus > 0) log.entries.splice(0, surplus)
  return log.mark
}

/** Returns the new mark, or why nothing was replaced. */
export function replaceEntries(log: HubLog, options: ReplaceOptions, now: number): Mark | Outcome {
  const { term, about, entries, onlyIfEmpty } = options
  if (term < log.term) return 'stale'
  if (onlyIfEmpty && log.entries.length > 0) return 'gap'
  setTerm(log, term)
  mergeInfo(log, about, now)
  log.entries = [...entries]
  log.mark = { log: randomId(), count: entries.length }
  return log.mark
}

/**
 * Gives a host its term.
 *
 * @param now milliseconds since 1970
 * @returns whether it was given, `undefined` when a later host has been admitted, `held` when this host has it
 */
export function claimTerm(
  log: HubLog,
  { holder, term, since }: ClaimOptions,
  now: number,
): 'granted' | 'held' | undefined {
  if (log.holder === holder) return 'held'
  const isAhead = log.term > now + MAX_TERM_LEAD
  if ((term ?? since) < log.term && !isAhead) return undefined
  // Above all earlier terms, also after the hub has lost everything.
  log.term = term ?? Math.max(since, log.term + 1)
  log.holder = holder
  return 'granted'
}

/** Deletes the state, and keeps the host's term and the access rules. */
export function dropEntries(log: HubLog): void {
  log.mark = undefined
  log.entries = []
}

/** Deletes all content but the access rules. The higher term makes messages stale that the host has already sent. */
export function clearLog(log: HubLog): void {
  setTerm(log, log.term + 1)
  dropEntries(log)
  log.info = { ...NO_INFO, access: log.info.access }
  log.infoId = randomId()
}
