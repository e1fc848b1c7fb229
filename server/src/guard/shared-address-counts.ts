import type { Backplane, Notice } from '../core/shared/backplane.ts'
import { isBackplaneMessage } from '../core/shared/check-message.ts'
import type { Limits } from '../core/limits.ts'
import type { AddressCounts } from './address-counts.ts'
import { clientOf } from './rate-limit.ts'

export interface SharedAddressCountsOptions {
  /** The counts of this node. */
  local: AddressCounts
  limits: Pick<Limits, 'viewersPerAddress' | 'connectionsPerMinute'>
  backplane: Pick<Backplane, 'id' | 'interval' | 'subscribe' | 'unsubscribe' | 'notify'>
  /** A clock in milliseconds; only differences matter. @default performance.now */
  now?: () => number
}

/** The counts of this node and, as far as they have announced theirs, of the others. */
export interface SharedAddressCounts extends AddressCounts {
  /** Connects to the other nodes. Resolves when they are connected, or cannot be reached at present. */
  start: () => Promise<void>
  stop: () => void
}

type Counts = Extract<Notice, { type: 'addresses' }>['counts']

/** Not the name of a session, as it has a character that those cannot have. */
const CHANNEL = '*addresses'
/** A client is announced whenever one of its counts has changed by this part of the limit. */
const STEP = 0.05
/** Clients in one announcement. */
const MOST_ANNOUNCED = 1000
/** A node that is silent for this many intervals counts as gone. */
const MISSED_INTERVALS = 3

/**
 * Adds up the counts of all nodes. Each node announces only clients with many connections, so that a usual viewer
 * costs no message and waits for no answer. In exchange, clients that connect to several nodes at the same moment
 * can pass a limit by 5 % for each node, and by the connections of the milliseconds that an announcement takes.
 */
export function createSharedAddressCounts(
  options: SharedAddressCountsOptions,
): SharedAddressCounts {
  const { local, limits, backplane, now = () => performance.now() } = options
  const viewerStep = Math.max(1, Math.floor(limits.viewersPerAddress * STEP))
  const connectionStep = Math.max(1, Math.floor(limits.connectionsPerMinute * STEP))
  const nodes = new Map<
    string,
    { at: number; clients: Map<string, { viewers: number; connections: number }> }
  >()
  /** Clients of this node that the others know of. */
  const announced = new Set<string>()
  let timer: ReturnType<typeof setInterval> | undefined

  function elsewhere(client: string, kind: 'viewers' | 'connections'): number {
    let sum = 0
    for (const { clients } of nodes.values()) sum += clients.get(client)?.[kind] ?? 0
    return sum
  }

  function send(clients: string[], isAll: boolean): void {
    const counts: Counts = clients.map((client) => [
      client,
      local.viewersOf(client),
      local.connectionsOf(client),
    ])
    backplane.notify(CHANNEL, { type: 'addresses', isAll, counts })
  }

  function announce(client: string): void {
    announced.add(client)
    send([client], false)
  }

  function announceAll(): void {
    for (const client of announced) {
      const isUsual =
        local.viewersOf(client) < viewerStep && local.connectionsOf(client) < connectionStep
      if (isUsual) announced.delete(client)
    }
    send([...announced].slice(-MOST_ANNOUNCED), true)
  }

  function receive(message: unknown): void {
    if (!isBackplaneMessage(message) || message.type !== 'note') return
    const { from, note } = message
    if (from === backplane.id) return
    if (note.type === 'gone') nodes.delete(from)
    if (note.type !== 'addresses') return
    const clients = (note.isAll ? undefined : nodes.get(from)?.clients) ?? new Map()
    for (const [client, viewers, connections] of note.counts) {
      clients.delete(client)
      clients.set(client, { viewers, connections })
    }
    for (const client of clients.keys()) {
      if (clients.size <= MOST_ANNOUNCED) break
      clients.delete(client)
    }
    nodes.set(from, { at: now(), clients })
  }

  /** Subscribes each time, because a subscription is lost while the other nodes cannot be reached. */
  async function refresh(): Promise<void> {
    for (const [id, { at }] of nodes)
      if (now() - at > backplane.interval * MISSED_INTERVALS) nodes.delete(id)
    await backplane.subscribe(CHANNEL, receive).then(announceAll, () => {})
  }

  return {
    countConnection(address) {
      const client = clientOf(address)
      const count = local.countConnection(client)
      if (count % connectionStep === 0) announce(client)
      return count + elsewhere(client, 'connections')
    },
    connectionsOf: local.connectionsOf,
    viewersOf: (address) => local.viewersOf(address) + elsewhere(clientOf(address), 'viewers'),
    addViewer(address) {
      local.addViewer(address)
      if (local.viewersOf(address) % viewerStep === 0) announce(clientOf(address))
    },
    removeViewer(address) {
      local.removeViewer(address)
      const client = clientOf(address)
      if (announced.has(client) && (local.viewersOf(address) + 1) % viewerStep === 0)
        announce(client)
    },
    async start() {
      timer ??= setInterval(() => void refresh(), backplane.interval)
      await refresh()
    },
    stop() {
      clearInterval(timer)
      timer = undefined
      nodes.clear()
      backplane.notify(CHANNEL, { type: 'gone' })
      backplane.unsubscribe(CHANNEL)
    },
  }
}
