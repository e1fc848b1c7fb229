import type { RelayStatus, StateMessage, ViewerUrl } from '@vue-sync/vue/protocol'
import { readBase } from './core/base-path.ts'
import { createAddressBook } from './network/address-book.ts'
import { createClients } from './guard/clients.ts'
import type { ServerCertificate } from './tls/server-certificate.ts'
import { openServerCertificate } from './tls/open-server-certificate.ts'
import { createGuard } from './guard/hosts-and-origins.ts'
import { NODE_DIGESTS } from './guard/node-digests.ts'
import { createDiskStore } from './storage/disk-store.ts'
import { keyProblems } from './core/access/key-strength.ts'
import { generateKey } from './core/access/keys.ts'
import { LIMIT_DEFAULTS } from './core/limits.ts'
import { linkProblem, type LinkOptions, localIp, setUpLink, viewerLinks } from './http/links.ts'
import { type HttpServer, type HttpServerOptions, openHttpServer } from './http/http-server.ts'
import type { Authority } from './tls/local-ca.ts'
import { encodeFramed, toNodePeer } from './peers/node-peer.ts'
import { checkOptions } from './check-options.ts'
import { UsageError } from './core/usage-error.ts'
import { SERVER_DEFAULTS, type SyncServerOptions } from './server-options.ts'
import { ownNames } from './tls/own-names.ts'
import { createPairing } from './http/pairing.ts'
import { createOperatorRoutes } from './operate/operator-routes.ts'
import { createAddressCounts } from './guard/address-counts.ts'
import { createSharedAddressCounts } from './guard/shared-address-counts.ts'
import { CODE_LIMITS, createRateLimit } from './guard/rate-limit.ts'
import { createRedisBackplane } from './nodes/redis/redis-backplane.ts'
import { createRelay } from './core/relay.ts'
import type { WorkerQueryMember } from './operate/worker-queries.ts'
import { type Totals, totalsOf } from './core/totals.ts'

/** What `getStatus` returns. */
export type SyncServerStatus = Pick<RelayStatus, 'running' | 'port' | 'localIp' | 'clientCount'>

/** A relay on a port. */
export interface SyncServer {
  /** The key that hosts need, given or generated. */
  readonly hostKey: string
  /** The key that viewers need, given or generated. `undefined` with `open`. */
  readonly viewerKey: string | undefined
  /**
   * Begins to listen. The error has one line that says what to do.
   *
   * @throws UsageError when the port is taken, the address is not this machine's, a certificate cannot be used, or a
   * package for `redis` or `metrics` is not installed
   */
  start: () => Promise<void>
  /** Closes every connection and frees the port; `start` may follow. */
  stop: () => Promise<void>
  /** For SIGTERM: closes all clients so that they reconnect elsewhere, answers 503 at `/readyz` for a second, and stops. Takes at most 5 seconds. */
  drain: () => Promise<void>
  /** Sends a state message to the viewers of the session `default`, as its host would. Returns `false` for anything else. */
  broadcast: (message: StateMessage) => boolean
  /** Whether the relay runs, its port and address, and the number of viewers. */
  getStatus: () => SyncServerStatus
  /** Open sessions, connected viewers, and what viewers were sent so far. */
  getTotals: () => Totals
  /** Current links for viewers: the public address first, then LAN addresses. */
  viewerUrls: (session?: string) => ViewerUrl[]
  /**
   * The page that explains how a device can trust the local CA, on plain http and without a key; `undefined` unless
   * the server runs with `https` and without `cert`.
   */
  setUpUrl: () => string | undefined
  /** The code to type instead of scanning, such as `K7Q4MX`. It changes every ten minutes, and when links are revoked. */
  pairCode: (session?: string) => string
  /** When that code changes, in milliseconds since 1970. It changes earlier when links are revoked. */
  pairCodeUntil: (session?: string) => number
  /** Replaces the code. The one before is not valid any more; viewers that used it stay connected. */
  newPairCode: (session?: string) => string
  /** The local CA, while the server runs with `https` and without `cert`. */
  authority: () => Pick<Authority, 'name' | 'fingerprint' | 'thumbprint' | 'file'> | undefined
}

/** How long `/readyz` answers that the relay is stopping before the port is freed. */
const DRAIN_MS = 1000

