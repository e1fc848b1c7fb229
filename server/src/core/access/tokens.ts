import { toBase64Url } from '@vue-sync/vue/protocol'
import { createKeyCheck, type Digests, WEB_DIGESTS } from './key-check.ts'

/** The content of a token whose signature is valid. */
export interface TokenClaims {
  id: string
  generation: number
  /** Milliseconds since 1970. */
  expires: number | undefined
}

/** The part of a token that is signed. */
export type SignableToken = Pick<TokenClaims, 'id'> & Partial<Pick<TokenClaims, 'expires'>>

export interface TokenSigner {
  sign: (session: string, generation: number, token: SignableToken) => Promise<string>
  /**
   * `undefined` when the token was not signed with this secret for this session. Does not check whether the
   * token has expired or was revoked.
   */
  verify: (session: string, key: string) => Promise<TokenClaims | undefined>
}

/** The signature is cut to 128 bits. */
const MAC_BYTES = 16
const TOKEN = /^([\w-]{1,64})\.(\d{1,15})\.(\d{0,16})\.[\w-]{22}$/

/** Signs tokens with a key derived from the host key, so that they stay valid after a restart without storage. */
export function createTokenSigner(secret: string, digests: Digests = WEB_DIGESTS): TokenSigner {
  const makeMac = digests.hmac(`vue-sync viewer token\n${secret}`)

  async function signClaims(session: string, claims: string): Promise<string> {
    const mac = await makeMac(`${session}\n${claims}`)
    return `${claims}.${toBase64Url(mac.subarray(0, MAC_BYTES))}`
  }

  return {
    sign: (session, generation, { id, expires }) =>
      signClaims(session, `${id}.${generation}.${expires ?? ''}`),
    async verify(session, given) {
      const [, id, generation, expires] = TOKEN.exec(given) ?? []
      if (id === undefined) return undefined
      const expected = await signClaims(session, `${id}.${generation}.${expires}`)
      if (!(await createKeyCheck(expected, digests)(given))) return undefined
      return { id, generation: Number(generation), expires: expires ? Number(expires) : undefined }
    },
  }
}
