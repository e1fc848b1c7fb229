import {
  type AccessRules,
  mergeAccess,
  NO_RULES,
  type Position,
  sameAccess,
  samePosition,
} from '@vue-sync/vue/protocol'
import type { Backplane, BackplaneMessage, Log, Mark } from './backplane.ts'
import type { HostClaim } from './host-claim.ts'
import type { Entry } from '../session/retained.ts'
import type { Session } from '../session/session.ts'

export interface SharedLogOptions {
  name: string
  session: Session
  backplane: Pick<Backplane, 'id' | 'append' | 'load' | 'replace' | 'mergeAccess'>
  claim: HostClaim
  /** Closes the host on this node, because a later one was admitted. */
  surrenderHost: () => void
  /** Called when state or rules of another node were applied. */
  onApplied: () => void
  /** Called when the shared store holds no more state: this session must drop its own. */
  onFull: () => void
}

type LogMessage = Extract<BackplaneMessage, { type: 'entry' | 'reset' | 'about' }>

/** Keeps the state of a session and its shared log equal. */
export interface SharedLog {
  /** Appends a message of the host on this node. */
  append: (entry: Entry) => void
  /** Replaces the log by what this node has: the log can only be appended to. */
  rewrite: () => void
  /** Merges the access rules of this node into the stored ones. */
  shareRules: (rules: AccessRules) => void
  /** Applies a change of the log. */
  receive: (message: LogMessage) => void
  /** Applies what this node lacks. Never rejects. */
  load: () => Promise<void>
  /** Writes what the log lacks, then applies what this node lacks. Never rejects. */
  settle: () => Promise<void>
  /** Compares everything, as if nothing of the log were known. */
  reload: () => void
  /** Forgets messages that did not reach the log. */
  discardUnsent: () => void
  close: () => void
}

/** The id of no stored name and rules, so that they are loaded. */
const UNKNOWN = '?'
/** How often in a row the log is loaded again because it changed meanwhile. */
const MAX_LOADS = 8

/** How the state at `head` relates to the state that a log leads to. */
function relate(
  head: Position | undefined,
  entries: readonly Entry[],
): 'equal' | 'behind' | 'ahead' | 'different' {
  const last = entries.at(-1)?.position
  if (!head || !last) return head ? 'ahead' : last ? 'different' : 'equal'
  if (head.epoch !== last.epoch) return 'different'
  if (head.seq === last.seq) return 'equal'
  return head.seq < last.seq ? 'behind' : 'ahead'
}

