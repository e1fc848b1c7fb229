import { setMaxListeners } from 'node:events'
import process from 'node:process'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { type ChildRelay, startChildRelay } from '../../server/test/child-relay.ts'
import { seeded } from '../../server/test/fuzz-arbitraries.ts'
import { errorText, recordErrors } from '../support/apps/printed.ts'
import { openFaultProxy } from '../support/network/fault-proxy.ts'
import {
  type HostPage,
  openHost,
  openViewer,
  plain,
  type ViewerPage,
} from '../support/apps/host-and-viewer.ts'
import { HOST_KEY, VIEWER_KEY } from '../support/relays/relay.ts'

// VUE_SYNC_CHURN_SECONDS=60 runs it for a minute.
const SECONDS = Number(process.env['VUE_SYNC_CHURN_SECONDS'] ?? 10)
const COMERS_PER_SECOND = 100
const STEP_MS = 50
/** Allowed growth of the relay's memory in bytes; a leak of one viewer per visit would far exceed it. */
const MAX_GROWTH = 8 * 1024 * 1024

let relay: ChildRelay
const stops: (() => unknown)[] = []

beforeEach(async () => {
  vi.stubGlobal('window', new EventTarget())
  vi.stubGlobal('document', Object.assign(new EventTarget(), { hidden: false }))
  setMaxListeners(1000, window, document)
  relay = await startChildRelay({ hostKey: HOST_KEY, viewerKey: VIEWER_KEY })
})
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop()
  await relay.stop()
  vi.unstubAllGlobals()
})

const memory = async (): Promise<number> => {
  const { heap, external } = await relay.usage()
  return heap + external
}

it(
  `viewers end equal to the host after ${SECONDS} s of two competing hosts, host reloads, and viewers that come and go`,
  async () => {
    const printed = recordErrors()
    const random = seeded(7)
    const upTo = (most: number) => Math.floor(random() * most)
    const url = `ws://127.0.0.1:${relay.port}`
    const proxy = await openFaultProxy(relay.port, { random })
    stops.push(proxy.close)
    const staying = [openViewer(url), openViewer(url), openViewer(url)]
    const stalled = openViewer(`ws://127.0.0.1:${proxy.port}`)
    const hosts: [HostPage, HostPage] = [openHost(url), openHost(url)]
    const coming = new Set<ViewerPage>()
    stops.push(() => {
      for (const { app } of [...hosts, ...staying, stalled, ...coming]) app.unmount()
    })
    const all = [...staying, stalled]
    await expect.poll(() => all.every(({ shown }) => shown.length > 0)).toBe(true)

    let came = 0
    async function churn(seconds: number): Promise<void> {
      const end = performance.now() + seconds * 1000
      while (performance.now() < end) {
        for (const page of hosts) page.change(random)
        // A replaced host takes the session back.
        for (const { host } of hosts)
          if (host.status.value === 'disconnected' && random() < 0.3) host.start()
        if (random() < 0.1) {
          hosts[1].app.unmount()
          hosts[1] = openHost(url)
        }
        for (let more = (COMERS_PER_SECOND * STEP_MS) / 1000; more > 0; more--, came++)
          coming.add(openViewer(url))
        for (const page of coming) {
          if (random() > 0.15) continue
          page.app.unmount()
          coming.delete(page)
        }
        await new Promise((resolve) => setTimeout(resolve, STEP_MS / 2 + upTo(STEP_MS)))
      }
    }

    // The first quarter warms up code and caches.
    await churn(SECONDS / 4)
    const before = await memory()
    proxy.stall()
    await churn((SECONDS * 3) / 4)
    const after = await memory()
    proxy.resume()

    const [winner, loser] = hosts
    loser.app.unmount()
    winner.load.by = 'the last word'
    // The loser may have taken over just before its page closed.
    const retakeTimer = setInterval(() => {
      if (winner.host.status.value === 'disconnected') winner.host.start()
    }, STEP_MS)
    stops.push(() => clearInterval(retakeTimer))
    for (const [at, { load }] of [...all, ...coming].entries())
      await expect
        .poll(() => plain(load), { timeout: 20_000, message: `viewer ${at}` })
        .toEqual(plain(winner.load))
    const { viewers, warnings } = await relay.usage()
    expect([viewers, warnings]).toEqual([all.length + coming.size, []])
    expect(came).toBeGreaterThan(COMERS_PER_SECOND)
    expect(after - before).toBeLessThan(MAX_GROWTH)
    expect(relay.said()).toBe('')
    expect([...new Set(printed)]).toEqual([errorText('host', 'VS103', 'Another host took over')])
  },
  SECONDS * 1000 + 120_000,
)
