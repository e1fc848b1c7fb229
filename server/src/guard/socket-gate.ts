import { CLOSE, type Role } from '@vue-sync/vue/protocol'
import type { Audit } from '../core/audit.ts'
import { createAddressCounts } from './address-counts.ts'
import type { Clients, IncomingRequest } from './clients.ts'
import { BAD_ORIGIN, type PageOrigin, type Guard, mayConnect } from './hosts-and-origins.ts'
import type { Limits } from '../core/limits.ts'
import type { Admission } from '../core/connections.ts'
import type { Relay } from '../core/relay.ts'
import type { Refusal } from '../core/session-limits.ts'
import { createThrottledWarn } from '../core/throttled-warn.ts'

export interface GateOptions {
  hooks: Relay['hooks']
  guard: Guard
  clients: Clients
  limits: Pick<Limits, 'viewersPerAddress' | 'connectionsPerMinute'>
  /** Whether clients in this role need a key. */
  needsKey: (role: Role) => boolean
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
  isWithinMachine: boolean
}

/** The `context` that crossws passes from hook to hook. */
interface Context extends Partial<Admission> {
  source?: ConnectionSource
  isCounted?: boolean
}

export interface Gate {
  hooks: Relay['hooks']
  /** The `context` that a request must carry when it is given to the hooks. */
  contextOf: (request: IncomingRequest) => object
}

/** Wraps the relay's hooks with checks of origin and client address, which the relay itself does not know. */
export function createGate(options: GateOptions): Gate {
  const { hooks, guard, clients, limits, needsKey, isClosing } = options
  const tell = createThrottledWarn(options.warn)
  const counts = createAddressCounts()

  function refusalOf(
    role: Role,
    { pageOrigin, isWithinMachine, address }: ConnectionSource,
  ): Refusal | undefined {
    if (isClosing()) return { code: CLOSE.goingAway, reason: 'The relay is stopping' }
    if (counts.countConnection(address) > limits.connectionsPerMinute) {
      options.audit?.({ kind: 'locked_out', via: 'socket', address, role })
      tell('rate', `${address} opens too many sockets per minute (--max-connections)`)
      return { code: CLOSE.busy, reason: 'Too many connections from this address: wait a minute' }
    }
    if (!mayConnect(pageOrigin, needsKey(role), isWithinMachine))
      return { code: CLOSE.badOrigin, reason: BAD_ORIGIN }
    return undefined
  }

  function leave(context: Context): void {
    if (!context.isCounted) return
    context.isCounted = false
    counts.removeViewer(context.source!.address)
  }

  return {
    hooks: {
      ...hooks,
      async upgrade(request) {
        const result = await hooks.upgrade(request)
        const { source } = request.context as Context
        const admission = (result as { context?: Admission } | undefined)?.context
        if (!source || !admission) return result
        // The origin is checked first, so that a foreign page does not learn whether its key is right.
        const refusal = refusalOf(admission.role, source) ?? admission.refusal
        return { ...(result as object), context: { ...admission, refusal } }
      },
      open(peer) {
        const context = peer.context as Context
        const { role, refusal, source } = context
        if (role === 'viewer' && !refusal && source) {
          if (counts.viewersOf(source.address) >= limits.viewersPerAddress) {
            tell(
              'address',
              `A viewer was refused: ${source.address} has ${limits.viewersPerAddress} (--max-viewers-per-address)`,
            )
            options.onRefused?.(CLOSE.busy)
            return peer.close(CLOSE.busy, 'Too many viewers from this address')
          }
          counts.addViewer(source.address)
          context.isCounted = true
        }
        return hooks.open(peer)
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
    contextOf(request) {
      const source: ConnectionSource = {
        address: clients.addressOf(request),
        pageOrigin: guard.pageOriginOf(clients.browserRequestOf(request)),
        isWithinMachine: clients.isWithinMachine(request),
      }
      return { source } satisfies Context
    },
  }
}
