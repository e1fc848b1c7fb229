import { CLOSE, type Role } from '@vue-sync/vue/protocol'
import { AddressCounts } from './address-counts.ts'
import type { Clients, IncomingCall } from './clients.ts'
import { BAD_ORIGIN, type Caller, type Guard, mayDial } from './guard.ts'
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
  /** Whether one who comes in this role must have a key. */
  needsKey: (role: Role) => boolean
  /** Told the close code of who is not let in by the gate alone. @default nobody */
  onRefused?: (code: number) => void
  /** Nobody is let in any more. */
  isClosing: () => boolean
  warn: (text: string) => void
}

/** What the connection itself says of a client. */
interface Arrival {
  address: string
  caller: Caller
  isWithinMachine: boolean
}

/** `crossws` hands its context from hook to hook. */
interface Context extends Partial<Admission> {
  arrival?: Arrival
  isCounted?: boolean
}

export interface Gate {
  hooks: Relay['hooks']
  /** What the hooks must know of a connection: the `context` of the request that they are given. */
  contextOf: (call: IncomingCall) => object
}

/** Stands before the relay's hooks: knows pages and addresses, of which the relay knows nothing. */
export function createGate(options: GateOptions): Gate {
  const { hooks, guard, clients, limits, needsKey, isClosing } = options
  const tell = createThrottledWarn(options.warn)
  const counts = new AddressCounts()

  function refusalOf(
    role: Role,
    { caller, isWithinMachine, address }: Arrival,
  ): Refusal | undefined {
    if (isClosing()) return { code: CLOSE.goingAway, reason: 'The relay is stopping' }
    if (counts.arrived(address) > limits.connectionsPerMinute) {
      tell('rate', `${address} opens too many sockets in a minute (--max-connections)`)
      return { code: CLOSE.busy, reason: 'Too many connections from this address: wait a minute' }
    }
    if (!mayDial(caller, needsKey(role), isWithinMachine))
      return { code: CLOSE.badOrigin, reason: BAD_ORIGIN }
    return undefined
  }

  function leave(context: Context): void {
    if (!context.isCounted) return
    context.isCounted = false
    counts.left(context.arrival!.address)
  }

  return {
    hooks: {
      ...hooks,
      async upgrade(request) {
        const result = await hooks.upgrade(request)
        const { arrival } = request.context as Context
        const admission = (result as { context?: Admission } | undefined)?.context
        if (!arrival || !admission) return result
        // A page that may not be here is not told either whether its key is right.
        const refusal = refusalOf(admission.role, arrival) ?? admission.refusal
        return { ...(result as object), context: { ...admission, refusal } }
      },
      open(peer) {
        const context = peer.context as Context
        const { role, refusal, arrival } = context
        if (role === 'viewer' && !refusal && arrival) {
          if (counts.present(arrival.address) >= limits.viewersPerAddress) {
            tell(
              'address',
              `A viewer was refused: ${arrival.address} has ${limits.viewersPerAddress} (--max-viewers-per-address)`,
            )
            options.onRefused?.(CLOSE.busy)
            return peer.close(CLOSE.busy, 'Too many viewers from this address')
          }
          counts.entered(arrival.address)
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
    contextOf(call) {
      const arrival: Arrival = {
        address: clients.addressOf(call),
        caller: guard.callerOf(clients.callOf(call)),
        isWithinMachine: clients.isWithinMachine(call),
      }
      return { arrival } satisfies Context
    },
  }
}
