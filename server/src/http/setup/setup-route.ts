import type { IncomingMessage } from 'node:http'
import type { H3Event } from 'h3-2'
import { DEFAULT_SESSION, isSessionName, randomId, readSession } from '@vue-sync/vue/protocol'
import { wayUp } from '../../core/base-path.ts'
import type { AddressBook } from '../../network/address-book.ts'
import { bracketed } from '../../network/addresses.ts'
import type { Clients } from '../../guard/clients.ts'
import { nameOf } from '../../guard/hosts-and-origins.ts'
import type { ServerCertificate } from '../../tls/server-certificate.ts'
import { nodeRequestOf } from '../node-request.ts'
import { guidePage, pagePolicy, plainPage } from './setup-page.ts'

export interface SetUpRouteOptions {
  certificate: ServerCertificate | undefined
  book: AddressBook
  clients: Clients
  port: () => number
  /** The base path: `''` for the root. */
  base: string
}

/** The https address of this relay for a client: at the name it used, if the certificate is valid for it. */
function secureRelay(
  { headers: { host } }: IncomingMessage,
  { certificate, book, port, base }: SetUpRouteOptions,
): string {
  const name = nameOf(host)
  const asked = name !== '' && certificate?.covers(name)
  const known = book.list().find(({ address }) => certificate?.covers(address))
  const at = asked ? name : (known?.address ?? '127.0.0.1')
  // If a router forwards another port to ours, that port works for TLS too.
  const askedPort = asked && /:(\d+)$/.exec(host!)?.[1]
  return `https://${bracketed(at)}:${askedPort || port()}${base}`
}

/** The session that the page of a viewer would open. */
function sessionOf({ pathname, searchParams }: URL): string {
  const named = searchParams.get('s')
  return named && isSessionName(named) ? named : (readSession(pathname) ?? DEFAULT_SESSION)
}

/** `GET /setup`, and the answer to page requests over plain http. */
export function answerSetUp(event: H3Event, options: SetUpRouteOptions): string {
  const { certificate, book, clients } = options
  const request = nodeRequestOf(event)
  const nonce = randomId()
  const { headers } = event.res
  headers.set('content-type', 'text/html; charset=utf-8')
  headers.set('cache-control', 'no-store')
  headers.set('content-security-policy', pagePolicy(nonce))
  headers.set('referrer-policy', 'no-referrer')
  headers.set('x-content-type-options', 'nosniff')
  const authority = certificate?.authority
  const isOverTls = 'encrypted' in request.socket || clients.isForwardedTls(request)
  if (!authority) return plainPage({ nonce, secure: isOverTls, home: wayUp(event.url.pathname) })
  return guidePage({
    nonce,
    authority,
    hostname: book.hostname,
    userAgent: request.headers['user-agent'] ?? '',
    relay: secureRelay(request, options),
    home: wayUp(event.url.pathname),
    session: sessionOf(event.url),
    auto: event.url.pathname !== '/setup',
  })
}
