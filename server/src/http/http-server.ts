import { openListener } from './listener.ts'
import { createRequestHandlers, type RequestHandlersOptions } from './request-handlers.ts'
import { openSockets, type SocketOptions } from './sockets.ts'

export interface HttpServerOptions
  extends Omit<RequestHandlersOptions, 'port' | 'onSocket' | 'clients' | 'guard'>, SocketOptions {
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
/** How often the certificate is checked. */
const REFRESH_MS = 15_000

/**
 * Listens on a port, for pages and sockets.
 *
 * @throws UsageError when the port is taken or the address is not this machine's
 */
export async function openHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { host, certificate, limits, warn, onCertificate } = options
  let { port } = options
  const sockets = openSockets(options)
  const handlers = createRequestHandlers({
    ...options,
    port: () => port,
    onSocket: sockets.onUpgrade,
  })
  const listener = await openListener({
    port,
    host,
    certificate: certificate?.current,
    handshakeTime: limits.handshakeTime,
    warn,
    ...handlers,
  }).catch(async (error: unknown) => {
    await sockets.close()
    throw error
  })
  port = listener.port

  async function refreshCertificate(): Promise<void> {
    if (!certificate) return
    try {
      if (!(await certificate.refresh())) return
      listener.setCertificate(certificate.current)
      onCertificate()
    } catch (error) {
      warn(`The certificate could not be renewed: ${(error as Error).message}`)
    }
  }

  const timer = certificate && setInterval(() => void refreshCertificate(), REFRESH_MS)
  timer?.unref()
  return {
    port,
    async close() {
      clearInterval(timer)
      let late: ReturnType<typeof setTimeout> | undefined
      const grace = new Promise((resolve) => (late = setTimeout(resolve, CLOSE_GRACE_MS)))
      await listener.close(grace)
      clearTimeout(late)
      sockets.terminate()
      await sockets.close()
    },
  }
}
