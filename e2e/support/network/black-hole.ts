import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { closeWays, type Way } from './proxied-connection.ts'

/**
 * A way to a port of loopback that can turn into a black hole: the network of a phone that left the Wi-Fi,
 * where nothing arrives and nothing is ever closed.
 */
export interface BlackHole {
  port: number
  /** Bytes that got through: `up` to the port behind, `down` from it. */
  bytes: { up: number; down: number }
  /** Connections that are open in front. */
  connections: () => number
  /** From now on nothing passes, either way; connections stay open, and new ones are taken and not answered. */
  swallow: () => void
  /** All goes on, as TCP does: what was held back arrives, what connected meanwhile is connected through. */
  heal: () => void
  close: () => Promise<void>
}

export async function openBlackHole(target: number): Promise<BlackHole> {
  const bytes = { up: 0, down: 0 }
  const ways = new Set<Way>()
  let isSwallowing = false

  function pass(from: Socket, to: Socket, direction: 'up' | 'down'): void {
    from.on('data', (data) => {
      bytes[direction] += data.length
      if (!to.write(data)) from.pause()
    })
    to.on('drain', () => {
      if (!isSwallowing) from.resume()
    })
    from.on('end', () => to.end())
    from.once('close', () => to.destroy())
  }

  function connectThrough(way: Way): void {
    const { front } = way
    const back = connect(target, '127.0.0.1').on('error', () => {})
    way.back = back
    pass(front, back, 'up')
    pass(back, front, 'down')
  }

  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (front) => {
    const way: Way = { front, back: undefined }
    ways.add(way)
    front.on('error', () => {})
    front.once('close', () => {
      ways.delete(way)
      way.back?.destroy()
    })
    if (!isSwallowing) connectThrough(way)
    if (!isSwallowing) front.resume()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    port: (server.address() as { port: number }).port,
    bytes,
    connections: () => ways.size,
    swallow() {
      isSwallowing = true
      for (const { front, back } of ways) {
        front.pause()
        back?.pause()
      }
    },
    heal() {
      isSwallowing = false
      for (const way of ways) {
        if (!way.back) connectThrough(way)
        way.front.resume()
        way.back!.resume()
      }
    },
    close: () => closeWays(server, ways),
  }
}
