import {
  type AccessRules,
  MAIN_TOKEN,
  type SignedToken,
  type ViewerToken,
} from '@vue-sync/vue/protocol'
import type { TokenClaims } from './tokens.ts'

/** The longest that a timer can wait on every runtime. */
const LONGEST_WAIT = 2 ** 31 - 1

/** By what a viewer came in: the relay's own key, or a token. */
export type Pass = Pick<TokenClaims, 'id' | 'expires'> & { generation?: number }

export const MAIN_PASS: Pass = { id: MAIN_TOKEN, expires: undefined }

/** By `authorize`: neither a rotation nor a revoked key means it. */
export const AUTHORIZED_PASS: Pass = { id: 'authorized', expires: undefined }

export interface AccessOptions {
  sign: (generation: number, token: ViewerToken) => Promise<string>
  now: () => number
}

/** Who may view one session, as its host has said it. */
export class Access {
  readonly #options: AccessOptions
  #rules: AccessRules | undefined
  #revoked = new Set<string>()
  #signed: Omit<SignedToken, 'viewers'>[] = []

  constructor(options: AccessOptions) {
    this.#options = options
  }

  /** Nothing is forgotten with it. */
  get isDefault(): boolean {
    return !this.#rules
  }

  get rules(): AccessRules | undefined {
    return this.#rules
  }

  get signed(): readonly Omit<SignedToken, 'viewers'>[] {
    return this.#signed
  }

  /** What the links carry; `undefined` where no key opens the session any more. */
  linkKey(viewerKey: string | undefined): { key: string | undefined } | undefined {
    if (viewerKey === undefined || !this.#revoked.has(MAIN_TOKEN)) return { key: viewerKey }
    const now = this.#options.now()
    const good = this.#rules?.tokens.find(({ expires }) => expires === undefined || expires > now)
    const key = this.#signed.find(({ id }) => id === good?.id)?.key
    return key === undefined ? undefined : { key }
  }

  /** Holds from this very moment; resolves when the tokens are signed. */
  async set(rules: AccessRules): Promise<void> {
    this.#rules = rules
    this.#revoked = new Set(rules.revoked)
    const good = rules.tokens.filter(({ id }) => !this.#revoked.has(id))
    const signed = await Promise.all(
      good.map(async (token) => ({
        id: token.id,
        key: await this.#options.sign(rules.generation, token),
      })),
    )
    if (this.#rules === rules) this.#signed = signed
  }

  /** Why a pass is good no more, if that is so. */
  problem({ id, generation, expires }: Pass): string | undefined {
    if (this.#revoked.has(id)) return 'This link was withdrawn'
    if (generation !== undefined && generation < (this.#rules?.generation ?? 0))
      return 'This link was withdrawn'
    if (expires !== undefined && expires <= this.#options.now()) return 'This link has expired'
    return undefined
  }

  /** Milliseconds until the first of these ends, as far as a timer can wait. */
  wait(passes: Iterable<Pass>): number | undefined {
    let first = Number.POSITIVE_INFINITY
    for (const { expires } of passes) if (expires !== undefined) first = Math.min(first, expires)
    if (first === Number.POSITIVE_INFINITY) return undefined
    return Math.min(Math.max(0, first - this.#options.now()), LONGEST_WAIT)
  }
}
