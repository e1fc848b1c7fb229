import { setMaxListeners } from 'node:events'
import { afterEach, beforeEach, vi } from 'vitest'
import { seeded } from '../../../server/test/fuzz-arbitraries.ts'
import { stubPage } from './app.ts'
import { type FaultProxy, openFaultProxy } from '../network/fault-proxy.ts'
import { type HostPage, openHost, openViewer, type ViewerPage } from './host-and-viewer.ts'

/** Pages of one host and some viewers, each behind a way of its own to a node. */
export interface Crowd {
  host: HostPage
  viewers: ViewerPage[]
  /** The host's way first. */
  ways: FaultProxy[]
  /** Until what it gives is called. */
  keepChanging: () => () => void
}

/** For tests of several nodes: what is given to `stops` ends in reverse order, and pages find a browser. */
export function useCrowd(seed: number) {
  const stops: (() => unknown)[] = []
  let random = seeded(seed)
  beforeEach(() => {
    random = seeded(seed)
    stubPage()
    setMaxListeners(50, window, document)
  })
  afterEach(async () => {
    for (const stop of stops.splice(0).toReversed()) await stop()
    vi.unstubAllGlobals()
  })

  return {
    stops,
    random: (): number => random(),
    upTo: (most: number): number => Math.floor(random() * most),
    /** The host at the first of these ports, viewers at all. */
    async open(ports: number[]): Promise<Crowd> {
      const ways: FaultProxy[] = []
      for (const port of [ports[0]!, ...ports]) {
        const way = await openFaultProxy(port, { random: seeded(seed + 2) })
        ways.push(way)
        stops.push(way.close)
      }
      const [hostWay, ...viewerWays] = ways.map(({ port }) => `ws://127.0.0.1:${port}`)
      const host = openHost(hostWay!)
      const viewers = viewerWays.map((url) => openViewer(url))
      for (const { app } of [host, ...viewers]) stops.push(() => app.unmount())
      return {
        host,
        viewers,
        ways,
        keepChanging() {
          const own = seeded(seed + 1)
          const timer = setInterval(() => host.change(own), 5)
          stops.push(() => clearInterval(timer))
          return () => clearInterval(timer)
        },
      }
    },
  }
}

export const pause = (time: number) => new Promise((resolve) => setTimeout(resolve, time))
