import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { toNodeHandler } from 'h3/node'
import type { AddressBook } from '../network/address-book.ts'
import { type Guard, unknownHostText } from '../guard/hosts-and-origins.ts'
import { answerHealth, answerText, type Readiness } from './health.ts'
import type { ServerCertificate } from '../tls/server-certificate.ts'
import { bootstrapRoutes, redirectRoutes, type RouteOptions, viewerRoutes } from './routes.ts'
import { answerSetUp } from './setup/setup-route.ts'

export interface RequestHandlersOptions extends Omit<RouteOptions, 'authority' | 'setUp'> {
  certificate: ServerCertificate | undefined
  book: AddressBook
  port: () => number
  guard: Guard
  readiness: () => Readiness
  onSocket: (request: IncomingMessage, socket: Socket, head: Buffer) => void
}

export interface RequestHandlers {
  onRequest: RequestListener
  onUpgrade: (request: IncomingMessage, socket: Socket, head: Buffer) => void
}

const HEADS = {
  421: '421 Misdirected Request',
  426: '426 Upgrade Required\r\nUpgrade: TLS/1.2, HTTP/1.1',
} as const

const TLS_ONLY = 'This relay accepts sockets over TLS only: use wss:// instead of ws://.\n'

function refuseSocket(socket: Socket, status: keyof typeof HEADS, text: string): void {
  socket.end(
    `HTTP/1.1 ${HEADS[status]}\r\nConnection: ${status === 426 ? 'Upgrade, ' : ''}close\r\n` +
      `Content-Type: text/plain\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
  )
}

/**
 * Refuses requests for a foreign host name (DNS rebinding), and POST requests from pages of other origins. Returns
 * whether it answered.
 */
function refuseForeign(
  request: IncomingMessage,
  response: ServerResponse,
  { guard, clients }: RequestHandlersOptions,
): boolean {
  const call = clients.browserRequestOf(request)
  if (!guard.acceptsHost(call.host)) answerText(response, 421, unknownHostText(call.host))
  else if (request.method === 'POST' && !['none', 'own'].includes(guard.pageOriginOf(call)))
    answerText(response, 403, '{"error":"bad_origin"}', 'application/json')
  else return false
  return true
}

/** Answers a request whose path and `Host` form no valid URL: h3 throws on it, which must not end the process. */
function refuseRequest(response: ServerResponse): void {
  if (!response.headersSent) response.writeHead(400, { 'content-type': 'text/plain' })
  response.end('Bad request')
}

/** With TLS, clients on plain http get only the set-up page or a redirect; all others get everything. */
export function createRequestHandlers(options: RequestHandlersOptions): RequestHandlers {
  const { certificate, clients, guard, onSocket } = options
  const { authority } = certificate ?? {}

  const routes: RouteOptions = {
    ...options,
    authority,
    setUp: (event) => answerSetUp(event, options),
  }
  const full = toNodeHandler(viewerRoutes(routes)) as RequestListener
  const plain = toNodeHandler(
    authority ? bootstrapRoutes(routes) : redirectRoutes(),
  ) as RequestListener
  const isServed = (request: IncomingMessage): boolean => !certificate || clients.isSecure(request)

  return {
    onRequest(request, response) {
      try {
        if (refuseForeign(request, response, options)) return
        if (answerHealth(request, response, options.readiness())) return
        ;(isServed(request) ? full : plain)(request, response)
      } catch {
        refuseRequest(response)
      }
    },
    onUpgrade(request, socket, head) {
      // No other listener is there while keys are compared; a reset at that moment must not end the process.
      socket.on('error', () => socket.destroy())
      const { host } = clients.browserRequestOf(request)
      if (!guard.acceptsHost(host)) refuseSocket(socket, 421, unknownHostText(host))
      else if (isServed(request)) onSocket(request, socket, head)
      else refuseSocket(socket, 426, TLS_ONLY)
    },
  }
}
