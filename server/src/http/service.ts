import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { toNodeHandler } from 'h3/node'
import type { AddressBook } from '../network/address-book.ts'
import { type Guard, misdirected } from '../guard/guard.ts'
import { answerHealth, answerText, type Readiness } from './health.ts'
import type { Identity } from '../tls/tls-identity.ts'
import { bootstrapRoutes, redirectRoutes, type RouteOptions, viewerRoutes } from './routes.ts'
import { answerSetUp } from './setup/setup-route.ts'

export interface ServiceOptions extends Omit<RouteOptions, 'authority' | 'setUp'> {
  identity: Identity | undefined
  book: AddressBook
  port: () => number
  guard: Guard
  readiness: () => Readiness
  onSocket: (request: IncomingMessage, socket: Socket, head: Buffer) => void
}

export interface Service {
  onRequest: RequestListener
  onUpgrade: (request: IncomingMessage, socket: Socket, head: Buffer) => void
}

const HEADS = {
  421: '421 Misdirected Request',
  426: '426 Upgrade Required\r\nUpgrade: TLS/1.2, HTTP/1.1',
} as const

const TLS_ONLY = 'This relay takes sockets over TLS only: dial wss:// instead of ws://.\n'

function refuseSocket(socket: Socket, status: keyof typeof HEADS, text: string): void {
  socket.end(
    `HTTP/1.1 ${HEADS[status]}\r\nConnection: ${status === 426 ? 'Upgrade, ' : ''}close\r\n` +
      `Content-Type: text/plain\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
  )
}

/** A page may ask anything of a relay whose name it has taken, and send to any: both end here. */
function answerStranger(
  request: IncomingMessage,
  response: ServerResponse,
  { guard, clients }: ServiceOptions,
): boolean {
  const call = clients.callOf(request)
  if (!guard.answersTo(call.host)) answerText(response, 421, misdirected(call.host))
  else if (request.method === 'POST' && !['none', 'own'].includes(guard.callerOf(call)))
    answerText(response, 403, '{"error":"bad_origin"}', 'application/json')
  else return false
  return true
}

/** A path and a `Host` that make no address: what reads them throws, and that must not end the process. */
function refuseRequest(response: ServerResponse): void {
  if (!response.headersSent) response.writeHead(400, { 'content-type': 'text/plain' })
  response.end('Bad request')
}

/** Who gets what: everything to who is safe from others on the network, else only the way to there. */
export function createService(options: ServiceOptions): Service {
  const { identity, clients, guard, onSocket } = options
  const { authority } = identity ?? {}

  const routes: RouteOptions = {
    ...options,
    authority,
    setUp: (event) => answerSetUp(event, options),
  }
  const full = toNodeHandler(viewerRoutes(routes)) as RequestListener
  const plain = toNodeHandler(
    authority ? bootstrapRoutes(routes) : redirectRoutes(),
  ) as RequestListener
  const isServed = (request: IncomingMessage): boolean => !identity || clients.isSecure(request)

  return {
    onRequest(request, response) {
      try {
        if (answerStranger(request, response, options)) return
        if (answerHealth(request, response, options.readiness())) return
        ;(isServed(request) ? full : plain)(request, response)
      } catch {
        refuseRequest(response)
      }
    },
    onUpgrade(request, socket, head) {
      // Nobody listens while the keys are compared: a reset in that moment must not end the process.
      socket.on('error', () => socket.destroy())
      const { host } = clients.callOf(request)
      if (!guard.answersTo(host)) refuseSocket(socket, 421, misdirected(host))
      else if (isServed(request)) onSocket(request, socket, head)
      else refuseSocket(socket, 426, TLS_ONLY)
    },
  }
}