interface Running {
  server: HttpServer
  certificate: ServerCertificate | undefined
}

/** What the command and the middleware pass in addition to the options. */
export interface SyncServerParts {
  /** Connects to the other workers that serve this port. @default none */
  workerQueries?: WorkerQueryMember
  /** Opens what takes requests and sockets. @default a port of the relay's own */
  openHttp?: (options: HttpServerOptions) => Promise<HttpServer>
  /** A certificate that is open already. @default opened by the options */
  certificate?: ServerCertificate | undefined
  /** Whether another server has checked the host name. @default false */
  acceptsAnyHost?: boolean
  /** Whether pages of the same host on other ports may connect with a key. @default false */
  acceptsOtherPorts?: boolean
  /** Sources of pages that may show the viewer in a frame. @default none */
  frameAncestors?: readonly string[]
}

/**
 * Creates a relay with a port of its own, which also serves the viewer app if it is given.
 *
 * @example
 * ```ts
 * import process from 'node:process'
 * import { createSyncServer, includedViewer } from '@vue-sync/server'
 *
 * const server = createSyncServer({ hostKey: process.env['HOST_KEY'] ?? '…', viewerDir: includedViewer() })
 * await server.start()
 * console.log(server.viewerUrls()[0]?.url)
 *
 * process.once('SIGTERM', () => server.drain())
 * ```
 * @throws UsageError for an option out of range
 */
