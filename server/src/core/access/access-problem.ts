import {
  type AccessProblem,
  isRecord,
  LONGEST_LABEL,
  MOST_TOKENS,
  readAccess,
  readToken,
} from '@vue-sync/vue/protocol'

const TOO_MANY = `At most ${MOST_TOKENS} are kept. Call rotate(): it ends all of them, and the list starts again.`

export const FULL: AccessProblem = { field: 'access', reason: TOO_MANY }

const isReadable = (part: object): boolean =>
  readAccess({ generation: 0, tokens: [], revoked: [], ...part }) !== undefined

/** Finds the first malformed part of what a host sent as `access`. `undefined` when all of it is valid. */
export function findAccessProblem(value: unknown): AccessProblem | undefined {
  if (!isRecord(value)) return { field: 'access', reason: 'It must be an object.' }
  const { generation, tokens, revoked } = value
  if (!isReadable({ generation }))
    return {
      field: 'access.generation',
      reason: 'It must be an integer from 0 to 999999999999999.',
    }
  for (const [name, list] of Object.entries({ tokens, revoked })) {
    if (!Array.isArray(list)) return { field: `access.${name}`, reason: 'It must be a list.' }
    if (list.length > MOST_TOKENS) return { field: `access.${name}`, reason: TOO_MANY }
  }
  const badToken = (tokens as unknown[]).findIndex((token) => !readToken(token))
  if (badToken >= 0)
    return {
      field: `access.tokens[${badToken}]`,
      reason: `It needs an id of 1 to 64 letters, digits, "-" or "_" other than "main", a label of at most ${LONGEST_LABEL} characters or none, and an expiry in milliseconds since 1970 or none.`,
    }
  const badId = (revoked as unknown[]).findIndex((id) => !isReadable({ revoked: [id] }))
  if (badId >= 0)
    return {
      field: `access.revoked[${badId}]`,
      reason: 'It must be the id of a token: 1 to 64 letters, digits, "-" or "_".',
    }
  return undefined
}
