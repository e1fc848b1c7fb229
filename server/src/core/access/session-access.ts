import {
  type AccessProblem,
  type AccessRules,
  hashOf,
  isOverfull,
  MAIN_TOKEN,
  mergeAccess,
  NO_RULES,
  readAccess,
  sameAccess,
  type SignedToken,
  type ViewerToken,
  withoutExpired,
} from '@vue-sync/vue/protocol'
import { findAccessProblem, FULL } from './access-problem.ts'
import type { TokenClaims } from './tokens.ts'

/** The longest delay that a timer accepts on every runtime, in milliseconds. */
const MAX_TIMEOUT = 2 ** 31 - 1

/** How a viewer was admitted: with the relay's viewer key, or with a token. */
export type Pass = Pick<TokenClaims, 'id' | 'expires'> & { generation?: number }

export const MAIN_PASS: Pass = { id: MAIN_TOKEN, expires: undefined }

/** For viewers that `authorize` admitted. No rotation and no revoked key applies to them. */
export const AUTHORIZED_PASS: Pass = { id: 'authorized', expires: undefined }

export interface SessionAccessOptions {
  sign: (generation: number, token: ViewerToken) => Promise<string>
  /** Milliseconds since 1970. */
  now: () => number
}

/** A token and its signed key, without the count of viewers. */
export type SignedKey = Omit<SignedToken, 'viewers'>

/**
 * The access rules of one session. Nothing lowers the generation or takes a revocation back: what hosts, nodes
 * and storage report is merged into the rules.
 */
export interface SessionAccess {
  /** `undefined` until there are rules. */
  readonly rules: AccessRules | undefined
  /** The tokens that are not revoked, with their keys. */
  readonly signedTokens: readonly SignedKey[]
  /** Whether all valid tokens are among the signed ones. */
  readonly isSigned: boolean
  whenSigned: () => Promise<void>
  /** The key that viewer links carry: the relay's, or the general token's. `undefined` without either. */
  linkKey: (viewerKey: string | undefined) => string | undefined
  /** Merges rules of another node or from storage. Returns whether they changed anything. */
  merge: (rules: AccessRules) => boolean
  /**
   * Merges what a host sent, as far as it is valid: all of it, or nothing.
   *
   * @returns whether it changed anything, or why it was refused
   */
  receive: (value: unknown) => boolean | AccessProblem
  /** Adds a token for viewers that typed a short code. Returns its key, or `undefined` without space for it. */
  admit: (token: ViewerToken) => Promise<string | undefined>
  /** Why a pass is no longer valid; `undefined` while it is. */
  problem: (pass: Pass) => string | undefined
  /** Milliseconds until the first of these passes expires, at most what a timer accepts. */
  timeToExpiry: (passes: Iterable<Pass>) => number | undefined
}

/**
 * Returns a text that changes with every revocation and rotation. A short code is valid only under the fence that it
 * was made under.
 */
export function fenceOf({ generation, revoked }: AccessRules = NO_RULES): string {
  const hash = hashOf(revoked.toSorted().join(' '), new WeakMap())
  return `${generation}.${revoked.length}.${hash}`
}

/**
 * Hosts before 0.2 do not mark the general token. Their rotation sends rules with a single token that has neither
 * a label nor an expiry.
 */
function withGeneralToken(rules: AccessRules, before: AccessRules): AccessRules {
  const [token, ...others] = rules.tokens
  const isRotation = rules.generation > before.generation
  if (!isRotation || !token || others.length > 0) return rules
  if (token.label !== undefined || token.expires !== undefined) return rules
  return { ...rules, tokens: [{ ...token, general: true }] }
}

export function createSessionAccess({ sign, now }: SessionAccessOptions): SessionAccess {
  let rules: AccessRules | undefined
  let revoked = new Set<string>()
  let signedTokens: SignedKey[] = []
  /** The signed keys of one generation by id and expiry. */
  let keys = new Map<string, string>()
  let signing = Promise.resolve()
  /** Runs of `signTokens` that have not ended. */
  let runs = 0

  const isOver = (expires: number | undefined): boolean => expires !== undefined && expires <= now()

  /** Expired tokens are dropped when something else changes. */
  const current = (): AccessRules => withoutExpired(rules ?? NO_RULES, now())

  async function signTokens(): Promise<void> {
    const { generation, tokens } = rules!
    const next = new Map<string, string>()
    // Tokens that are revoked meanwhile are left out by the next run.
    signedTokens = await Promise.all(
      tokens
        .filter(({ id }) => !revoked.has(id))
        .map(async (token) => {
          const name = `${token.id}.${generation}.${token.expires}`
          const key = keys.get(name) ?? (await sign(generation, token))
          next.set(name, key)
          return { id: token.id, key }
        }),
    )
    keys = next
  }

  function set(next: AccessRules): boolean {
    if (rules && sameAccess(next, rules)) return false
    rules = next
    revoked = new Set(next.revoked)
    signedTokens = signedTokens.filter(({ id }) => !revoked.has(id))
    runs++
    signing = signing.then(signTokens).finally(() => runs--)
    return true
  }

  return {
    get rules() {
      return rules
    },
    get signedTokens() {
      return signedTokens
    },
    get isSigned() {
      return runs === 0
    },
    async whenSigned() {
      let awaited: Promise<void>
      do {
        awaited = signing
        await awaited
      } while (awaited !== signing)
    },
    linkKey(viewerKey) {
      if (viewerKey === undefined || !revoked.has(MAIN_TOKEN)) return viewerKey
      const general = rules?.tokens.find((token) => token.general && !isOver(token.expires))
      return signedTokens.find(({ id }) => id === general?.id)?.key
    },
    merge(other) {
      return set(mergeAccess(current(), other))
    },
    receive(value) {
      const problem = findAccessProblem(value)
      if (problem) return problem
      const before = current()
      const next = mergeAccess(before, withGeneralToken(readAccess(value)!, before))
      return isOverfull(next) ? FULL : set(next)
    },
    async admit(token) {
      const before = current()
      const { generation } = before
      const next = mergeAccess(before, { generation, tokens: [token], revoked: [] })
      if (isOverfull(next)) return undefined
      set(next)
      return sign(generation, token)
    },
    problem({ id, generation, expires }) {
      if (revoked.has(id)) return 'This link was withdrawn'
      if (generation !== undefined && generation < (rules?.generation ?? 0))
        return 'This link was withdrawn'
      if (isOver(expires)) return 'This link has expired'
      return undefined
    },
    timeToExpiry(passes) {
      let first = Number.POSITIVE_INFINITY
      for (const { expires } of passes) if (expires !== undefined) first = Math.min(first, expires)
      if (first === Number.POSITIVE_INFINITY) return undefined
      return Math.min(Math.max(0, first - now()), MAX_TIMEOUT)
    },
  }
}
