import type { IncomingMessage } from 'node:http'
import type { H3Event } from 'h3'
import { randomId, readSession } from '@vue-sync/vue/protocol'
import type { AddressBook } from '../../network/address-book.ts'
import { bracketed } from '../../network/addresses.ts'
import type { Clients } from '../../guard/clients.ts'
import { nameOf } from '../../guard/guard.ts'
import type { Identity } from '../../tls/tls-identity.ts'
import { requestOf } from '../pair-route.ts'
import { guidePage, pagePolicy, plainPage } from './setup-page.ts'

export interface SetUpRouteOptions {
  identity: Identity | undefined
  book: AddressBook
  clients: Clients
  port: () => number
}

/** Where this relay is reached over TLS by who made a request: as they called it, if the certificate is for that. */
function secureOrigin(
  { headers: { host } }: IncomingMessage,
  { identity, book, port }: SetUpRouteOptions,
): string {
  const name = nameOf(host)
  const asked = name !== '' && identity?.covers(name)
  const known = book.list().find(({ address }) => identity?.covers(address))
  const at = asked ? name : (known?.address ?? '127.0.0.1')
  // Another port than ours was forwarded to us, and is so for TLS too.
  const askedPort = asked && /:(\d+)$/.exec(host!)?.[1]
  return `https://${bracketed(at)}:${askedPort || port()}`
}

/** `GET /setup`, and every page for who is not served over TLS yet. */
export function answerSetUp(event: H3Event, options: SetUpRouteOptions): string {
  const { identity, book, clients } = options
  const request = requestOf(event)
  const nonce = randomId()
  const { headers } = event.res
  headers.set('content-type', 'text/html; charset=utf-8')
  headers.set('cache-control', 'no-store')
  headers.set('content-security-policy', pagePolicy(nonce))
  headers.set('referrer-policy', 'no-referrer')
  headers.set('x-content-type-options', 'nosniff')
  const authority = identity?.authority
  const isOverTls = 'encrypted' in request.socket || clients.isForwardedTls(request)
  if (!authority) return plainPage({ nonce, secure: isOverTls })
  return guidePage({
    nonce,
    authority,
    hostname: book.hostname,
    userAgent: request.headers['user-agent'] ?? '',
    origin: secureOrigin(request, options),
    session: readSession(event.url.pathname) ?? 'default',
    auto: event.url.pathname !== '/setup',
  })
}
