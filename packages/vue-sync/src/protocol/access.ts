import { isCount } from './count.ts'
import { isRecord } from './record.ts'

/** The id of the relay's own viewer key, for revoking it. */
export const MAIN_TOKEN = 'main'
/** The most tokens of one session, and the most revocations. A host that reaches it should `rotate`. */
export const MOST_TOKENS = 1000
/** The longest label of a token, in UTF-16 code units. */
export const LONGEST_LABEL = 200
/** The highest generation. It has the 15 digits that fit into a signed token. */
const LAST_GENERATION = 10 ** 15 - 1
/** How long the revocation of an expired token is kept, because the clocks of relays and hosts differ. */
const CLOCK_SKEW_MS = 60 * 60_000

/** A separate key for some viewers. The relay signs it, so it stays valid when host or relay restart. */
export interface ViewerToken {
  id: string
  /** The host's description, at most 200 characters. */
  label?: string
  /** When it expires, milliseconds since 1970. @default never */
  expires?: number
  /** Whether the relay's own links carry it once the relay's viewer key is revoked. @default false */
  general?: true
}

/** Which viewers a session admits. The relay keeps these rules. Hosts change them. */
export interface AccessRules {
  /** Tokens of an earlier generation are no longer valid. */
  generation: number
  /**
   * Valid tokens. A revoked token that expires stays listed, with only its id and expiry: both show when its
   * revocation can be dropped.
   */
  tokens: ViewerToken[]
  /** Ids of tokens that are no longer valid; `main` is the relay's own viewer key. */
  revoked: string[]
}

/** The rules of a session whose host has set none. */
export const NO_RULES: AccessRules = { generation: 0, tokens: [], revoked: [] }

/** A token with the key that the relay has signed, and the number of viewers connected with it. */
export interface SignedToken {
  id: string
  key: string
  viewers: number
}

const ID = /^[\w-]{1,64}$/

/** Returns a copy without unknown fields, or `undefined` for anything but a token. */
export function readToken(value: unknown): ViewerToken | undefined {
  if (!isRecord(value)) return undefined
  const { id, label, expires, general } = value
  const isValid =
    typeof id === 'string' &&
    ID.test(id) &&
    id !== MAIN_TOKEN &&
    (label === undefined || (typeof label === 'string' && label.length <= LONGEST_LABEL)) &&
    (expires === undefined || isCount(expires))
  return isValid
    ? createToken(id, label as string | undefined, expires, general === true)
    : undefined
}

/** Fields without a value are left out, so that equal tokens have equal JSON. */
function createToken(
  id: string,
  label: string | undefined,
  expires: number | undefined,
  general?: boolean,
): ViewerToken {
  return {
    id,
    ...(label !== undefined && { label }),
    ...(expires !== undefined && { expires }),
    ...(general && { general }),
  }
}

/** Reads rules from a host, a relay or storage; `undefined` if any part is malformed. */
export function readAccess(value: unknown): AccessRules | undefined {
  if (!isRecord(value)) return undefined
  const { generation, tokens, revoked } = value
  if (!isCount(generation) || generation > LAST_GENERATION) return undefined
  if (!Array.isArray(tokens) || !Array.isArray(revoked)) return undefined
  const read = tokens.map(readToken)
  if (!read.every((token) => token !== undefined)) return undefined
  if (!revoked.every((id): id is string => typeof id === 'string' && ID.test(id))) return undefined
  return mergeAccess(NO_RULES, { generation, tokens: read, revoked })
}

/** Returns the smaller value; `undefined` is greater than all. */
function least<T extends string | number>(a: T | undefined, b: T | undefined): T | undefined {
  return a === undefined || (b !== undefined && b < a) ? b : a
}

function mergeTokens(a: ViewerToken | undefined, b: ViewerToken): ViewerToken {
  if (!a) return b
  const isGeneral = a.general ?? b.general
  return createToken(b.id, least(a.label, b.label), least(a.expires, b.expires), isGeneral)
}

/**
 * Merges two views of the rules of one session. The result admits no viewer that either view locks out: the
 * generation is the higher one, and revocations are united. The tokens and revocations of an earlier generation
 * are dropped, because none of its tokens is valid any more. Only `main` has no generation, so its revocation
 * stays.
 *
 * It is commutative (apart from the order in lists), associative and idempotent. So nodes and hosts agree
 * whichever change reaches them first.
 */
export function mergeAccess(a: AccessRules, b: AccessRules): AccessRules {
  const generation = Math.max(a.generation, b.generation)
  const tokens = new Map<string, ViewerToken>()
  const revoked = new Set<string>()
  for (const rules of [a, b]) {
    const isLatest = rules.generation === generation
    for (const id of rules.revoked) if (isLatest || id === MAIN_TOKEN) revoked.add(id)
    if (!isLatest) continue
    for (const token of rules.tokens) tokens.set(token.id, mergeTokens(tokens.get(token.id), token))
  }
  for (const { id, expires } of tokens.values()) {
    if (!revoked.has(id)) continue
    if (expires === undefined) tokens.delete(id)
    else tokens.set(id, { id, expires })
  }
  return { generation, tokens: [...tokens.values()], revoked: [...revoked] }
}

/** Drops tokens that have expired, and revocations of tokens that expired on every clock. */
export function withoutExpired(rules: AccessRules, now: number): AccessRules {
  const revoked = new Set(rules.revoked)
  const tokens = rules.tokens.filter(({ id, expires = Number.POSITIVE_INFINITY }) => {
    if (!revoked.has(id)) return expires > now
    if (expires + CLOCK_SKEW_MS > now) return true
    revoked.delete(id)
    return false
  })
  if (tokens.length === rules.tokens.length) return rules
  return { ...rules, tokens, revoked: [...revoked] }
}

/** Whether there are more tokens or revocations than a session may have. */
export function isOverfull({ tokens, revoked }: AccessRules): boolean {
  return Math.max(tokens.length, revoked.length) > MOST_TOKENS
}

/** Whether two rules are equal. Both must come from these functions, which give equal rules equal JSON. */
export function sameAccess(a: AccessRules, b: AccessRules): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
