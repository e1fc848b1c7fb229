import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { closeProxy, type ProxiedConnection } from './proxied-connection.ts'

/**
 * A proxy to a loopback port that can turn into a black hole, like the network of a phone that left the Wi-Fi:
 * no data arrives and no connection closes.
 */
export interface BlackHole {
  port: number
  /** Bytes delivered: `up` to the target, `down` to clients. */
  bytes: { up: number; down: number }
  /** Number of clients that are connected to the proxy. */
  connections: () => number
  /** Holds back all data in both directions. Connections stay open. New clients are accepted but not connected. */
  stall: () => void
  /** Delivers the data that was held back, in order, and connects waiting clients to the target. */
  resume: () => void
  close: () => Promise<void>
}

export async function openBlackHole(target: number): Promise<BlackHole> {
  const bytes = { up: 0, down: 0 }
  const connections = new Set<ProxiedConnection>()
  let isStalled = false

  function pass(from: Socket, to: Socket, direction: 'up' | 'down'): void {
    from.on('data', (data) => {
      bytes[direction] += data.length
      if (!to.write(data)) from.pause()
    })
    to.on('drain', () => {
      if (!isStalled) from.resume()
    })
    from.on('end', () => to.end())
    from.once('close', () => to.destroy())
  }

  function connectThrough(connection: ProxiedConnection): void {
    const { client } = connection
    const upstream = connect(target, '127.0.0.1').on('error', () => {})
    connection.upstream = upstream
    pass(client, upstream, 'up')
    pass(upstream, client, 'down')
  }

  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (client) => {
    const connection: ProxiedConnection = { client, upstream: undefined }
    connections.add(connection)
    client.on('error', () => {})
    client.once('close', () => {
      connections.delete(connection)
      connection.upstream?.destroy()
    })
    if (!isStalled) connectThrough(connection)
    if (!isStalled) client.resume()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    port: (server.address() as { port: number }).port,
    bytes,
    connections: () => connections.size,
    stall() {
      isStalled = true
      for (const { client, upstream } of connections) {
        client.pause()
        upstream?.pause()
      }
    },
    resume() {
      isStalled = false
      for (const connection of connections) {
        if (!connection.upstream) connectThrough(connection)
        connection.client.resume()
        connection.upstream!.resume()
      }
    },
    close: () => closeProxy(server, connections),
  }
}
