import { once } from 'node:events'
import type { Server, Socket } from 'node:net'

/** A connection through a proxy of the tests. */
export interface Way {
  front: Socket
  /** None while it is not connected through. */
  back: Socket | undefined
}

/** Ends a proxy with all that goes through it. */
export async function closeWays(server: Server, ways: Iterable<Way>): Promise<void> {
  server.close()
  for (const { front, back } of ways) {
    front.destroy()
    back?.destroy()
  }
  await once(server, 'close')
}
