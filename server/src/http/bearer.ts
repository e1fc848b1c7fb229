import type { H3Event } from 'h3'
import type { Clients } from '../guard/clients.ts'
import { isLongKey, keysMatch } from '../core/access/keys.ts'
import { nodeRequestOf } from './node-request.ts'
import type { RateLimit } from '../guard/rate-limit.ts'

export interface BearerOptions {
  clients: Clients
  attempts: RateLimit
}

export type BearerProblem = 'bad_key' | 'too_many'

/** The key of `Authorization: Bearer KEY`. */
function keyOf(event: H3Event): string | undefined {
  return /^Bearer +(\S+) *$/i.exec(event.req.headers.get('authorization') ?? '')?.[1]
}

/**
 * Checks the `Authorization` header. On a problem it also sets the status and headers of the response.
 *
 * @param right the key that opens the route
 */
export async function bearerProblem(
  event: H3Event,
  right: string,
  { clients, attempts }: BearerOptions,
): Promise<BearerProblem | undefined> {
  const key = keyOf(event)
  const isLong = isLongKey(right)
  // No number of guesses finds a long key, so its owner need not wait because of the guesses of others.
  if (isLong && (await keysMatch(key, right))) return undefined
  // A request without a key is not a guess.
  if (key !== undefined) {
    const address = clients.addressOf(nodeRequestOf(event))
    // Counted before a short key is compared, so that a client that must wait does not learn whether it was right.
    const wait = await attempts.begin(address)
    if (wait > 0) {
      event.res.headers.set('retry-after', String(Math.ceil(wait / 1000)))
      event.res.status = 429
      return 'too_many'
    }
    if (!isLong && (await keysMatch(key, right))) {
      attempts.succeed(address)
      return undefined
    }
  }
  event.res.headers.set('www-authenticate', 'Bearer realm="vue-sync"')
  event.res.status = 401
  return 'bad_key'
}
