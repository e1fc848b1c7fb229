import { expect, it } from 'vitest'
import { seeded } from '../../server/test/fuzz-arbitraries.ts'
import { type CliRelay, startCliRelay } from '../support/relays/cli-relay.ts'
import { type FaultProxy, openFaultProxy } from '../support/network/fault-proxy.ts'
import { expectEqual } from '../support/apps/expect-equal.ts'
import { pause, useCrowd } from '../support/apps/crowd.ts'
import { type HostPage, openHost, openViewer } from '../support/apps/host-and-viewer.ts'
import { startRelay } from '../support/relays/relay.ts'

// The relay and both plugins are real; the test controls only the network between them.
const KILLS = 50
const FAULTS = 80
const SEED = 20_261

const { stops, random, upTo } = useCrowd(SEED)

function keepChanging({ change }: HostPage): () => void {
  const own = seeded(SEED + 1)
  const timer = setInterval(() => change(own), 3)
  stops.push(() => clearInterval(timer))
  return () => clearInterval(timer)
}

async function openProxy(port: number, weather = {}): Promise<FaultProxy> {
  const proxy = await openFaultProxy(port, { random: seeded(SEED + 2), ...weather })
  stops.push(proxy.close)
  return proxy
}

function openPages(hostPort: number, viewerPorts: number[]) {
  const host = openHost(`ws://127.0.0.1:${hostPort}`)
  const viewers = viewerPorts.map((port) => openViewer(`ws://127.0.0.1:${port}`))
  for (const { app } of [host, ...viewers]) stops.push(() => app.unmount())
  return { host, viewers }
}

it(`every viewer ends equal and never shows older state when the relay is killed ${KILLS} times under load`, async () => {
  let relay: CliRelay = await startCliRelay()
  stops.push(() => relay.stop())
  const good = await openProxy(relay.port)
  const bad = await openProxy(relay.port, { delay: 2, jitter: 10, rate: 400_000 })
  const { host, viewers } = openPages(
    good.port,
    [good, good, bad, bad, bad].map(({ port }) => port),
  )
  await expect.poll(() => viewers.every(({ shown }) => shown.length > 0)).toBe(true)
  const stopChanging = keepChanging(host)
  for (let kill = 0; kill < KILLS; kill++) {
    // The next relay starts before the kill, so that the pages do not wait for its start-up.
    const next = await startCliRelay()
    await pause(upTo(120))
    const killed = relay
    relay = next
    if (random() < 0.5) await killed.stop()
    for (const proxy of [good, bad]) proxy.retarget(next.port)
    await killed.stop()
  }
  await expect
    .poll(() => viewers.every(({ viewer }) => viewer.status.value === 'connected'))
    .toBe(true)
  stopChanging()
  await expectEqual(host, viewers)
}, 300_000)

it(`every viewer ends equal and never shows older state after ${FAULTS} network faults on either side`, async () => {
  const relay = await startRelay()
  stops.push(relay.stop)
  const { port } = relay.getStatus()
  const hostSide = await openProxy(port)
  const viewerSides = [await openProxy(port), await openProxy(port), await openProxy(port)]
  const { host, viewers } = openPages(
    hostSide.port,
    viewerSides.map((side) => side.port),
  )
  await expect.poll(() => viewers.every(({ shown }) => shown.length > 0)).toBe(true)
  const stopChanging = keepChanging(host)
  const faults: ((proxy: FaultProxy) => void)[] = [
    (proxy) => proxy.reset(),
    (proxy) => proxy.truncate(),
    (proxy) => proxy.stall(),
    (proxy) => proxy.setConditions({ delay: upTo(20), jitter: upTo(60) }),
    (proxy) => proxy.setConditions({ rate: 2000 + upTo(200_000) }),
    (proxy) => proxy.setConditions({ delay: 0, jitter: 0, rate: Number.POSITIVE_INFINITY }),
    (proxy) => {
      // Only a viewer checks its connection on an event; a host would notice after 35 s of silence.
      if (proxy === hostSide) return
      proxy.halfOpen()
      window.dispatchEvent(new Event('online'))
    },
  ]
  for (let fault = 0; fault < FAULTS; fault++) {
    const proxy = [hostSide, ...viewerSides][upTo(4)]!
    faults[upTo(faults.length)]!(proxy)
    await pause(upTo(100))
    proxy.resume()
  }
  for (const proxy of [hostSide, ...viewerSides])
    proxy.setConditions({ delay: 0, jitter: 0, rate: Number.POSITIVE_INFINITY })
  stopChanging()
  host.change(random)
  await expectEqual(host, viewers)
}, 180_000)
