import type { RelayStatus, StateMessage, ViewerUrl } from '@vue-sync/vue/protocol'
import { AddressBook } from './network/address-book.ts'
import { createClients } from './guard/clients.ts'
import type { Identity } from './tls/tls-identity.ts'
import { openIdentity } from './tls/open-tls-identity.ts'
import { createGuard } from './guard/guard.ts'
import { createDiskStore } from './storage/disk-store.ts'
import { generateKey } from './core/access/keys.ts'
import { LIMIT_DEFAULTS } from './core/limits.ts'
import { linkProblem, type LinkOptions, localIp, viewerLinks } from './http/links.ts'
import { type Listener, openListener } from './http/listener.ts'
import type { Authority } from './tls/local-ca.ts'
import { encodeFramed, toNodePeer } from './peers/node-peer.ts'
import { checkOptions } from './check-options.ts'
import { UsageError } from './core/usage-error.ts'
import { SERVER_DEFAULTS, type SyncServerOptions } from './server-options.ts'
import { ownNames } from './tls/own-names.ts'
import { Pairing } from './http/pairing.ts'
import { createOperatorRoutes } from './operate/operator-routes.ts'
import { RATE_DEFAULTS, RateLimit } from './guard/rate-limit.ts'
import { createRedisBackplane } from './nodes/redis/redis-backplane.ts'
import { createRelay } from './core/relay.ts'
import type { RollCallMember } from './operate/roll-call.ts'
import { createService } from './http/service.ts'
import { openSockets } from './http/sockets.ts'
import { type Totals, totalsOf } from './core/totals.ts'

export type SyncServerStatus = Pick<RelayStatus, 'running' | 'port' | 'localIp' | 'clientCount'>

export interface SyncServer {
  readonly hostKey: string
  /** `undefined` when viewers need none. */
  readonly viewerKey: string | undefined
  /** @throws UsageError when the port is taken, the address is not this machine's, or a certificate is no good */
  start: () => Promise<void>
  /** Closes every connection and frees the port; `start` may follow. */
  stop: () => Promise<void>
  /** Sends everyone away, lets nobody in, says so at `/readyz`, and then stops: within 5 seconds. */
  drain: () => Promise<void>
  /** Sends a state message to the viewers of session `default`; `false` for what is not one. */
  broadcast: (message: StateMessage) => boolean
  getStatus: () => SyncServerStatus
  /** What is here, and what was sent so far. */
  getTotals: () => Totals
  /** Links for viewers: the public address, then LAN addresses, as of now. */
  viewerUrls: (session?: string) => ViewerUrl[]
  /** What a person can type instead of scanning. Another one every ten minutes. */
  pairCode: (session?: string) => string
  /** This machine's CA, while the server runs with `https` and no certificate of your own. */
  authority: () => Pick<Authority, 'name' | 'fingerprint' | 'file'> | undefined
}

/** How long clients get to answer the close frame. */
const CLOSE_GRACE_MS = 300
/** How long who asks whether the relay is ready is told that it is not, before the port is freed. */
const DRAIN_MS = 1000
/** How often it is looked whether the certificate still fits. */
const REFRESH_MS = 15_000

interface Running {
  listener: Listener
  identity: Identity | undefined
  close: () => Promise<void>
}

/** What only the command gives. */
export interface SyncServerParts {
  /** The other processes that serve this port. @default there are none */
  rollCall?: RollCallMember
}

/**
 * The relay on a port, with the viewer app beside it.
 *
 * @throws UsageError for an option out of range
 */
