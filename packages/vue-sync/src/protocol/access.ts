import { isRecord } from './record.ts'

/** The relay's own viewer key, as it is called where tokens are revoked. */
export const MAIN_TOKEN = 'main'
/** Beyond, `rotate` is what is wanted. */
export const MOST_TOKENS = 1000

/** A way in for some viewers. The relay signs it, so it outlives a restart of either side. */
export interface ViewerToken {
  id: string
  /** What it is for, in the host's words. */
  label?: string | undefined
  /** When it ends, milliseconds since 1970. @default never */
  expires?: number | undefined
}

/** Who may view a session: its host says it anew on each connection. */
export interface AccessRules {
  /** Tokens of an earlier generation are good no more. */
  generation: number
  tokens: ViewerToken[]
  /** Ids that are good no more; `main` is the relay's own viewer key. */
  revoked: string[]
}

/** A token as the relay has signed it, and how many viewers came by it. */
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

/** Rules as a host or a storage gives them; `undefined` for what is none. */
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
