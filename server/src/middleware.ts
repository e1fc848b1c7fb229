import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { readOffer } from '@vue-sync/vue/protocol'
import { belowBase, readBase } from './core/base-path.ts'
import { type AttachedServer, attachHttpServer } from './http/attached-server.ts'
import { createSyncServer, type SyncServer } from './server.ts'
import type { SyncServerOptions } from './server-options.ts'
import type { KeyedCertificate } from './tls/certificates.ts'
import type { ServerCertificate } from './tls/server-certificate.ts'

export interface SyncMiddlewareOptions extends Omit<
  SyncServerOptions,
  'port' | 'https' | 'cert' | 'key' | 'caDir'
> {
  /** The path below which the relay and the viewer are served. @default '/__sync' */
  base?: string
  /** Returns the port of the app's server, for links. */
  port: () => number
  /** The certificate of the app's server, if it has TLS: see `openLocalCertificate` and `certificateOf`. @default none */
  certificate?: ServerCertificate | undefined
  /** Called with a renewed certificate, for the app's server. @default nothing */
  onCertificate?: (current: KeyedCertificate) => void
  /** Answer to every host name, because the app's server has checked it. @default false */
  acceptsAnyHost?: boolean
  /** Sources, as in a Content-Security-Policy, of pages that may show the viewer in a frame. @default none */
  frameAncestors?: string[]
}

export const MIDDLEWARE_DEFAULTS = {
  base: '/__sync',
  acceptsAnyHost: false,
  frameAncestors: [] as string[],
} satisfies Omit<SyncMiddlewareOptions, 'port'>

/** A relay without a port of its own: an app's server passes requests and sockets on to it. */
export interface SyncMiddleware extends Omit<SyncServer, 'drain'> {
  /** Where the relay is: `/__sync`. */
  readonly base: string
  /** Answers requests below `base` and passes others to `next`, in the manner of Connect and Express. */
  handle: (request: IncomingMessage, response: ServerResponse, next: () => void) => void
  /**
   * For the `upgrade` event of the app's server: takes sockets below `base` that offer a subprotocol of vue-sync, or
   * none as a simple viewer does. At the root of the server, those without a subprotocol are the app's. Returns whether
   * it took the socket.
   */
  upgrade: (request: IncomingMessage, socket: Socket, head: Buffer) => boolean
}

/** Whether a request is for the relay: its base, or something below it. */
function isFor(base: string, url = '/'): boolean {
  return url.split('?', 1)[0] === base || belowBase(url, base) !== undefined
}

/**
 * Creates a relay for the server of an app, such as Vite's or Express's. It answers 503 until `start` has resolved.
 *
 * @example
 * const sync = createSyncMiddleware({ port: () => 3000, viewerDir })
 * app.use(sync.handle)
 * server.on('upgrade', sync.upgrade)
 * await sync.start()
 * @throws UsageError for an option out of range
 */
export function createSyncMiddleware(options: SyncMiddlewareOptions): SyncMiddleware {
  const { port, certificate, onCertificate, acceptsAnyHost, frameAncestors, ...rest } = {
    ...MIDDLEWARE_DEFAULTS,
    ...options,
  }
  const base = readBase(rest.base)
  let attached: AttachedServer | undefined
  const server = createSyncServer(rest, {
    certificate,
    acceptsAnyHost,
    frameAncestors,
    async openHttp(http) {
      const opened = attachHttpServer(
        {
          ...http,
          onCertificate() {
            if (certificate) onCertificate?.(certificate.current)
            http.onCertificate()
          },
        },
        port,
      )
      attached = opened
      return {
        get port() {
          return opened.port
        },
        async close() {
          attached = undefined
          await opened.close()
        },
      }
    },
  })
  const { drain: _, ...methods } = server
  return {
    ...methods,
    base,
    handle(request, response, next) {
      // Connect shortens `url` for a handler below a path.
      const url = (request as { originalUrl?: string }).originalUrl ?? request.url
      if (!isFor(base, url)) return next()
      if (attached) {
        request.url = url
        return attached.handle(request, response)
      }
      response.writeHead(503, { 'content-type': 'text/plain', 'retry-after': '1' })
      response.end('The relay is starting\n')
    },
    upgrade(request, socket, head) {
      const { protocol } = readOffer(request.headers['sec-websocket-protocol'])
      const isOurs = protocol?.startsWith('vue-sync.') ?? base !== ''
      if (!isOurs || !isFor(base, request.url)) return false
      if (attached) attached.upgrade(request, socket, head)
      else socket.destroy()
      return true
    },
  }
}
