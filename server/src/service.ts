import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { toNodeHandler } from 'h3/node'
import type { AddressBook } from './address-book.ts'
import type { Identity } from './identity.ts'
import { bootstrapRoutes, redirectRoutes, type RouteOptions, viewerRoutes } from './routes.ts'
import { answerSetUp } from './setup-route.ts'

export interface ServiceOptions extends Omit<RouteOptions, 'authority' | 'setUp'> {
  identity: Identity | undefined
  book: AddressBook
  port: () => number
  onSocket: (request: IncomingMessage, socket: Socket, head: Buffer) => void
}

export interface Service {
  onRequest: RequestListener
  onUpgrade: (request: IncomingMessage, socket: Socket, head: Buffer) => void
}

const TLS_ONLY = 'This relay takes sockets over TLS only: dial wss:// instead of ws://.\n'

function refuseSocket(socket: Socket): void {
  socket.end(
    'HTTP/1.1 426 Upgrade Required\r\nUpgrade: TLS/1.2, HTTP/1.1\r\nConnection: Upgrade, close\r\n' +
      `Content-Type: text/plain\r\nContent-Length: ${TLS_ONLY.length}\r\n\r\n${TLS_ONLY}`,
  )
}

/** A path and a `Host` that make no address: what reads them throws, and that must not end the process. */
function refuseRequest(response: ServerResponse): void {
  if (!response.headersSent) response.writeHead(400, { 'content-type': 'text/plain' })
  response.end('Bad request')
}

/** Who gets what: everything to who is safe from others on the network, else only the way to there. */
export function createService(options: ServiceOptions): Service {
  const { identity, clients, onSocket } = options
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
        ;(isServed(request) ? full : plain)(request, response)
      } catch {
        refuseRequest(response)
      }
    },
    onUpgrade(request, socket, head) {
      // Nobody listens while the keys are compared: a reset in that moment must not end the process.
      socket.on('error', () => socket.destroy())
      if (isServed(request)) onSocket(request, socket, head)
      else refuseSocket(socket)
    },
  }
}
