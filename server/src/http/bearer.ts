import type { H3Event } from 'h3'
import type { Clients } from '../guard/clients.ts'
import { keysMatch } from '../core/access/keys.ts'
import { nodeRequestOf } from './node-request.ts'
import type { RateLimit } from '../guard/rate-limit.ts'

export interface BearerOptions {
  clients: Clients
  failures: RateLimit
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
  { clients, failures }: BearerOptions,
): Promise<BearerProblem | undefined> {
  const address = clients.addressOf(nodeRequestOf(event))
  // Checked before the key, so that a client that must wait does not learn whether its guess was right.
  const wait = failures.waitTime(address)
  if (wait > 0) {
    event.res.headers.set('retry-after', String(Math.ceil(wait / 1000)))
    event.res.status = 429
    return 'too_many'
  }
  const key = keyOf(event)
  if (await keysMatch(key, right)) return undefined
  // A request without a key is not a guess.
  if (key !== undefined) failures.recordFailure(address)
  event.res.headers.set('www-authenticate', 'Bearer realm="vue-sync"')
  event.res.status = 401
  return 'bad_key'
}
