import type { H3Event } from 'h3'
import type { Clients } from '../guard/clients.ts'
import { keysMatch } from '../core/access/keys.ts'
import { requestOf } from './pair-route.ts'
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

/** Why who asks may not, if that is so; the answer's status says it then, too. */
export async function bearerProblem(
  event: H3Event,
  right: string,
  { clients, failures }: BearerOptions,
): Promise<BearerProblem | undefined> {
  const address = clients.addressOf(requestOf(event))
  // Before the key is looked at: who guesses must not learn whether a late guess was right.
  const wait = failures.wait(address)
  if (wait > 0) {
    event.res.headers.set('retry-after', String(Math.ceil(wait / 1000)))
    event.res.status = 429
    return 'too_many'
  }
  const key = keyOf(event)
  if (await keysMatch(key, right)) return undefined
  // Who has none does not guess.
  if (key !== undefined) failures.fail(address)
  event.res.headers.set('www-authenticate', 'Bearer realm="vue-sync"')
  event.res.status = 401
  return 'bad_key'
}
