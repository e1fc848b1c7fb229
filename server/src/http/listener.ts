import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http'
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https'
import { createServer, type Server as NetServer, type Socket } from 'node:net'
import type { KeyedCertificate } from '../tls/certificates.ts'
import { watchDescriptors } from './descriptor-watch.ts'
import { UsageError } from '../core/usage-error.ts'

export interface ListenerOptions {
  host: string
  port: number
  onRequest: RequestListener
  onUpgrade: (request: Parameters<RequestListener>[0], socket: Socket, head: Buffer) => void
  /** With one, TLS is spoken on the same port. @default none */
  certificate?: KeyedCertificate | undefined
  /** Milliseconds in which whoever connects must have said all of a request. */
  handshakeTime: number
  /** Where warnings go. */
  warn: (text: string) => void
}

export interface Listener {
  readonly port: number
  /** Connections from now on see another certificate. */
  setCertificate: (certificate: KeyedCertificate) => void
  /** Takes no more connections, gives those that are open until `grace` is over, and frees the port. */
  close: (grace: Promise<unknown>) => Promise<void>
}

/** The first byte of a TLS connection: a handshake record. */
const TLS_HANDSHAKE = 0x16

/** Listening errors by what the person at the terminal can do about them. */
function explain(error: NodeJS.ErrnoException, host: string, port: number): Error {
  switch (error.code) {
    case 'EADDRINUSE':
      return new UsageError(
        `Port ${port} is in use. Stop what uses it, or choose another with --port (0 for any).`,
      )
    case 'EACCES':
      return new UsageError(`Port ${port} needs more rights. Choose one above 1023 with --port.`)
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new UsageError(
        `${host} is not an address of this machine. Choose another with --host.`,
      )
    default:
      return error
  }
}

/** Hands a connection to the server that speaks what its first byte says. */
function divide(socket: Socket, plain: Server, secure: HttpsServer, patience: number): void {
  const onTimeout = (): void => void socket.destroy()
  const onReadable = (): void => {
    const first = socket.read(1) as Buffer | null
    if (first === null) return
    socket.off('readable', onReadable)
    socket.off('timeout', onTimeout)
    socket.setTimeout(0)
    socket.unshift(first)
    const server = first[0] === TLS_HANDSHAKE ? secure : plain
    server.emit('connection', socket)
  }
  socket.setTimeout(patience)
  socket.on('timeout', onTimeout)
  socket.on('readable', onReadable)
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
  }
  const plain = createHttpServer(times, onRequest)
  const secure =
    certificate &&
    createHttpsServer({ ...certificate, ...times, handshakeTimeout: handshakeTime }, onRequest)
  const servers = secure ? [plain, secure] : [plain]
  for (const server of servers) server.on('upgrade', onUpgrade as never)
  const front = secure
    ? createServer((socket) => divide(socket, plain, secure, handshakeTime))
    : plain

  const sockets = new Set<Socket>()
  const watch = watchDescriptors(options.warn)
  front.on('connection', (socket: Socket) => {
    sockets.add(socket)
    watch(sockets.size)
    // A reset may come at any moment, also when nobody else listens; it must not end the process.
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
  })
  try {
    await listen(front, host, port)
  } catch (error) {
    throw explain(error as NodeJS.ErrnoException, host, port)
  }
  // Node starts a server's timeouts when it listens; these two are handed their connections.
  if (secure) for (const server of servers) server.emit('listening')
  return {
    port: (front.address() as { port: number }).port,
    setCertificate: (next) => secure?.setSecureContext({ ...next }),
    async close(grace) {
      const closed = new Promise((resolve) => front.close(resolve))
      // Ends their timeouts, too.
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
