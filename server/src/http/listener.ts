import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { createServer, type Server as NetServer, type Socket } from 'node:net'
import type { KeyedCertificate } from '../tls/certificates.ts'
import { paceWrites } from '../peers/paced-writes.ts'
import { watchDescriptors } from './descriptor-watch.ts'
import { UsageError } from '../core/usage-error.ts'
import { readProtocol } from './first-byte.ts'
import { answerOtherUpgrades, isWebSocketUpgrade } from './other-upgrades.ts'

export interface ListenerOptions {
  host: string
  port: number
  onRequest: RequestListener
  onUpgrade: (request: Parameters<RequestListener>[0], socket: Socket, head: Buffer) => void
  /** With a certificate, the port accepts TLS and plain http. @default none */
  certificate?: KeyedCertificate | undefined
  /** Milliseconds in which a client must complete the TLS handshake and send its request. */
  handshakeTime: number
  /** Called for each new TCP connection. */
  onConnection: (socket: Socket) => void
  /** Where warnings go. */
  warn: (text: string) => void
}

export interface Listener {
  readonly port: number
  /** New connections use another certificate. */
  setCertificate: (certificate: KeyedCertificate) => void
  /** Accepts no more connections, closes the open ones when `grace` is over, and frees the port. */
  close: (grace: Promise<unknown>) => Promise<void>
}

/** How long a connection may stay open between two requests. */
const KEEP_ALIVE_MS = 5000
/** How long a client may take no data of a response. Clients that read slowly are not affected. */
export const STALL_MS = 20_000
/** Then the connection is closed, and the client opens another. */
const MAX_REQUESTS = 1000

/** Turns an error of `listen` into one that says what to do. */
function explain(error: NodeJS.ErrnoException, host: string, port: number): Error {
  switch (error.code) {
    case 'EADDRINUSE':
      return new UsageError(
        `Port ${port} is in use. Stop what uses it, or choose another with --port (0 for any).`,
      )
    case 'EACCES':
      return new UsageError(
        `Port ${port} needs more permissions. Choose one above 1023 with --port.`,
      )
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new UsageError(
        `${host} is not an address of this machine. Choose another with --host.`,
      )
    default:
      return error
  }
}

function listen(server: NetServer, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

/** @throws UsageError when the port is taken or the address is not this machine's */
export async function openListener(options: ListenerOptions): Promise<Listener> {
  const { host, port, onRequest, onUpgrade, certificate, handshakeTime } = options
  const times = {
    headersTimeout: handshakeTime,
    requestTimeout: handshakeTime,
    connectionsCheckingInterval: Math.min(1000, handshakeTime),
    keepAliveTimeout: KEEP_ALIVE_MS,
    shouldUpgradeCallback: isWebSocketUpgrade,
  }
  const plain = createHttpServer(times, onRequest)
  const secure =
    certificate &&
    createHttpsServer({ ...certificate, ...times, handshakeTimeout: handshakeTime }, onRequest)
  const servers = secure ? [plain, secure] : [plain]
  for (const server of servers) {
    server.on('upgrade', onUpgrade as never)
    const connected = server === secure ? 'secureConnection' : 'connection'
    server.on(connected, paceWrites)
    answerOtherUpgrades(server, connected)
    server.timeout = STALL_MS
    server.maxRequestsPerSocket = MAX_REQUESTS
  }
  const front = secure
    ? createServer((socket) =>
        readProtocol(socket, handshakeTime, (isTls) =>
          (isTls ? secure : plain).emit('connection', socket),
        ),
      )
    : plain

  const sockets = new Set<Socket>()
  const watch = watchDescriptors(options.warn, () => sockets.size)
  front.on('connection', (socket: Socket) => {
    sockets.add(socket)
    watch()
    // A reset may arrive while no other listener is there; it must not end the process.
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
    options.onConnection(socket)
  })
  try {
    await listen(front, host, port)
  } catch (error) {
    throw explain(error as NodeJS.ErrnoException, host, port)
  }
  // Node starts a server's timeouts when it begins to listen, which these two never do.
  if (secure) for (const server of servers) server.emit('listening')
  return {
    port: (front.address() as { port: number }).port,
    setCertificate: (next) => secure?.setSecureContext({ ...next }),
    async close(grace) {
      const closed = new Promise((resolve) => front.close(resolve))
      // This also ends their timeouts.
      for (const server of servers) {
        if (server !== front) server.close()
        server.closeAllConnections()
      }
      await Promise.race([closed, grace])
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