export function createSyncServer(
  options: SyncServerOptions = {},
  { rollCall }: SyncServerParts = {},
): SyncServer {
  checkOptions(options)
  const { port, host, open, capacity, heartbeat, trustProxy } = { ...SERVER_DEFAULTS, ...options }
  const limits = { ...LIMIT_DEFAULTS, ...options.limits }
  const hostKey = options.hostKey ?? generateKey()
  const viewerKey = open ? undefined : (options.viewerKey ?? generateKey())
  // oxlint-disable-next-line no-console -- the default place of warnings
  const warn = options.warn ?? ((text: string) => console.warn(`[vue-sync] ${text}`))

  let running: Running | undefined
  let starting: Promise<void> | undefined
  let closing = false

  const book = new AddressBook({ host })
  const backplane =
    options.redis === undefined
      ? options.backplane
      : createRedisBackplane({
          url: options.redis,
          ...(options.redisPrefix !== undefined && { prefix: options.redisPrefix }),
        })
  const pairing = new Pairing({ share: backplane?.keepCode })
  const currentPort = (): number => running?.listener.port ?? port
  const linkOptions = (key = viewerKey): LinkOptions => ({
    book,
    port: currentPort(),
    viewerKey: key,
    publicUrl: options.publicUrl,
    identity: running?.identity,
  })
  function viewerUrls(session = 'default'): ViewerUrl[] {
    const opens = relay.linkKey(session)
    return opens ? viewerLinks(linkOptions(opens.key), session) : []
  }
  const described = () => ({
    running: running !== undefined,
    port: currentPort(),
    localIp: localIp(book),
  })

  const disk =
    options.persist === undefined ? undefined : createDiskStore({ dir: options.persist, warn })
  const relay = createRelay({
    hostKey,
    viewerKey,
    authorize: options.authorize,
    onChange: (session, read) => disk?.note(session, read),
    capacity,
    heartbeat,
    backplane,
    encode: encodeFramed,
    toPeer: toNodePeer,
    limits,
    // Asked for hosts alone: no viewer makes a code by naming a session.
    describe: (session) => ({
      ...described(),
      viewerUrls: viewerUrls(session),
      pairCode: pairing.codeOf(session),
    }),
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
    rollCall,
  })

  const getStatus = (): SyncServerStatus => ({ ...described(), clientCount: relay.viewerCount() })

  async function listen(): Promise<void> {
    const [identity] = await Promise.all([
      openIdentity({ ...options, book, warn }),
      book.findLocalName(),
      operatorRoutes.load(),
    ])
    await restore()
    const clients = createClients(trustProxy)
    const guard = createGuard({ ...options, isOwnName: ownNames(book, identity) })
    const sockets = openSockets({
      hooks: relay.hooks,
      guard,
      clients,
      limits,
      needsKey: (role) => role === 'host' || viewerKey !== undefined,
      isClosing: () => closing,
      onRefused: (code) => relay.stats.reject(code),
      warn,
    })
    const service = createService({
      identity,
      book,
      port: currentPort,
      clients,
      guard,
      readiness: () =>
        closing ? 'stopping' : backplane?.isHealthy === false ? 'degraded' : 'ready',
      pairing,
      findElsewhere: backplane?.findCode,
      failures: new RateLimit({ ...RATE_DEFAULTS, now: () => performance.now() }),
      async linkKey(session) {
        await relay.whenReady(session)
        return relay.linkKey(session)
      },
      viewerDir: options.viewerDir,
      status: getStatus,
      addOperatorRoutes: (app) => operatorRoutes.addTo(app, clients),
      onSocket: sockets.onUpgrade,
    })
    let listener: Listener
    try {
      await relay.start()
      listener = await openListener({
        port,
        host,
        certificate: identity?.current,
        handshakeTime: limits.handshakeTime,
        warn,
        ...service,
      })
    } catch (error) {
      await relay.stop()
      await sockets.close()
      throw error
    }
    const timer = identity && setInterval(() => void refresh(identity, listener), REFRESH_MS)
    timer?.unref()
    running = {
      listener,
      identity,
      async close() {
        clearInterval(timer)
        await disk?.flush()
        await relay.stop()
        let late: ReturnType<typeof setTimeout> | undefined
        const grace = new Promise((resolve) => (late = setTimeout(resolve, CLOSE_GRACE_MS)))
        await listener.close(grace)
        clearTimeout(late)
        sockets.terminate()
        await sockets.close()
      },
    }
    const problem = linkProblem(linkOptions())
    if (problem) warn(problem)
  }

  async function restore(): Promise<void> {
    if (!disk) return
    try {
      for (const [session, kept] of await disk.load()) relay.restore(session, kept)
    } catch (error) {
      throw new UsageError(
        `The folder ${options.persist} cannot be used: ${(error as Error).message}. Give another one with --persist.`,
      )
    }
  }

  async function refresh(identity: Identity, listener: Listener): Promise<void> {
    try {
      if (!(await identity.refresh())) return
      listener.setCertificate(identity.current)
      relay.announce()
    } catch (error) {
      warn(`The certificate could not be renewed: ${(error as Error).message}`)
    }
  }

  async function stop(): Promise<void> {
    await starting?.catch(() => {})
    const ending = running
    running = starting = undefined
    await ending?.close()
    closing = false
  }

  return {
    hostKey,
    viewerKey,
    getStatus,
    getTotals: () => totalsOf(relay),
    viewerUrls,
    pairCode: (session = 'default') => pairing.codeOf(session),
    authority: () => running?.identity?.authority,
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