export function createSharedLog(options: SharedLogOptions): SharedLog {
  const { name, session, backplane, claim, surrenderHost, onApplied, onFull } = options
  /** The place in the log up to which this session has applied it. */
  let mark: Mark | undefined
  /** The id of the name and the access rules that this session has applied. */
  let infoId = UNKNOWN
  let replacements = 0
  /** Whether a message of the host on this node did not reach the log. */
  let hasUnsent = false
  let loading: Promise<void> | undefined
  /** Messages that arrived while the log was loaded. */
  let waiting: LogMessage[] = []
  let isClosed = false

  const isApplied = ({ log, count }: Mark): boolean => mark?.log === log && count <= mark.count

  /** Whether no message before it is missing. The first message of a log has none before it. */
  const isNext = ({ log, count }: Mark): boolean =>
    count === 1 || (mark?.log === log && count === mark.count + 1)

  function reload(): void {
    mark = undefined
    infoId = UNKNOWN
    void load()
  }

  /** A write with this term came too late. The host on this node gives way only if the term was its own. */
  function refused(term: number): void {
    if (term === claim.term) surrenderHost()
    reload()
  }

  function shareRules(rules: AccessRules): void {
    // A failed write is repeated when the log is next loaded, because this node then still has more.
    backplane.mergeAccess(name, rules).catch(() => {
      infoId = UNKNOWN
    })
  }

  /** Replaces the log by everything that is here. */
  function replaceLog(onlyIfEmpty = false): void {
    const entries = session.log()
    if (entries.length === 0) return session.requestSnapshot()
    replacements++
    hasUnsent = false
    const term = claim.term ?? claim.highest
    backplane.replace(name, { term, about: session.info, entries, onlyIfEmpty }).then(
      (outcome) => {
        if (outcome === 'stale') refused(term)
        else if (outcome === 'full') onFull()
      },
      () => (hasUnsent = true),
    )
  }

  function applyLog({ entries, mark: loaded }: Log): void {
    session.applyLog(entries)
    mark = loaded
    onApplied()
  }

  function applyEntry({ mark: next, from, entry }: Extract<LogMessage, { type: 'entry' }>): void {
    if (isApplied(next)) return
    if (!isNext(next)) return void load()
    mark = next
    if (from === backplane.id) return
    if (session.applyEntry(entry)) onApplied()
    else reload()
  }

  /** Applies the log, or replaces it. Runs once at a time. */
  function load(): Promise<void> {
    loading ??= loadUntilStable().finally(() => (loading = undefined))
    return loading
  }

  async function loadUntilStable(): Promise<void> {
    for (let round = 0; round < MAX_LOADS; round++) {
      const known = { mark, infoId }
      let log: Log | undefined
      try {
        log = await backplane.load(name, known)
      } catch {
        waiting = []
        return
      }
      if (isClosed) return
      if (log) compare(log)
      else if (mark !== known.mark || infoId !== known.infoId) continue
      const arrived = waiting
      waiting = []
      if (applyArrived(arrived)) return
    }
  }

  /** Returns `false` when the log was replaced meanwhile, or has a message that does not follow. */
  function applyArrived(messages: readonly LogMessage[]): boolean {
    for (const message of messages) {
      const isOwn = message.from === backplane.id
      if (message.type === 'about') {
        if (!isOwn) session.applyInfo(message.about)
        infoId = message.infoId
        continue
      }
      if (isApplied(message.mark)) continue
      if (message.type === 'reset') {
        if (!isOwn) return false
      } else {
        if (!isNext(message.mark)) return false
        if (!isOwn && !session.applyEntry(message.entry)) return false
        if (!isOwn) onApplied()
      }
      mark = message.mark
    }
    return true
  }

  /** Merges the stored access rules with those of this node, whichever has more. */
  function mergeRules(stored: AccessRules | undefined): void {
    session.applyInfo({ name: undefined, access: stored })
    const { rules } = session.access
    if (rules && !sameAccess(mergeAccess(stored ?? NO_RULES, rules), stored ?? NO_RULES))
      shareRules(rules)
  }

  function hasSnapshotOf(entries: readonly Entry[]): boolean {
    const snapshot = entries.findLast((entry) => entry.snapshot)
    return !snapshot || samePosition(snapshot.position, session.snapshot)
  }

  function compare(log: Log): void {
    const { term, entries } = log
    infoId = log.infoId
    mergeRules(log.about.access)
    claim.observe(term)
    const isOwner = claim.term !== undefined && claim.term >= term
    if (!isOwner) {
      if (claim.term !== undefined) surrenderHost()
      session.applyInfo({ ...log.about, access: undefined })
    }
    // The store has lost the claim, so it might admit an earlier host.
    else if (claim.term! > term) void claim.request()
    const isClaiming = session.hasHost && claim.term === undefined
    const relation = relate(session.head, entries)
    if (relation === 'equal') {
      mark = log.mark
      // The log may have got a later snapshot, from which fewer messages lead to the same state.
      if (!isOwner && !hasSnapshotOf(entries)) applyLog(log)
    } else if (relation === 'behind') applyLog(log)
    // Once the claim is granted, the state of the host here replaces the log. Until then the log stays.
    else if (isClaiming && session.head) hasUnsent = true
    // After the store has lost the state, a node without the host may be the only one that has it.
    else if (isOwner || relation === 'ahead') replaceLog(!isOwner && entries.length === 0)
    else applyLog(log)
  }

  return {
    append(entry) {
      const term = claim.term ?? (session.hasHost ? undefined : claim.highest)
      // Before the claim is granted nothing is appended. Then the whole state is written.
      if (term === undefined) return void (hasUnsent = true)
      const before = replacements
      backplane.append(name, { term, entry, keep: session.retainedDeltas }).then(
        (outcome) => {
          if (outcome === 'stale') refused(term)
          else if (outcome === 'full') onFull()
          // A gap before the whole state was written has been closed by it.
          else if (outcome === 'gap' && before === replacements) replaceLog()
        },
        () => (hasUnsent = true),
      )
    },
    rewrite() {
      if (claim.term === undefined) hasUnsent = true
      else replaceLog()
    },
    shareRules,
    receive(message) {
      if (isClosed) return
      const isOwn = message.from === backplane.id
      if (message.type === 'about') {
        // The log that is being loaded may have an older name.
        if (loading) waiting.push(message)
        else infoId = message.infoId
        if (isOwn) return
        session.applyInfo(message.about)
        onApplied()
      } else if (loading) waiting.push(message)
      else if (message.type === 'entry') applyEntry(message)
      else if (isOwn) mark = message.mark
      else void load()
    },
    load,
    settle() {
      if (hasUnsent && claim.term !== undefined) replaceLog()
      return load()
    },
    reload,
    discardUnsent() {
      hasUnsent = false
    },
    close() {
      isClosed = true
    },
  }
}
