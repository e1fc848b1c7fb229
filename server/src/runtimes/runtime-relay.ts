import type { AdapterInstance, Peer } from 'crossws'
import { CLOSE, formatLink, type RelayStatus, type StateMessage } from '@vue-sync/vue/protocol'
import { createClients, type IncomingRequest } from '../guard/clients.ts'
import { createGate } from '../guard/socket-gate.ts'
import {
  createGuard,
  nameOf,
  unknownHostReason,
  unknownHostText,
} from '../guard/hosts-and-origins.ts'
import { NODE_DIGESTS } from '../guard/node-digests.ts'
import { generateKey } from '../core/access/keys.ts'
import { LIMIT_DEFAULTS, type Limits } from '../core/limits.ts'
import { belowBase, readBase, relayAt } from '../core/base-path.ts'
import { SERVER_DEFAULTS } from '../server-options.ts'
import { checkOptions } from '../check-options.ts'
import { createHttpLog } from '../core/http-log/http-log.ts'
import { readLogTarget } from '../core/http-log/log-target.ts'
import { answerRequest } from '../core/http-log/web-reply.ts'
import { createRelay, type Relay } from '../core/relay.ts'
import { RUNTIME_DEFAULTS, type RuntimeOptions } from './runtime-options.ts'
import type { RelayPeer } from '../core/session/relay-peer.ts'

/** A relay on a port of Bun or Deno. */
export interface RuntimeServer {
  /** The key that hosts need, given or generated. */
  readonly hostKey: string
  /** The key that viewers need, given or generated. `undefined` with `open`. */
  readonly viewerKey: string | undefined
  /** The port in use, which the system chose with `port: 0`. */
  readonly port: number
  /** Closes every connection and frees the port, within a second. */
  stop: () => Promise<void>
  /** Sends a state message to the viewers of a session, as its host would. Returns `false` if the message is not one. */
  broadcast: (message: StateMessage, session?: string) => boolean
  /** Whether the relay runs, its port and address, and the number of viewers. */
  getStatus: () => Pick<RelayStatus, 'running' | 'port' | 'localIp' | 'clientCount'>
}

/** How long clients have to answer the close frame. */
const CLOSE_GRACE_MS = 300
const STEP_MS = 10

/** The parts of a listening server that differ between runtimes. */
export interface RuntimeListener {
  port: number
  connections: () => number
  /** Ends the connections that are still open, and frees the port. */
  close: () => Promise<void>
}

export interface RuntimeRelay {
  hooks: Relay['hooks']
  limits: Limits
  /**
   * Answers a request. `upgrade` is called for a WebSocket handshake, with a request that has its `context`.
   *
   * @param signal ends when the client is gone; `null` if the runtime has none. @default the request's own
   */
  answer: (
    request: Request,
    address: string | undefined,
    upgrade: (request: Request) => Promise<Response | undefined>,
    signal?: AbortSignal | null,
  ) => Promise<Response | undefined>
  serve: (listen: () => RuntimeListener) => Promise<RuntimeServer>
}

/** The number of open sockets of an adapter. */
export function countPeers({ peers }: AdapterInstance): number {
  return [...peers.values()].reduce((sum, { size }) => sum + size, 0)
}

function answerText(status: number, text: string, type = 'text/plain; charset=utf-8'): Response {
  const headers = {
    'content-type': type,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  }
  return new Response(text, { status, headers })
}

/**
 * The relay for servers that call `fetch(request)`, with the same checks as on Node.
 *
 * @throws UsageError for an option out of range
 */
