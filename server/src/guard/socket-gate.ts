import type { Peer } from 'crossws'
import { CLOSE } from '@vue-sync/vue/protocol'
import type { Audit } from '../core/audit.ts'
import { type AddressCounts, createAddressCounts } from './address-counts.ts'
import type { Clients, IncomingRequest } from './clients.ts'
import { BAD_ORIGIN, type PageOrigin, type Guard, mayConnect } from './hosts-and-origins.ts'
import type { Limits } from '../core/limits.ts'
import type { Admission } from '../core/connections.ts'
import type { Relay } from '../core/relay.ts'
import type { Refusal } from '../core/session-limits.ts'
import { clientOf } from './rate-limit.ts'
import { createThrottledWarn } from '../core/throttled-warn.ts'
import { whenKnown } from '../core/when-known.ts'

export interface GateOptions {
  hooks: Relay['hooks']
  guard: Guard
  clients: Clients
  limits: Pick<Limits, 'viewersPerAddress' | 'connectionsPerMinute'>
  /** @default the counts of this node */
  counts?: AddressCounts | undefined
  /** Called with the close code when the gate, not the relay, refuses a client. @default none */
  onRefused?: (code: number) => void
  /** Whether the relay is stopping: then nobody is let in. */
  isClosing: () => boolean
  /** Receives a lock-out. @default dropped */
  audit?: Audit | undefined
  warn: (text: string) => void
}

/** What the connection shows about a client. */
interface ConnectionSource {
  address: string
  pageOrigin: PageOrigin
  /** The `Origin` header. */
  origin: string | undefined
  via: 'socket' | 'http'
  /** Why the server in front has refused the client. */
  refusal: Refusal | undefined
  /** Checked only for a page of the client's own machine; `false` for all others. */
  isWithinMachine: boolean
  /** How many sockets this client opened in this minute, with this one. */
  count: number | Promise<number>
}

/** The `context` that crossws passes from hook to hook. */
interface Context extends Partial<Admission> {
  source?: ConnectionSource
  isCounted?: boolean
}

export interface Gate {
  hooks: Relay['hooks']
  /**
   * The `context` that a request must carry when it is given to the hooks.
   *
   * @param refusal why the client is refused in any case. Its key is then not said to be right or wrong.
   * @param over HTTP instead of a WebSocket. A viewer that `isContinued` has sent requests before, and is not counted again.
   */
  contextOf: (
    request: IncomingRequest,
    refusal?: Refusal,
    over?: { isContinued: boolean },
  ) => object
  /** The origin of the page that sent a request, if such pages may connect. */
  allowedOrigin: (request: IncomingRequest) => string | undefined
  /**
   * Whether a client goes on to open sockets although it was refused as often as it may connect in a minute. Its
   * sockets then get no answer.
   */
  isFlooding: (request: IncomingRequest) => boolean
}

/** Wraps the relay's hooks with checks of origin and client address, which the relay itself does not know. */
export function createGate(options: GateOptions): Gate {
  const { hooks, guard, clients, limits, isClosing, counts = createAddressCounts() } = options
  const tell = createThrottledWarn(options.warn)

  function refusalOf(
    { by, role }: Admission,
    { pageOrigin, isWithinMachine, address, refusal, via }: Omit<ConnectionSource, 'count'>,
    connections: number,
  ): Refusal | undefined {
    if (isClosing()) return { code: CLOSE.goingAway, reason: 'The relay is stopping' }
    if (connections > limits.connectionsPerMinute) {
      options.audit?.({ kind: 'locked_out', via, address, role })
      tell('rate', `${address} opens too many sockets per minute (--max-connections)`)
      return { code: CLOSE.busy, reason: 'Too many connections from this address: wait a minute' }
    }
    if (refusal) return refusal
    if (!mayConnect(pageOrigin, by, isWithinMachine))
      return { code: CLOSE.badOrigin, reason: BAD_ORIGIN }
    return undefined
  }

  function leave(context: Context): void {
    if (!context.isCounted) return
    context.isCounted = false
    counts.removeViewer(context.source!.address)
  }

  function enter(peer: Peer, viewers: number): void | Promise<void> {
    const context = peer.context as Context
    // It was closed while it waited.
    if (!context.isCounted) return
    if (viewers <= limits.viewersPerAddress) return hooks.open(peer)
    const { address } = context.source!
    leave(context)
    tell(
      'address',
      `A viewer was refused: ${address} has ${limits.viewersPerAddress} (--max-viewers-per-address)`,
    )
    options.onRefused?.(CLOSE.busy)
    peer.close(CLOSE.busy, 'Too many viewers from this address')
  }

  return {
    hooks: {
      ...hooks,
      upgrade(request) {
        return whenKnown(hooks.upgrade(request), (result) => {
          const { source } = request.context as Context
          const admission = (result as { context?: Admission } | undefined)?.context
          if (!source || !admission) return result
          return whenKnown(source.count, (connections) => {
            // The origin is checked first, so that a foreign page does not learn whether its key is right.
            const refusal = refusalOf(admission, source, connections)
            // The request keeps the decision too, for servers that lose what this hook returns.
            if (refusal) admission.refusal = (request.context as Context).refusal = refusal
            admission.client = clientOf(source.address)
            return result
          })
        })
      },
      open(peer) {
        const context = peer.context as Context
        const { role, refusal, source } = context
        if (role !== 'viewer' || refusal || !source) return hooks.open(peer)
        const count = counts.addViewer(source.address)
        context.isCounted = true
        if (typeof count === 'number') return enter(peer, count)
        void count.then((viewers) => enter(peer, viewers))
      },
      close(peer, details) {
        leave(peer.context as Context)
        return hooks.close(peer, details)
      },
      error(peer, error) {
        leave(peer.context as Context)
        return hooks.error(peer, error)
      },
    },
    allowedOrigin(request) {
      const { origin } = request.headers
      if (origin === undefined) return undefined
      return guard.pageOriginOf(clients.browserRequestOf(request)) === 'foreign'
        ? undefined
        : origin
    },
    isFlooding: (request) =>
      counts.connectionsOf(clients.addressOf(request)) >= 2 * limits.connectionsPerMinute,
    contextOf(request, refusal, over) {
      const address = clients.addressOf(request)
      const pageOrigin =
        request.headers.origin === undefined
          ? 'none'
          : guard.pageOriginOf(clients.browserRequestOf(request))
      const source: ConnectionSource = {
        address,
        // Counted before anything is awaited, so that sockets opened at the same time count too.
        count: over?.isContinued ? 0 : counts.countConnection(address),
        pageOrigin,
        origin: request.headers.origin,
        via: over ? 'http' : 'socket',
        refusal,
        isWithinMachine: pageOrigin === 'loopback' && clients.isWithinMachine(request),
      }
      return { source } satisfies Context
    },
  }
}
