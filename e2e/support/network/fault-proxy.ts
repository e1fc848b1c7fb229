import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { closeProxy, type ProxiedConnection } from './proxied-connection.ts'

/** Delay and bandwidth of every connection. */
export interface NetworkConditions {
  /** Milliseconds of delay for each chunk. */
  delay: number
  /** Maximum milliseconds of random extra delay for each chunk. Chunks stay in order. */
  jitter: number
  /** Bytes per second in each direction of a connection. */
  rate: number
}

/**
 * A proxy to a loopback port that can fail as networks do. Seeded random numbers make its faults repeatable.
 */
export interface FaultProxy {
  port: number
  /** Bytes delivered: `up` to the target, `down` to clients. */
  bytes: { up: number; down: number }
  /** Number of clients that are connected to the proxy. */
  connections: () => number
  /** Changes the given conditions for later chunks. */
  setConditions: (conditions: Partial<NetworkConditions>) => void
  /** Connects later clients to another port. */
  retarget: (port: number) => void
  /**
   * Holds back all data in both directions. Connections stay open, and the target does not notice that a client has
   * gone. New clients are accepted but not connected.
   */
  stall: () => void
  /** Delivers what was held back, in order, and connects waiting clients to the target. */
  resume: () => void
  /** Delivers only a part of the next chunk to each client, then resets the connection, usually inside a frame. */
  reset: () => void
  /** Like `reset`, but ends the connection properly. */
  truncate: () => void
  /** Closes every connection to the target. The clients receive nothing about it. */
  halfOpen: () => void
  close: () => Promise<void>
}

export interface FaultOptions extends Partial<NetworkConditions> {
  /** Returns a number in [0, 1). @default Math.random */
  random?: () => number
}

type Ending = 'reset' | 'truncate'

interface FaultyConnection extends ProxiedConnection {
  /** How the connection ends at the next chunk to the client. */
  ending?: Ending | undefined
  isHalfOpen?: boolean
  /** One for each direction. Empty until the proxy connects to the target. */
  lanes: Lane[]
}

/** Carries the chunks of one direction. */
interface Lane {
  pause: () => void
  resume: () => void
  end: () => void
}

/** A lane buffers about this many bytes. Beyond that, TCP holds back the sender. */
const MAX_LANE_BYTES = 64 * 1024

export async function openFaultProxy(
  target: number,
  options: FaultOptions = {},
): Promise<FaultProxy> {
  const { random = Math.random } = options
  const conditions: NetworkConditions = {
    delay: 0,
    jitter: 0,
    rate: Number.POSITIVE_INFINITY,
    ...options,
  }
  const bytes = { up: 0, down: 0 }
  const connections = new Set<FaultyConnection>()
  /** Connections whose client has gone while they were stalled. The target learns it only after that. */
  const orphans = new Set<FaultyConnection>()
  let isStalled = false
  let targetPort = target

  /** Writes a chunk, or only a part of it if the connection ends with this chunk. */
  function write(
    connection: FaultyConnection,
    to: Socket,
    chunk: Buffer,
    direction: 'up' | 'down',
  ): boolean {
    const { ending, client } = connection
    if (direction === 'up' || !ending) {
      bytes[direction] += chunk.length
      return to.write(chunk)
    }
    const part = chunk.subarray(0, Math.floor(random() * chunk.length))
    bytes.down += part.length
    connection.ending = undefined
    // The connection ends after the write, because a reset discards data that is not yet sent.
    to.write(part, () => {
      if (ending === 'reset') client.resetAndDestroy()
      else client.end()
      connection.upstream?.destroy()
    })
    return true
  }

  function openLane(
    connection: FaultyConnection,
    from: Socket,
    to: Socket,
    direction: 'up' | 'down',
  ): Lane {
    const chunks: { data: Buffer | undefined; due: number }[] = []
    let held = 0
    let lastDue = 0
    let timer: ReturnType<typeof setTimeout> | undefined

    function pump(): void {
      clearTimeout(timer)
      if (isStalled) return
      for (;;) {
        const [chunk] = chunks
        if (!chunk) break
        const wait = chunk.due - performance.now()
        if (wait > 0) {
          timer = setTimeout(pump, wait)
          return
        }
        chunks.shift()
        if (!chunk.data) return void to.end()
        held -= chunk.data.length
        if (!write(connection, to, chunk.data, direction)) break
      }
      if (held < MAX_LANE_BYTES && !to.writableNeedDrain) from.resume()
    }
    function take(data: Buffer | undefined): void {
      const { delay, jitter, rate } = conditions
      const now = performance.now()
      // A chunk starts when the previous one has been sent.
      const travel = delay + jitter * random()
      lastDue = Math.max(now + travel, lastDue) + ((data?.length ?? 0) / rate) * 1000
      held += data?.length ?? 0
      chunks.push({ data, due: lastDue > now + 0.5 ? lastDue : 0 })
      if (held >= MAX_LANE_BYTES) from.pause()
      if (chunks.length === 1) pump()
      if (to.writableNeedDrain) from.pause()
    }
    from.on('data', take).on('end', () => take(undefined))
    to.on('drain', pump)
    from.once('close', () => {
      // A half-open connection stays open, and the target of a stalled one learns nothing. Otherwise chunks in transit
      // arrive before the connection ends.
      if (connection.isHalfOpen || (isStalled && direction === 'up')) return
      if (chunks.length === 0 || from.errored) to.destroy()
    })
    return { pause: () => from.pause(), resume: pump, end: () => clearTimeout(timer) }
  }

  function connectThrough(connection: FaultyConnection): void {
    const { client } = connection
    const upstream = connect({ port: targetPort, host: '127.0.0.1', allowHalfOpen: true })
    upstream.on('error', () => {})
    connection.upstream = upstream
    connection.lanes = [
      openLane(connection, client, upstream, 'up'),
      openLane(connection, upstream, client, 'down'),
    ]
    client.resume()
  }

  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (client) => {
    const connection: FaultyConnection = { client, upstream: undefined, lanes: [] }
    connections.add(connection)
    client.setNoDelay(true)
    client.on('error', () => {})
    client.once('close', () => {
      connections.delete(connection)
      if (isStalled) orphans.add(connection)
      else connection.upstream?.destroy()
      for (const lane of connection.lanes) lane.end()
    })
    if (!isStalled) connectThrough(connection)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  const endAll = (ending: Ending): void => {
    for (const connection of connections) connection.ending = ending
  }
  return {
    port: (server.address() as { port: number }).port,
    bytes,
    connections: () => connections.size,
    setConditions: (next) => void Object.assign(conditions, next),
    retarget: (port) => void (targetPort = port),
    stall() {
      isStalled = true
      for (const { lanes } of connections) for (const lane of lanes) lane.pause()
    },
    resume() {
      isStalled = false
      for (const { upstream } of orphans) upstream?.destroy()
      orphans.clear()
      for (const connection of connections) {
        if (!connection.upstream) connectThrough(connection)
        for (const lane of connection.lanes) lane.resume()
      }
    },
    reset: () => endAll('reset'),
    truncate: () => endAll('truncate'),
    halfOpen() {
      for (const connection of connections) {
        connection.isHalfOpen = true
        connection.upstream?.destroy()
      }
    },
    close: () => closeProxy(server, [...connections, ...orphans]),
  }
}