export function createRuntimeRelay(
  options: RuntimeOptions,
  toPeer?: (peer: Peer) => RelayPeer,
): RuntimeRelay {
  checkOptions(options)
  const {
    open,
    public: isPublic,
    capacity,
    heartbeat,
    trustProxy,
    fetch,
    publicUrl,
  } = {
    ...RUNTIME_DEFAULTS,
    ...options,
  }
  const limits = { ...LIMIT_DEFAULTS, ...options.limits }
  const base = readBase(options.base ?? SERVER_DEFAULTS.base)
  const hostKey = options.hostKey ?? generateKey()
  const viewerKey = open ? undefined : (options.viewerKey ?? generateKey())
  // oxlint-disable-next-line no-console -- the default for warnings
  const warn = options.warn ?? ((text: string) => console.warn(`[vue-sync] ${text}`))
  let listener: RuntimeListener | undefined
  let closing = false

  const ownStatus = () => ({
    running: listener !== undefined,
    port: listener?.port ?? 0,
    localIp: '127.0.0.1',
  })

  /** Links for hosts to show: only the public one, because this machine's addresses are not known here. */
  function viewerUrls(session: string): Pick<RelayStatus, 'viewerUrls'> {
    if (publicUrl === undefined) return {}
    const url = formatLink({ relay: relayAt(publicUrl), session, key: relay.linkKey(session) })
    return { viewerUrls: [{ name: 'public', url, reach: 'internet' }] }
  }

  const relay: Relay = createRelay({
    base,
    public: isPublic,
    hostKey,
    viewerKey,
    authorize: options.authorize,
    capacity,
    heartbeat,
    limits,
    digests: NODE_DIGESTS,
    ...(toPeer && { toPeer }),
    describe: (session) => ({ ...ownStatus(), ...viewerUrls(session) }),
    audit: options.audit,
    warn,
  })
  const clients = createClients(trustProxy)
  // Addresses need no check; this machine's names are not known here, so `allowedHosts` must list them.
  const guard = createGuard({ ...options, isOwnName: () => false })
  const gate = createGate({
    hooks: relay.hooks,
    guard,
    clients,
    limits,
    isClosing: () => closing,
    audit: relay.audit,
    warn,
  })
  const getStatus = () => ({ ...ownStatus(), clientCount: relay.viewerCount() })

  const log = createHttpLog({ hooks: gate.hooks, base, isPublic })

  function answerPath(
    request: Request,
    call: IncomingRequest,
    signal: AbortSignal | null,
  ): Response | Promise<Response> {
    const { pathname, search } = new URL(request.url)
    const target = readLogTarget(belowBase(pathname + search, base) ?? '')
    if (target)
      return answerRequest(
        log,
        target,
        request,
        {
          address: clients.addressOf(call),
          allowedOrigin: gate.allowedOrigin(call),
          isFlooding: () => gate.isFlooding(call),
          contextOf: (isContinued) => gate.contextOf(call, undefined, { isContinued }),
        },
        signal,
      )
    if (request.method === 'GET' || request.method === 'HEAD') {
      const path = belowBase(pathname, base)
      // At the root too, where probes of containers look.
      if ((path ?? pathname) === '/healthz') return answerText(200, 'ok')
      if ((path ?? pathname) === '/readyz')
        return closing ? answerText(503, 'stopping') : answerText(200, 'ok')
      if (path === '/status')
        return answerText(200, JSON.stringify(getStatus()), 'application/json')
    }
    return fetch(request)
  }

  return {
    limits,
    hooks: gate.hooks,
    async answer(request, address, upgrade, signal) {
      const call: IncomingRequest = {
        headers: Object.fromEntries(request.headers),
        socket: { remoteAddress: address },
      }
      const { host } = clients.browserRequestOf(call)
      const isKnown = guard.acceptsHost(host)
      const isSocket = request.headers.get('upgrade')?.toLowerCase() === 'websocket'
      if (!isKnown && !(isSocket && nameOf(host) !== ''))
        return answerText(421, unknownHostText(host))
      if (!isSocket)
        return answerPath(request, call, signal === undefined ? request.signal : signal)
      const refusal = isKnown
        ? undefined
        : { code: CLOSE.noSession, reason: unknownHostReason(host) }
      return upgrade(Object.assign(request, { context: gate.contextOf(call, refusal) }))
    },
    async serve(listen) {
      await relay.start()
      let opened: RuntimeListener
      try {
        opened = listen()
      } catch (error) {
        await relay.stop()
        throw error
      }
      listener = opened
      let stopped: Promise<void> | undefined
      async function close(): Promise<void> {
        closing = true
        await relay.stop()
        for (let left = CLOSE_GRACE_MS; left > 0 && opened.connections() > 0; left -= STEP_MS)
          await new Promise((resolve) => setTimeout(resolve, STEP_MS))
        await opened.close()
        listener = undefined
      }
      return {
        hostKey,
        viewerKey,
        port: opened.port,
        stop: () => (stopped ??= close()),
        broadcast: (message, session) => relay.broadcast(message, session),
        getStatus,
      }
    },
  }
}