export function createSyncServer(
  options: SyncServerOptions = {},
  parts: SyncServerParts = {},
): SyncServer {
  const { workerQueries, openHttp = openHttpServer, acceptsAnyHost, frameAncestors } = parts
  checkOptions(options)
  const {
    port,
    host,
    open,
    capacity,
    heartbeat,
    trustProxy,
    public: isPublic,
  } = { ...SERVER_DEFAULTS, ...options }
  const limits = { ...LIMIT_DEFAULTS, ...options.limits }
  const base = readBase(options.base ?? SERVER_DEFAULTS.base)
  const hostKey = options.hostKey ?? generateKey()
  const viewerKey = open ? undefined : (options.viewerKey ?? generateKey())
  // oxlint-disable-next-line no-console -- the default for warnings
  const warn = options.warn ?? ((text: string) => console.warn(`[vue-sync] ${text}`))

  // The relay itself warns about its own keys.
  const known = keyProblems({ hostKey, viewerKey })
  for (const problem of keyProblems({ hostKey, viewerKey, metricsKey: options.metricsKey }))
    if (!known.includes(problem)) warn(problem)

  let running: Running | undefined
  let starting: Promise<void> | undefined
  let closing = false

  const book = createAddressBook({ host, address: options.address })
  const backplane =
    options.redis === undefined
      ? options.backplane
      : createRedisBackplane({
          url: options.redis,
          ...(options.redisPrefix !== undefined && { prefix: options.redisPrefix }),
        })
  const addressCounts =
    backplane && createSharedAddressCounts({ local: createAddressCounts(), limits, backplane })
  const pairing = createPairing({
    fence: (session) => relay.fence(session),
    share: backplane?.storeCode,
  })
  const currentPort = (): number => running?.server.port ?? port
  const linkOptions = (key?: string): LinkOptions => ({
    book,
    port: currentPort(),
    base,
    viewerKey: key,
    publicUrl: options.publicUrl,
    certificate: running?.certificate,
  })
  function viewerUrls(session = 'default'): ViewerUrl[] {
    return viewerLinks(linkOptions(relay.linkKey(session)), session)
  }
  const setUpUrl = (): string | undefined => setUpLink(linkOptions())
  function withSetUpUrl(): { setUpUrl?: string } {
    const url = setUpUrl()
    return url === undefined ? {} : { setUpUrl: url }
  }
  const ownStatus = () => ({
    running: running !== undefined,
    port: currentPort(),
    localIp: localIp(book),
  })

  const disk =
    options.persist === undefined ? undefined : createDiskStore({ dir: options.persist, warn })
  const relay = createRelay({
    base,
    public: isPublic,
    hostKey,
    viewerKey,
    authorize: options.authorize,
    onChange: disk?.scheduleWrite,
    storedRules: disk?.rulesOf,
    capacity,
    heartbeat,
    backplane,
    encode: encodeFramed,
    toPeer: toNodePeer,
    digests: NODE_DIGESTS,
    limits,
    // Called only for hosts, so a viewer cannot create a code by naming a session.
    describe: (session) => ({
      ...ownStatus(),
      viewerUrls: viewerUrls(session),
      ...withSetUpUrl(),
      pairCode: pairing.codeOf(session),
      pairCodeUntil: Date.now() + pairing.shownFor(session),
    }),
    audit: options.audit,
    warn,
  })

  const operatorRoutes = createOperatorRoutes({
    relay,
    metrics: options.metrics ?? options.metricsKey !== undefined,
    metricsKey: options.metricsKey,
    admin: options.admin ?? SERVER_DEFAULTS.admin,
    hostKey,
    backplane,
    isConnected: () => backplane?.isHealthy !== false,
    workerQueries,
  })

  const getStatus = (): SyncServerStatus => ({ ...ownStatus(), clientCount: relay.viewerCount() })

  async function listen(): Promise<void> {
    const [certificate] = await Promise.all([
      parts.certificate ?? openServerCertificate({ ...options, book, warn }),
      book.findLocalName(),
      operatorRoutes.load(),
    ])
    await restore()
    const clients = createClients(trustProxy)
    const isOwnName = acceptsAnyHost ? () => true : ownNames(book, certificate)
    const guard = createGuard({ ...options, isOwnName, acceptsOtherPorts: parts.acceptsOtherPorts })
    let server: HttpServer
    try {
      await relay.start()
      await addressCounts?.start()
      server = await openHttp({
        host,
        port,
        base,
        hooks: relay.hooks,
        isPublic,
        guard,
        clients,
        counts: addressCounts,
        limits,
        certificate,
        book,
        isClosing: () => closing,
        readiness: () =>
          closing ? 'stopping' : backplane?.isHealthy === false ? 'degraded' : 'ready',
        pairing,
        findElsewhere: backplane?.findCode,
        attempts: createRateLimit({ ...CODE_LIMITS, backplane }),
        redeem: relay.redeem,
        viewerDir: options.viewerDir,
        frameAncestors,
        status: getStatus,
        addOperatorRoutes: (app) => operatorRoutes.addTo(app, clients),
        onRefused: (code) => relay.stats.reject(code),
        onCertificate: () => relay.announce(),
        audit: relay.audit,
        warn,
      })
    } catch (error) {
      addressCounts?.stop()
      await relay.stop()
      throw error
    }
    // The links at the start carry the key that is valid now, which other nodes or Redis know.
    await relay.whenReady('default')
    running = { server, certificate }
    const problem = linkProblem(linkOptions())
    if (problem) warn(problem)
  }

  async function restore(): Promise<void> {
    if (!disk) return
    try {
      for (const [session, kept] of await disk.load()) await relay.restore(session, kept)
    } catch (error) {
      if (error instanceof UsageError) throw error
      throw new UsageError(
        `The folder ${options.persist} cannot be used: ${(error as Error).message}. Choose another with --persist.`,
      )
    }
  }

  async function stop(): Promise<void> {
    await starting?.catch(() => {})
    const ending = running
    running = starting = undefined
    if (ending) {
      await disk?.flush()
      addressCounts?.stop()
      await relay.stop()
      await ending.server.close()
    }
    closing = false
  }

  return {
    hostKey,
    viewerKey,
    getStatus,
    getTotals: () => totalsOf(relay),
    viewerUrls,
    setUpUrl,
    pairCode: (session = 'default') => pairing.codeOf(session),
    pairCodeUntil: (session = 'default') => Date.now() + pairing.shownFor(session),
    newPairCode(session = 'default') {
      const code = pairing.renew(session)
      relay.announce()
      return code
    },
    authority: () => running?.certificate?.authority,
    broadcast: (message) => relay.broadcast(message),
    start() {
      starting ??= listen().catch((error: unknown) => {
        starting = undefined
        throw error
      })
      return starting
    },
    stop,
    async drain() {
      await starting?.catch(() => {})
      closing = true
      await relay.stop()
      await new Promise((resolve) => setTimeout(resolve, running ? DRAIN_MS : 0))
      await stop()
    },
  }
}
