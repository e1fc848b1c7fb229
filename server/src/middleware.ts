import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { readOffer } from '@vue-sync/vue/protocol'
import { belowBase, readBase } from './core/base-path.ts'
import { type AttachedServer, attachHttpServer } from './http/attached-server.ts'
import { createSyncServer, type SyncServer } from './server.ts'
import type { SyncServerOptions } from './server-options.ts'
import type { KeyedCertificate } from './tls/certificates.ts'
import type { ServerCertificate } from './tls/server-certificate.ts'

/** The options of `createSyncServer()` without those for a port and TLS, which your server has, and these. */
export interface SyncMiddlewareOptions extends Omit<
  SyncServerOptions,
  'port' | 'https' | 'cert' | 'key' | 'caDir'
> {
  /** The path below which the relay and the viewer are served. @default '/__sync' */
  base?: string
  /** Returns the port of your server, for links. */
  port: () => number
  /** The certificate of your server, if it has TLS: `certificateOf()` or `openLocalCertificate()` gives it. @default none */
  certificate?: ServerCertificate | undefined
  /** Called when the certificate of the local CA was renewed: pass it to `server.setSecureContext`. @default nothing */
  onCertificate?: (current: KeyedCertificate) => void
  /** Answers to every host name, because your server checks it. @default false */
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
 * Creates a relay inside the server of your app, such as Express's, below a path. It has everything that
 * `createSyncServer()` has: names, origins, limits, short codes and the audit log. Hosts connect to
 * `ws://localhost:3000/__sync`. Your server limits connections and the time for a request, because they are its own.
 * Before `start` and after `stop`, the relay answers 503.
 *
 * @example
 * ```ts
 * import { createServer } from 'node:http'
 * import { createSyncMiddleware, includedViewer } from '@vue-sync/server'
 *
 * const sync = createSyncMiddleware({ port: () => 3000, viewerDir: includedViewer() })
 * const server = createServer((request, response) => {
 *   // With Express or Connect: app.use(sync.handle)
 *   sync.handle(request, response, () => response.end('Your app'))
 * })
 * server.on('upgrade', sync.upgrade)
 * server.listen(3000)
 * await sync.start()
 * ```
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
