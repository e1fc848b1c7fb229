import { shallowRef, type ShallowRef } from 'vue'
import { type Report, SyncError } from '../../diagnostics.ts'
import {
  type AccessRules,
  isOverfull,
  LONGEST_LABEL,
  MAIN_TOKEN,
  mergeAccess,
  MOST_TOKENS,
  NO_RULES,
  randomId,
  readAccess,
  readToken,
  sameAccess,
  type AccessProblem,
  type SessionAccess,
  type ViewerToken,
  withoutExpired,
} from '../../protocol/index.ts'
import { keep } from './kept-text.ts'

/** The options of `issue` of `useSyncHost()`. */
export interface IssueOptions {
  /** A description for the host's own list, at most 200 characters. @default none */
  label?: string
  /** Milliseconds until the link expires, by the clock of the relay. @default never */
  expiresIn?: number
}

/** The part of a status that is about access. `access` may be anything. */
interface Status {
  access: unknown
  change: number | undefined
  problem: AccessProblem | undefined
}

/** The host's view of the session's access rules. The relay keeps them, and answers each change. */
export interface HostAccess {
  readonly rules: Readonly<ShallowRef<AccessRules>>
  /** Why the latest change failed; `undefined` after one that succeeded. */
  readonly error: Readonly<ShallowRef<SyncError | undefined>>
  issue: (options?: IssueOptions) => string
  revoke: (id: string) => Promise<void>
  rotate: () => Promise<void>
  /** Applies a status of the relay. Sends what the relay lacks after the first one of a connection. */
  receive: (status: Status, isFirst: boolean) => void
  /** Must be called when the connection is lost. */
  disconnected: () => void
}

function tokenFor({ label, expiresIn }: IssueOptions, now: number): ViewerToken {
  if (expiresIn !== undefined && !(expiresIn > 0 && expiresIn < 2 ** 52))
    throw new SyncError('VS107', `expiresIn must be milliseconds above 0, not ${expiresIn}`)
  if (label !== undefined && !(label.length <= LONGEST_LABEL))
    throw new SyncError('VS107', `label must have at most ${LONGEST_LABEL} characters`)
  return readToken({ id: randomId(), label, expires: expiresIn && Math.round(now + expiresIn) })!
}

function problemOf(next: AccessRules): SyncError | undefined {
  if (!isOverfull(next)) return undefined
  return new SyncError('VS107', `at most ${MOST_TOKENS} tokens: call rotate()`)
}

/**
 * The rules are also stored on this device: a relay without storage forgets them when it restarts, and then gets
 * them from here. If storage is unavailable, they last as long as the page.
 *
 * @param send sends a status; returns `false` when it cannot be sent now
 * @param now the time by the relay's clock, which decides when tokens expire
 * @param report prints why a change failed
 */
export function createAccess(
  name: string,
  storage: () => Storage,
  send: (payload: SessionAccess) => boolean,
  now: () => number,
  report: Report,
): HostAccess {
  const rules = shallowRef(NO_RULES)
  const error = shallowRef<SyncError>()
  /**
   * The general token of a rotation, until the relay has confirmed it and the connection has ended. A relay whose
   * rules lack it has not performed this rotation, even if its generation is as high.
   */
  let rotation: string | undefined
  /** The relay has not confirmed the latest change. */
  let isUnconfirmed = false
  let change = 0
  /** Relays before 0.2 do not answer changes. */
  let answers = true
  let waiting: { resolve: () => void; reject: (error: SyncError) => void }[] = []

  try {
    const stored: unknown = JSON.parse(storage().getItem(name)!)
    rules.value = readAccess(stored) ?? NO_RULES
    rotation = (stored as { rotation?: string }).rotation
    isUnconfirmed = rotation !== undefined
  } catch {
    // Nothing is stored, or storage is unavailable.
  }

  function set(next: AccessRules): void {
    rules.value = next
    keep(storage, name, JSON.stringify({ ...next, ...(isUnconfirmed && { rotation }) }))
  }

  function settle(problem?: SyncError): void {
    isUnconfirmed = false
    error.value = problem
    if (process.env.NODE_ENV !== 'production' && problem) report(problem)
    const settled = waiting
    waiting = []
    for (const { resolve, reject } of settled)
      if (problem) reject(problem)
      else resolve()
  }

  function submit(next: AccessRules): void {
    isUnconfirmed = true
    set(withoutExpired(next, now()))
    const isSent = send({ access: rules.value, change: ++change })
    if (isSent && !answers) settle()
  }

  /** The promise may be ignored: `error` has the problem too. */
  function confirmed(next: AccessRules): Promise<void> {
    const result = new Promise<void>((resolve, reject) => {
      error.value = problemOf(next)
      if (process.env.NODE_ENV !== 'production' && error.value) report(error.value)
      if (error.value) return reject(error.value)
      waiting.push({ resolve, reject })
      submit(next)
    })
    result.catch(() => {})
    return result
  }

  const withChange = (added: Partial<AccessRules>): AccessRules =>
    mergeAccess(withoutExpired(rules.value, now()), {
      ...NO_RULES,
      generation: rules.value.generation,
      ...added,
    })

  return {
    rules,
    error,
    issue(options = {}) {
      const token = tokenFor(options, now())
      const next = withChange({ tokens: [token] })
      const problem = problemOf(next)
      if (problem) throw problem
      submit(next)
      return token.id
    },
    revoke: (id) => confirmed(withChange({ revoked: [id] })),
    rotate() {
      rotation = randomId()
      const tokens: ViewerToken[] = [{ id: rotation, general: true }]
      return confirmed({
        generation: rules.value.generation + 1,
        tokens,
        revoked: [MAIN_TOKEN],
      })
    },
    receive(status, isFirst) {
      const theirs = readAccess(status.access)
      const mine = rules.value
      if (isFirst) answers = theirs !== undefined
      if (!theirs) {
        if (isFirst && mine !== NO_RULES) submit(mine)
        return
      }
      const isAnswer = status.change === change
      if (isAnswer && status.problem) {
        const { field, reason } = status.problem
        rotation = undefined
        settle(new SyncError('VS113', `${field}: ${reason}`))
        return set(theirs)
      }
      const isLost =
        rotation !== undefined &&
        theirs.generation >= mine.generation &&
        !theirs.revoked.includes(rotation) &&
        !theirs.tokens.some(({ id }) => id === rotation)
      if (isLost) return submit({ ...mine, generation: theirs.generation + 1 })
      const merged = withoutExpired(mergeAccess(theirs, mine), now())
      // Only once per connection, because two clocks may disagree about what has expired.
      if (isFirst && !sameAccess(merged, theirs)) return submit(merged)
      if (isFirst || isAnswer) settle()
      set(isUnconfirmed ? merged : theirs)
    },
    disconnected() {
      if (!isUnconfirmed) rotation = undefined
    },
  }
}
