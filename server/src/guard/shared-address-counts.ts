import type { Backplane, Notice } from '../core/shared/backplane.ts'
import { isBackplaneMessage } from '../core/shared/check-message.ts'
import type { Limits } from '../core/limits.ts'
import type { AddressCounts } from './address-counts.ts'
import { clientOf } from './rate-limit.ts'

export interface SharedAddressCountsOptions {
  /** The counts of this node. */
  local: AddressCounts
  limits: Pick<Limits, 'viewersPerAddress' | 'connectionsPerMinute'>
  backplane: Pick<
    Backplane,
    'id' | 'interval' | 'isHealthy' | 'subscribe' | 'unsubscribe' | 'notify'
  >
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
/** The part of a limit up to which a node counts a client alone. */
const STEP = 0.05
/** Clients in one announcement. */
const MOST_ANNOUNCED = 1000
/** A node that is silent for this many intervals counts as gone. */
const MISSED_INTERVALS = 3

/** A node decides by what it knows when its own announcement has not come back by then, in milliseconds. */
const ECHO_TIMEOUT_MS = 1000

/**
 * Adds up the counts of all nodes. A usual viewer costs no message and waits for no answer: each node counts a client
 * alone until it has a twentieth of a limit there. From then on, each connection is announced to all nodes before it
 * is judged, and judged when the announcement has come back to its own node. All nodes receive announcements in one
 * order, so of two nodes that announce at the same moment the later one knows of the earlier. Clients can therefore
 * pass a limit by a twentieth for each node, and by no more, however many connections they open in parallel.
 */
export function createSharedAddressCounts(
  options: SharedAddressCountsOptions,
): SharedAddressCounts {
  const { local, limits, backplane, now = () => performance.now() } = options
  const most = { viewers: limits.viewersPerAddress, connections: limits.connectionsPerMinute }
  const steps = {
    viewers: Math.max(1, Math.floor(most.viewers * STEP)),
    connections: Math.max(1, Math.floor(most.connections * STEP)),
  }
  const nodes = new Map<
    string,
    { at: number; clients: Map<string, { viewers: number; connections: number }> }
  >()
  /** Clients of this node that the others know of. */
  const announced = new Set<string>()
  /** Judge the connections that wait for the next announcement, by client. */
  const waiting = new Map<string, (() => void)[]>()
  /** The announcements that have not come back yet, by turn. Each call judges the connections that they count. */
  const onTheirWay = new Map<number, () => void>()
  let turn = 0
  let isSubscribed = false
  let timer: ReturnType<typeof setInterval> | undefined

  function elsewhere(client: string, kind: 'viewers' | 'connections'): number {
    let sum = 0
    for (const { clients } of nodes.values()) sum += clients.get(client)?.[kind] ?? 0
    return sum
  }

  /**
   * The connections that an announcement counts are judged when it comes back, because the other nodes count them from
   * then on. If they waited for a later announcement, each node would refuse its own for the sake of the others'.
   */
  function send(clients: readonly string[], isAll: boolean): void {
    const counts: Counts = clients.map((client) => [
      client,
      local.viewersOf(client),
      local.connectionsOf(client),
    ])
    const judges = clients.flatMap((client) => waiting.get(client) ?? [])
    for (const client of clients) waiting.delete(client)
    const sent = ++turn
    if (judges.length > 0) {
      const timer = setTimeout(finish, ECHO_TIMEOUT_MS)
      function finish(): void {
        clearTimeout(timer)
        onTheirWay.delete(sent)
        for (const judge of judges) judge()
        announceWaiting()
      }
      onTheirWay.set(sent, finish)
    }
    backplane.notify(CHANNEL, { type: 'addresses', isAll, turn: sent, counts })
  }

  /** Sends one announcement for all clients that wait, and the next one when it has come back. */
  function announceWaiting(): void {
    if (onTheirWay.size > 0 || waiting.size === 0) return
    send([...waiting.keys()].slice(0, MOST_ANNOUNCED), false)
  }

  /** Announces a client, and judges when this node knows what the others had announced before. */
  function announce(client: string, judge: () => void): void {
    announced.add(client)
    const others = waiting.get(client)
    if (others) others.push(judge)
    else waiting.set(client, [judge])
    announceWaiting()
  }

  /**
   * @param count of this node, with the connection that is judged
   * @returns the count of all nodes
   */
  function total(
    client: string,
    kind: 'viewers' | 'connections',
    count: number,
  ): number | Promise<number> {
    const known = count + elsewhere(client, kind)
    const isUsual = count < steps[kind]
    if (isUsual || known > most[kind] || !isSubscribed || !backplane.isHealthy) return known
    return new Promise((resolve) => {
      // Counted at once. A later announcement may follow before the promise's own callbacks run.
      announce(client, () => resolve(count + elsewhere(client, kind)))
    })
  }

  function announceAll(): void {
    for (const client of announced) {
      const isUsual =
        local.viewersOf(client) < steps.viewers && local.connectionsOf(client) < steps.connections
      if (isUsual) announced.delete(client)
    }
    send([...announced].slice(-MOST_ANNOUNCED), true)
  }

  function receive(message: unknown): void {
    if (!isBackplaneMessage(message) || message.type !== 'note') return
    const { from, note } = message
    if (from === backplane.id) {
      if (note.type === 'addresses')
        for (const [sent, finish] of onTheirWay) if (sent <= note.turn) finish()
      return
    }
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
    try {
      await backplane.subscribe(CHANNEL, receive)
      isSubscribed = timer !== undefined
      announceAll()
    } catch {
      isSubscribed = false
    }
  }

  return {
    countConnection(address) {
      const count = local.countConnection(address) as number
      return total(clientOf(address), 'connections', count)
    },
    connectionsOf: local.connectionsOf,
    viewersOf: (address) => local.viewersOf(address) + elsewhere(clientOf(address), 'viewers'),
    addViewer(address) {
      const count = local.addViewer(address) as number
      return total(clientOf(address), 'viewers', count)
    },
    removeViewer(address) {
      local.removeViewer(address)
      const client = clientOf(address)
      if (isSubscribed && announced.has(client)) announce(client, () => {})
    },
    async start() {
      timer ??= setInterval(() => void refresh(), backplane.interval)
      await refresh()
    },
    stop() {
      clearInterval(timer)
      timer = undefined
      isSubscribed = false
      nodes.clear()
      backplane.notify(CHANNEL, { type: 'gone' })
      backplane.unsubscribe(CHANNEL)
    },
  }
}
