import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { createPendingConnections } from '../guard/pending-connections.ts'
import { paceWrites } from '../peers/paced-writes.ts'
import { keepFresh } from '../tls/keep-fresh.ts'
import type { HttpServer, HttpServerOptions } from './http-server.ts'
import { createNodeLog } from './node-log.ts'
import { createRequestHandlers } from './request-handlers.ts'
import { openSockets } from './sockets.ts'

export interface AttachedServer extends HttpServer {
  /** Answers a request below the base. */
  handle: (request: IncomingMessage, response: ServerResponse) => void
  /** Opens the socket of an upgrade request below the base, or refuses it. */
  upgrade: (request: IncomingMessage, socket: Socket, head: Buffer) => void
}

/** A server with HTTP/2 names the host in another header. */
function withHost({ headers }: IncomingMessage): void {
  headers.host ??= headers[':authority'] as string | undefined
}

/** The relay's pages and sockets without a port of their own: another server passes its requests on. */
export function attachHttpServer(
  options: HttpServerOptions,
  currentPort: () => number,
): AttachedServer {
  const { certificate, warn, onCertificate } = options
  // The other server's connections carry its own requests too, so it limits their number.
  const pending = createPendingConnections({ limit: Number.POSITIVE_INFINITY, onEvict: () => {} })
  const sockets = openSockets({ ...options, onAdmitted: () => {} })
  const { onRequest, onUpgrade } = createRequestHandlers({
    ...options,
    port: currentPort,
    pending,
    onSocket: sockets.onUpgrade,
    answerLog: createNodeLog({ ...options, gate: sockets.gate, onAdmitted: () => {} }),
  })
  const stopRefreshing = keepFresh(certificate, warn, onCertificate)
  return {
    get port() {
      return currentPort()
    },
    handle(request, response) {
      withHost(request)
      onRequest(request, response)
    },
    upgrade(request, socket, head) {
      paceWrites(socket)
      onUpgrade(request, socket, head)
    },
    async close() {
      stopRefreshing()
      sockets.terminate()
      await sockets.close()
    },
  }
}
