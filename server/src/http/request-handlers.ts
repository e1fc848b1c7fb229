import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { toNodeHandler } from 'h3-2/node'
import { CLOSE } from '@vue-sync/vue/protocol'
import type { Refusal } from '../core/session-limits.ts'
import type { AddressBook } from '../network/address-book.ts'
import {
  type Guard,
  nameOf,
  unknownHostReason,
  unknownHostText,
} from '../guard/hosts-and-origins.ts'
import type { PendingConnections } from '../guard/pending-connections.ts'
import { answerHealth, answerText, type Readiness } from './health.ts'
import type { ServerCertificate } from '../tls/server-certificate.ts'
import { bootstrapRoutes, redirectRoutes, type RouteOptions, viewerRoutes } from './routes.ts'
import { endUpgrade } from './refused-sockets.ts'
import { belowBase } from '../core/base-path.ts'
import { answerSetUp } from './setup/setup-route.ts'

export interface RequestHandlersOptions extends Omit<
  RouteOptions,
  'authority' | 'isPublicCertificate' | 'setUp'
> {
  /** The base path: `''` for the root. */
  base: string
  certificate: ServerCertificate | undefined
  book: AddressBook
  port: () => number
  guard: Guard
  readiness: () => Readiness
  pending: PendingConnections
  /** @param refusal why the client is refused in any case */
  onSocket: (request: IncomingMessage, socket: Socket, head: Buffer, refusal?: Refusal) => void
  /** Answers a viewer over HTTP. Returns whether the path is one of its endpoints. */
  answerLog: (request: IncomingMessage, response: ServerResponse) => boolean
}

export interface RequestHandlers {
  onRequest: RequestListener
  onUpgrade: (request: IncomingMessage, socket: Socket, head: Buffer) => void
}

const TLS_ONLY = 'This relay accepts sockets over TLS only: use wss:// instead of ws://'

/** `/pair` answers in JSON also where it refuses. */
const isPair = ({ url }: IncomingMessage): boolean => /^\/pair(?:$|\?)/.test(url ?? '')

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
  if (!guard.acceptsHost(call.host)) {
    if (isPair(request)) answerText(response, 421, '{"error":"unknown_host"}', 'application/json')
    else answerText(response, 421, unknownHostText(call.host))
  } else if (request.method === 'POST' && !['none', 'own'].includes(guard.pageOriginOf(call)))
    answerText(response, 403, '{"error":"bad_origin"}', 'application/json')
  else return false
  return true
}

/** Answers a request whose path and `Host` form no valid URL: h3 throws on it, which must not end the process. */
function refuseRequest(response: ServerResponse): void {
  if (!response.headersSent) response.writeHead(400, { 'content-type': 'text/plain' })
  response.end('Bad request')
}

/** Answers a request for a path outside of the base: only the base without its last slash leads into it. */
function answerOutside(
  { method, url = '' }: IncomingMessage,
  response: ServerResponse,
  base: string,
): void {
  const rest = url.slice(base.length)
  const isBase = url.startsWith(base) && /^(?:\?|$)/.test(rest)
  if (!isBase || (method !== 'GET' && method !== 'HEAD'))
    return answerText(response, 404, 'Not found')
  const location = `${base}/${rest}`
  response.writeHead(308, { location, 'cache-control': 'no-store' }).end()
}

/**
 * Requests that one connection may have without an answer. Browsers and proxies send one at a time; a client that
 * sends more without reading would fill the memory with answers.
 */
const MAX_UNANSWERED = 8

interface ParsingSocket extends Socket {
  /** Node's own parser of requests. */
  parser?: { onIncoming?: () => number } | null
}

/**
 * Closes a connection at once. Node has read up to 64 KiB and would create objects for the thousands of requests in it,
 * and an error for each that is not answered, which takes a third of a second. Its parser stops at the next request
 * for which `onIncoming` returns 2, as after an upgrade. In a version of Node without that, it only takes longer.
 */
function stopReading(socket: ParsingSocket): void {
  if (socket.parser) socket.parser.onIncoming = () => 2
  socket.destroy()
}

/** With TLS, clients on plain http get only the set-up page or a redirect; all others get everything. */
export function createRequestHandlers(options: RequestHandlersOptions): RequestHandlers {
  const { base, certificate, clients, guard, pending, onSocket, answerLog } = options
  const { authority } = certificate ?? {}

  const routes: RouteOptions = {
    ...options,
    authority,
    isPublicCertificate: certificate !== undefined && !authority,
    setUp: (event) => answerSetUp(event, options),
  }
  const full = toNodeHandler(viewerRoutes(routes)) as RequestListener
  const plain = toNodeHandler(
    authority ? bootstrapRoutes(routes) : redirectRoutes(base),
  ) as RequestListener
  const isServed = (request: IncomingMessage): boolean => !certificate || clients.isSecure(request)

  return {
    onRequest(request, response) {
      const { socket } = request
      if (socket.destroyed) return
      if (pending.beginRequest(socket) > MAX_UNANSWERED) return stopReading(socket)
      response.on('close', () => pending.endRequest(socket))
      try {
        const target = belowBase(request.url ?? '/', base)
        // Everything behind this reads paths as if the base were `/`.
        if (target !== undefined) request.url = target
        if (refuseForeign(request, response, options)) return
        // At the root too, where probes of containers look.
        if (answerHealth(request, response, options.readiness())) return
        if (target === undefined) return answerOutside(request, response, base)
        if (!isServed(request)) return plain(request, response)
        if (!answerLog(request, response)) full(request, response)
      } catch {
        refuseRequest(response)
      }
    },
    onUpgrade(request, socket, head) {
      if (pending.beginRequest(socket) > MAX_UNANSWERED) return void socket.destroy()
      // No other listener is there while keys are compared; a reset at that moment must not end the process.
      socket.on('error', () => socket.destroy())
      const { host } = clients.browserRequestOf(request)
      // No browser sends this, so no page waits for a close code.
      if (nameOf(host) === '')
        return endUpgrade(socket, '421 Misdirected Request', unknownHostText(host))
      const reason = guard.acceptsHost(host)
        ? isServed(request)
          ? undefined
          : TLS_ONLY
        : unknownHostReason(host)
      onSocket(request, socket, head, reason ? { code: CLOSE.noSession, reason } : undefined)
    },
  }
}
