import { toBase64Url, type ViewerToken } from '@vue-sync/vue/protocol'
import { keysMatch } from './keys.ts'

/** What a token says of itself, once its signature is found to be right. */
export interface TokenClaims {
  id: string
  generation: number
  /** Milliseconds since 1970. */
  expires: number | undefined
}

export interface TokenSigner {
  sign: (session: string, generation: number, token: ViewerToken) => Promise<string>
  /** `undefined` for what was not signed here for this session. Whether it is still good is another matter. */
  verify: (session: string, key: string) => Promise<TokenClaims | undefined>
}

const encoder = new TextEncoder()
/** 128 bits of the signature. */
const MAC_BYTES = 16
const TOKEN = /^([\w-]{1,64})\.(\d{1,15})\.(\d{0,16})\.[\w-]{22}$/

/** Tokens need no memory: who knows the host key can tell which are its own, also after a restart. */
export function createTokenSigner(secret: string): TokenSigner {
  let imported: Promise<CryptoKey> | undefined
  const key = (): Promise<CryptoKey> =>
    (imported ??= crypto.subtle.importKey(
      'raw',
      encoder.encode(`vue-sync viewer token\n${secret}`),
      { name: 'HMAC', hash: 'SHA-256' },
      false,
      ['sign'],
    ))

  async function write(session: string, claims: string): Promise<string> {
    const text = encoder.encode(`${session}\n${claims}`)
    const mac = new Uint8Array(await crypto.subtle.sign('HMAC', await key(), text))
    return `${claims}.${toBase64Url(mac.subarray(0, MAC_BYTES))}`
  }

  return {
    sign: (session, generation, { id, expires }) =>
      write(session, `${id}.${generation}.${expires ?? ''}`),
    async verify(session, given) {
      const [, id, generation, expires] = TOKEN.exec(given) ?? []
      if (id === undefined) return undefined
      const right = await write(session, `${id}.${generation}.${expires}`)
      if (!(await keysMatch(given, right))) return undefined
      return { id, generation: Number(generation), expires: expires ? Number(expires) : undefined }
    },
  }
}
