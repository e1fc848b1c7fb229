import { once } from 'node:events'
import type { Server, Socket } from 'node:net'

/** A client's connection through a test proxy. */
export interface ProxiedConnection {
  client: Socket
  /** The connection to the target. `undefined` until the proxy opens it. */
  upstream: Socket | undefined
}

/** Closes a proxy and all its connections. */
export async function closeProxy(
  server: Server,
  connections: Iterable<ProxiedConnection>,
): Promise<void> {
  server.close()
  for (const { client, upstream } of connections) {
    client.destroy()
    upstream?.destroy()
  }
  await once(server, 'close')
}
