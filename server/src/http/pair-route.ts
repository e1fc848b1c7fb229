import { assertBodySize, type H3Event } from 'h3-2'
import { isRecord, readPairCode } from '@vue-sync/vue/protocol'
import type { Audit } from '../core/audit.ts'
import type { Clients } from '../guard/clients.ts'
import { nodeRequestOf } from './node-request.ts'
import type { PairingCode } from '../core/shared/backplane.ts'
import type { Pairing } from './pairing.ts'
import type { RateLimit } from '../guard/rate-limit.ts'

export interface PairRouteOptions {
  /** Receives a refusal or a lock-out. @default dropped */
  audit?: Audit | undefined
  /** `undefined` on a relay without codes: one that follows another relay. */
  pairing: Pairing | undefined
  attempts: RateLimit
  clients: Clients
  /** Finds a code that another node shows. @default none */
  findElsewhere?: ((code: string) => Promise<PairingCode | undefined>) | undefined
  /** Makes the key of a code's viewers, if they need one; `undefined` when the code has ended. */
  redeem: (code: PairingCode) => Promise<{ key?: string } | undefined>
}

const MAX_BYTES = 256

type Answer = { session: string; key?: string } | { error: string }

async function readCode(event: H3Event): Promise<string | undefined> {
  try {
    assertBodySize(event, MAX_BYTES)
    const body: unknown = await event.req.json()
    return isRecord(body) && typeof body['code'] === 'string' ? body['code'] : undefined
  } catch {
    return undefined
  }
}

/** Answers `/pair` where it cannot be used. */
export function refusePair(event: H3Event, status: number, error: string): Answer {
  const { res } = event
  res.status = status
  res.headers.set('cache-control', 'no-store')
  if (status === 405) res.headers.set('allow', 'POST')
  return { error }
}

/** `POST /pair`: returns session and key for a typed code. */
export async function answerPair(event: H3Event, options: PairRouteOptions): Promise<Answer> {
  const { pairing, attempts, clients, findElsewhere, redeem } = options
  const { headers } = event.res
  const refuse = (status: number, error: string): Answer => {
    event.res.status = status
    return { error }
  }
  headers.set('cache-control', 'no-store')
  if (!pairing) return refuse(404, 'no_codes')
  // A form on another site cannot send this type, and a script there would need CORS, which is never granted.
  const type = event.req.headers.get('content-type') ?? ''
  if (!/^application\/json\s*(?:;|$)/i.test(type)) return refuse(415, 'json_only')
  const code = await readCode(event)
  if (code === undefined) return refuse(400, 'bad_request')
  const address = clients.addressOf(nodeRequestOf(event))
  // Counted before the code is looked up, so that parallel guesses cannot pass the limit together.
  const wait = await attempts.begin(address)
  if (wait > 0) {
    options.audit?.({ kind: 'locked_out', via: 'pair', address })
    headers.set('retry-after', String(Math.ceil(wait / 1000)))
    return refuse(429, 'too_many')
  }
  const read = readPairCode(code)
  const found = pairing.find(code) ?? (read && (await findElsewhere?.(read).catch(() => undefined)))
  const admitted = found && (await redeem(found))
  if (!found || !admitted) {
    options.audit?.({ kind: 'refused', via: 'pair', address, reason: 'The code is wrong' })
    return refuse(404, 'unknown_code')
  }
  attempts.succeed(address)
  return { session: found.session, ...admitted }
}
