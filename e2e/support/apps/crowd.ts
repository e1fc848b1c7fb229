import { setMaxListeners } from 'node:events'
import { afterEach, beforeEach, vi } from 'vitest'
import { seeded } from '../../../server/test/fuzz-arbitraries.ts'
import { stubPage } from './app.ts'
import { type FaultProxy, openFaultProxy } from '../network/fault-proxy.ts'
import { type HostPage, openHost, openViewer, type ViewerPage } from './host-and-viewer.ts'

/** One host and several viewers. Each connects to its node through its own proxy. */
export interface Crowd {
  host: HostPage
  viewers: ViewerPage[]
  /** The host's proxy, then those of the viewers in order. */
  proxies: FaultProxy[]
  /** Changes the host's state every 5 ms. Returns a function that stops the changes. */
  keepChanging: () => () => void
}

/**
 * Sets up the tests of a file with several nodes. Functions in `stops` run in reverse order after each test, and
 * the globals of a page are stubbed.
 */
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
    /** A random integer from 0, below `limit`. */
    upTo: (limit: number): number => Math.floor(random() * limit),
    /** Connects a host to the first port, and one viewer to each port. */
    async open(ports: number[]): Promise<Crowd> {
      const proxies: FaultProxy[] = []
      for (const port of [ports[0]!, ...ports]) {
        const proxy = await openFaultProxy(port, { random: seeded(seed + 2) })
        proxies.push(proxy)
        stops.push(proxy.close)
      }
      const [hostUrl, ...viewerUrls] = proxies.map(({ port }) => `ws://127.0.0.1:${port}`)
      const host = openHost(hostUrl!)
      const viewers = viewerUrls.map((url) => openViewer(url))
      for (const { app } of [host, ...viewers]) stops.push(() => app.unmount())
      return {
        host,
        viewers,
        proxies,
        keepChanging() {
          const changeRandom = seeded(seed + 1)
          const timer = setInterval(() => host.change(changeRandom), 5)
          stops.push(() => clearInterval(timer))
          return () => clearInterval(timer)
        },
      }
    },
  }
}

/** @param time in milliseconds */
export const pause = (time: number) => new Promise((resolve) => setTimeout(resolve, time))
