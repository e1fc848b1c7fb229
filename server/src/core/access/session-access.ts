import {
  type AccessRules,
  MAIN_TOKEN,
  type SignedToken,
  type ViewerToken,
} from '@vue-sync/vue/protocol'
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

/** The access rules of one session, as its host set them. */
export interface SessionAccess {
  /** `undefined` until a host sets rules. */
  readonly rules: AccessRules | undefined
  /** The tokens that are not revoked, with their keys. */
  readonly signedTokens: readonly SignedKey[]
  /** The key that viewer links carry. `undefined` when no key admits a viewer any more. */
  linkKey: (viewerKey: string | undefined) => { key: string | undefined } | undefined
  /** Applies the rules synchronously. Resolves when the tokens are signed. */
  setRules: (rules: AccessRules) => Promise<void>
  /** Why a pass is no longer valid; `undefined` while it is. */
  problem: (pass: Pass) => string | undefined
  /** Milliseconds until the first of these passes expires, at most what a timer accepts. */
  timeToExpiry: (passes: Iterable<Pass>) => number | undefined
}

export function createSessionAccess({ sign, now }: SessionAccessOptions): SessionAccess {
  let rules: AccessRules | undefined
  let revoked = new Set<string>()
  let signedTokens: SignedKey[] = []

  return {
    get rules() {
      return rules
    },
    get signedTokens() {
      return signedTokens
    },
    linkKey(viewerKey) {
      if (viewerKey === undefined || !revoked.has(MAIN_TOKEN)) return { key: viewerKey }
      const valid = rules?.tokens.find(({ expires }) => expires === undefined || expires > now())
      const key = signedTokens.find(({ id }) => id === valid?.id)?.key
      return key === undefined ? undefined : { key }
    },
    async setRules(next) {
      rules = next
      revoked = new Set(next.revoked)
      const valid = next.tokens.filter(({ id }) => !revoked.has(id))
      const signed = await Promise.all(
        valid.map(async (token) => ({ id: token.id, key: await sign(next.generation, token) })),
      )
      // Newer rules may have been set while these tokens were signed.
      if (rules === next) signedTokens = signed
    },
    problem({ id, generation, expires }) {
      if (revoked.has(id)) return 'This link was withdrawn'
      if (generation !== undefined && generation < (rules?.generation ?? 0))
        return 'This link was withdrawn'
      if (expires !== undefined && expires <= now()) return 'This link has expired'
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
