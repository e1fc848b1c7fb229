import type { H3Event } from 'h3-2'
import type { Clients } from '../guard/clients.ts'
import type { Audit } from '../core/audit.ts'
import { bearerOf } from '../core/bearer-of.ts'
import { isLongKey } from '../core/access/key-strength.ts'
import { keysMatch } from '../core/access/keys.ts'
import { nodeRequestOf } from './node-request.ts'
import type { RateLimit } from '../guard/rate-limit.ts'

export interface BearerOptions {
  /** Receives a refusal or a lock-out. @default dropped */
  audit?: Audit | undefined
  clients: Clients
  attempts: RateLimit
}

export type BearerProblem = 'bad_key' | 'too_many'

const keyProblem = (key: string | undefined): string =>
  `The key is ${key === undefined ? 'missing' : 'wrong'}`

/**
 * Checks the `Authorization` header. On a problem it also sets the status and headers of the response.
 *
 * @param right the key that opens the route
 * @param via the route, for the audit log
 */
export async function bearerProblem(
  event: H3Event,
  right: string,
  via: 'admin' | 'metrics',
  { clients, attempts, audit }: BearerOptions,
): Promise<BearerProblem | undefined> {
  const key = bearerOf(event.req.headers)
  const isLong = isLongKey(right)
  // No number of guesses finds a long key, so its owner need not wait because of the guesses of others.
  if (isLong && (await keysMatch(key, right))) return undefined
  const address = clients.addressOf(nodeRequestOf(event))
  // A request without a key is not a guess.
  if (key !== undefined) {
    // Counted before a short key is compared, so that a client that must wait does not learn whether it was right.
    const wait = await attempts.begin(address)
    if (wait > 0) {
      audit?.({ kind: 'locked_out', via, address })
      event.res.headers.set('retry-after', String(Math.ceil(wait / 1000)))
      event.res.status = 429
      return 'too_many'
    }
    if (!isLong && (await keysMatch(key, right))) {
      attempts.succeed(address)
      return undefined
    }
  }
  audit?.({ kind: 'refused', via, address, reason: keyProblem(key) })
  event.res.headers.set('www-authenticate', 'Bearer realm="vue-sync"')
  event.res.status = 401
  return 'bad_key'
}
