import { createThrottledWarn } from '../core/throttled-warn.ts'
import { keepFresh } from '../tls/keep-fresh.ts'
import { createPendingConnections } from '../guard/pending-connections.ts'
import { pendingLimit } from './descriptor-limit.ts'
import { openListener } from './listener.ts'
import { createNodeLog, type NodeLogOptions } from './node-log.ts'
import { createRequestHandlers, type RequestHandlersOptions } from './request-handlers.ts'
import { openSockets, type SocketOptions } from './sockets.ts'

export interface HttpServerOptions
  extends
    Omit<
      RequestHandlersOptions,
      'port' | 'onSocket' | 'pending' | 'clients' | 'guard' | 'answerLog'
    >,
    Pick<NodeLogOptions, 'isPublic'>,
    Omit<SocketOptions, 'onAdmitted'> {
  host: string
  /** TCP port; 0 lets the system choose. */
  port: number
  /** Called after the certificate was renewed. */
  onCertificate: () => void
}

export interface HttpServer {
  readonly port: number
  /** Closes every connection and frees the port. */
  close: () => Promise<void>
}

/** How long clients have to answer the close frame. */
const CLOSE_GRACE_MS = 300

/**
 * Listens on a port, for pages and sockets.
 *
 * @throws UsageError when the port is taken or the address is not this machine's
 */
export async function openHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { host, certificate, limits, warn, onCertificate } = options
  let { port } = options
  const throttledWarn = createThrottledWarn(warn)
  const pending = createPendingConnections({
    limit: pendingLimit(limits.pendingConnections),
    onEvict: (address) =>
      throttledWarn(
        'pending',
        `Too many connections of clients that are not admitted: old ones of ${address} are closed (--max-pending)`,
      ),
  })
  const sockets = openSockets({ ...options, onAdmitted: pending.admit })
  const handlers = createRequestHandlers({
    ...options,
    port: () => port,
    pending,
    onSocket: sockets.onUpgrade,
    answerLog: createNodeLog({ ...options, gate: sockets.gate, onAdmitted: pending.admit }),
  })
  const listener = await openListener({
    port,
    host,
    certificate: certificate?.current,
    handshakeTime: limits.handshakeTime,
    onConnection: pending.add,
    warn,
    ...handlers,
  }).catch(async (error: unknown) => {
    await sockets.close()
    throw error
  })
  port = listener.port

  const stopRefreshing = keepFresh(certificate, warn, (current) => {
    listener.setCertificate(current)
    onCertificate()
  })
  return {
    port,
    async close() {
      stopRefreshing()
      let late: ReturnType<typeof setTimeout> | undefined
      const grace = new Promise((resolve) => (late = setTimeout(resolve, CLOSE_GRACE_MS)))
      await listener.close(grace)
      clearTimeout(late)
      sockets.terminate()
      await sockets.close()
    },
  }
}
