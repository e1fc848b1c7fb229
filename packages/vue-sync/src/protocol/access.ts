import { isRecord } from './record.ts'

/** The id of the relay's own viewer key, for revoking it. */
export const MAIN_TOKEN = 'main'
/** The most tokens of one session, issued or revoked. A host with more should `rotate`. */
export const MOST_TOKENS = 1000

/** A separate key for some viewers. The relay signs it, so it stays valid when host or relay restart. */
export interface ViewerToken {
  id: string
  /** The host's description. */
  label?: string | undefined
  /** When it expires, milliseconds since 1970. @default never */
  expires?: number | undefined
}

/** The host's rules about a session's viewers, which it sends on each connection. */
export interface AccessRules {
  /** Tokens of an earlier generation are no longer valid. */
  generation: number
  tokens: ViewerToken[]
  /** Ids of tokens that are no longer valid; `main` is the relay's own viewer key. */
  revoked: string[]
}

/** A token with the key that the relay has signed, and the number of viewers connected with it. */
export interface SignedToken {
  id: string
  key: string
  viewers: number
}

const ID = /^[\w-]{1,64}$/

function isToken(value: unknown): value is ViewerToken {
  if (!isRecord(value)) return false
  const { id, label, expires } = value
  return (
    typeof id === 'string' &&
    ID.test(id) &&
    id !== MAIN_TOKEN &&
    (label === undefined || typeof label === 'string') &&
    (expires === undefined || (Number.isSafeInteger(expires) && (expires as number) >= 0))
  )
}

/** Reads rules from a host or from storage; `undefined` if they are malformed. */
export function readAccess(value: unknown): AccessRules | undefined {
  if (!isRecord(value)) return undefined
  const { generation, tokens, revoked } = value
  if (!Number.isSafeInteger(generation) || (generation as number) < 0) return undefined
  if (!Array.isArray(tokens) || tokens.length > MOST_TOKENS || !tokens.every(isToken))
    return undefined
  if (!Array.isArray(revoked) || revoked.length > MOST_TOKENS) return undefined
  if (!revoked.every((id): id is string => typeof id === 'string' && ID.test(id))) return undefined
  return { generation: generation as number, tokens, revoked }
}
