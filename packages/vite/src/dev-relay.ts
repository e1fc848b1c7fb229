import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Server, Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  acceptPlainHttp,
  certificateOf,
  createSyncMiddleware,
  createSyncServer,
  includedViewer,
  type ServerCertificate,
  type SyncMiddleware,
  type SyncServer,
  UsageError,
} from '@vue-sync/server'
import { openKeys } from './keys.ts'
import type { ResolvedOptions } from './options.ts'

/** What a dev server and a preview server of Vite have in common. */
export interface ViteServer {
  config: { base: string; cacheDir: string; logger: { warn: (text: string) => void } }
  middlewares: { use: (handler: SyncMiddleware['handle']) => void }
  httpServer: unknown
}

/** The server of a framework that uses Vite in middleware mode. */
export interface AppServer {
  /** Its HTTP server, which listens already. */
  http: Server
  /** The path of the app: `/`. */
  base: string
  /**
   * Gives upgrade requests to `handle` first. When `handle` returns true, it has taken the socket, and nothing else may
   * touch it.
   */
  onUpgrade: (handle: SyncMiddleware['upgrade']) => void
  /** The texts of its certificate. @default none: plain http */
  certificate?: { cert: string; key: string } | undefined
}

export interface DevRelayOptions {
  vite: ViteServer
  /** The framework's server, if Vite has none. */
  appServer: AppServer | undefined
  options: ResolvedOptions
  /** The address that Vite binds. */
  host: string
  /** As in Vite: names, or `true` for every name. */
  allowedHosts: string[] | true
  /** This machine's own certificate, if `options.https` asks for it. */
  localCertificate: ServerCertificate | undefined
  /** The texts of the certificate that `server.https` gives. */
  certificate: { cert: string; key: string } | undefined
}

/** A relay that runs with a dev server. */
export interface DevRelay extends Pick<
  SyncServer,
  'hostKey' | 'viewerUrls' | 'pairCode' | 'setUpUrl' | 'authority' | 'stop'
> {
  /** The path of the relay, without a slash at its end. */
  readonly path: string
  /** Its port. @default that of the dev server */
  readonly port: number | undefined
}

/** Sources of Vue devtools, which shows the viewer in a frame. */
const DEVTOOLS = ["'self'", 'chrome-extension:', 'moz-extension:']
/** The server before a restart frees its port within this time. */
const PORT_WAIT_MS = 3000
const PORT_RETRY_MS = 100

function warnWith({ config }: ViteServer): (text: string) => void {
  return (text) => config.logger.warn(`[vue-sync] ${text}`)
}

async function common({ vite, options, host, allowedHosts }: DevRelayOptions) {
  const warn = warnWith(vite)
  const { hostKey, viewerKey, open } = options.relay
  const hasKeys = hostKey !== undefined && (viewerKey !== undefined || open)
  const stored = hasKeys ? undefined : await openKeys(vite.config.cacheDir, warn)
  const viewerDir = options.relay.viewerDir ?? includedViewer()
  return {
    warn,
    host,
    ...(stored && { hostKey: stored.hostKey, ...(!open && { viewerKey: stored.viewerKey }) }),
    ...(viewerDir !== undefined && { viewerDir }),
    ...options.relay,
    allowedHosts: [
      ...(allowedHosts === true ? [] : allowedHosts),
      ...(options.relay.allowedHosts ?? []),
    ],
  }
}

/** Redirects pages to https; only the relay serves something on plain http. */
const toHttps: RequestListener = ({ headers, url }, response) => {
  response.writeHead(307, { location: `https://${headers.host ?? 'localhost'}${url ?? '/'}` })
  response.end()
}

function isLocalRequest(handle: SyncMiddleware['handle']): RequestListener {
  return (request, response) => handle(request, response, () => toHttps(request, response))
}

function listensOnUpgrade(server: Server): AppServer['onUpgrade'] {
  return (handle) => void server.on('upgrade', handle)
}

/**
 * Runs a relay inside Vite's own server, or inside the server of the framework that uses Vite.
 *
 * @throws UsageError for a relay option that cannot be used
 */
export async function attachRelay(request: DevRelayOptions): Promise<DevRelay> {
  const { vite, options, localCertificate, certificate, appServer } = request
  const server = (appServer?.http ?? vite.httpServer) as Server & {
    setSecureContext?: (certificate: { cert: string; key: string }) => void
  }
  const onUpgrade = appServer?.onUpgrade ?? listensOnUpgrade(server)
  const base = `${(appServer?.base ?? vite.config.base).replace(/\/$/, '')}${options.path}`
  const currentPort = (): number => (server.address() as { port: number } | null)?.port ?? 0
  let port = currentPort()
  server.prependListener('listening', () => {
    port = currentPort()
  })
  const relay = createSyncMiddleware({
    ...(await common(request)),
    base,
    port: () => port,
    certificate: localCertificate ?? (certificate && certificateOf(certificate)),
    acceptsAnyHost: request.allowedHosts === true,
    frameAncestors: options.devtools ? DEVTOOLS : [],
    onCertificate: (current) => server.setSecureContext?.(current),
  })
  await relay.start()
  vite.middlewares.use((incoming: IncomingMessage, response: ServerResponse, next: () => void) =>
    relay.handle(incoming, response, next),
  )
  onUpgrade((incoming: IncomingMessage, socket: Socket, head: Buffer) =>
    relay.upgrade(incoming, socket, head),
  )
  if (localCertificate) acceptPlainHttp(server, isLocalRequest(relay.handle))
  server.on('close', () => void relay.stop())
  return { ...relay, path: base, port: undefined }
}

const isTaken = (error: unknown): boolean =>
  error instanceof UsageError && /is in use/.test(error.message)

/**
 * Runs a relay on a port of its own, because in middleware mode the app's server is not Vite's.
 *
 * @throws UsageError for a relay option that cannot be used
 */
export async function openOwnRelay(request: DevRelayOptions): Promise<DevRelay> {
  const { vite, options } = request
  const settings = {
    ...(await common(request)),
    ...(options.https && { https: true }),
  }
  // The page has the same host as the relay, and another port.
  const parts = { acceptsOtherPorts: options.publishFrom === 'network' }
  let relay = createSyncServer({ ...settings, port: options.port }, parts)
  for (const start = performance.now(); ; await sleep(PORT_RETRY_MS)) {
    try {
      await relay.start()
      break
    } catch (error) {
      if (!isTaken(error) || options.port === 0) throw error
      if (performance.now() - start < PORT_WAIT_MS) continue
      relay = createSyncServer({ ...settings, port: 0 }, parts)
      await relay.start()
      warnWith(vite)(
        `Port ${options.port} is in use, so the relay is at port ${relay.getStatus().port}.`,
      )
      break
    }
  }
  const { port } = relay.getStatus()
  return { ...relay, path: '/', port }
}
