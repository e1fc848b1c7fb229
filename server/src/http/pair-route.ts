import type { IncomingMessage } from 'node:http'
import { assertBodySize, type H3Event } from 'h3'
import { isRecord, readPairCode } from '@vue-sync/vue/protocol'
import type { Clients } from '../guard/clients.ts'
import type { Pairing } from './pairing.ts'
import type { RateLimit } from '../guard/rate-limit.ts'

export interface PairRouteOptions {
  pairing: Pairing
  failures: RateLimit
  clients: Clients
  /** A code that another node shows. @default there is none */
  findElsewhere?: ((code: string) => Promise<string | undefined>) | undefined
  /** What opens a session now, if anything does. */
  linkKey: (session: string) => Promise<{ key: string | undefined } | undefined>
}

const MOST_BYTES = 256

type Answer = { session: string; key?: string } | { error: string }

async function readCode(event: H3Event): Promise<string | undefined> {
  try {
    assertBodySize(event, MOST_BYTES)
    const body: unknown = await event.req.json()
    return isRecord(body) && typeof body['code'] === 'string' ? body['code'] : undefined
  } catch {
    return undefined
  }
}

/** The request as Node has it: its connection says who it is from. */
export function requestOf(event: H3Event): IncomingMessage {
  return event.runtime!.node!.req as IncomingMessage
}

/** `POST /pair`: a code that somebody typed for the session it stands for, and its key. */
export async function answerPair(event: H3Event, options: PairRouteOptions): Promise<Answer> {
  const { pairing, failures, clients, findElsewhere, linkKey } = options
  const { headers } = event.res
  const refuse = (status: number, error: string): Answer => {
    event.res.status = status
    return { error }
  }
  headers.set('cache-control', 'no-store')
  // A form of another site cannot send this type, and nothing here lets a script of one do it.
  const type = event.req.headers.get('content-type') ?? ''
  if (!/^application\/json\s*(?:;|$)/i.test(type)) return refuse(415, 'json_only')
  const code = await readCode(event)
  if (code === undefined) return refuse(400, 'bad_request')
  const address = clients.addressOf(requestOf(event))
  // Before the code is looked at: who guesses must not learn whether a late guess was right.
  const wait = failures.wait(address)
  if (wait > 0) {
    headers.set('retry-after', String(Math.ceil(wait / 1000)))
    return refuse(429, 'too_many')
  }
  const read = readPairCode(code)
  const session =
    pairing.find(code) ?? (read && (await findElsewhere?.(read).catch(() => undefined)))
  const opens = session === undefined ? undefined : await linkKey(session)
  if (session !== undefined && opens)
    return { session, ...(opens.key !== undefined && { key: opens.key }) }
  failures.fail(address)
  return refuse(404, 'unknown_code')
}
