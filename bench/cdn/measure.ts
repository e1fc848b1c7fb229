import { performance } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'
import { DEFAULT_SESSION, randomId, type SyncAddress } from '@vue-sync/vue/protocol'
import { type Crowd, type Figures, openCrowd } from '../../scripts/load/swarm/crowd.ts'
import { createLoad, settle } from '../../scripts/load/swarm/drive.ts'
import { SwarmHost } from '../../scripts/load/swarm/host.ts'
import { cpuOf, treeOf } from '../cpu.ts'
import { type CacheKind, startCache } from './caches.ts'
import type { BenchOptions, Way } from './options.ts'
import { type BenchRelay, startBenchRelay } from './relay.ts'

/** The figures of one run, from the first message until every viewer had the last one. */
export interface RunFigures {
  way: Way
  viewers: number
  /** Viewers that were connected at the end. */
  open: number
  messages: number
  /** Requests over HTTP that reached the relay. */
  requests: number
  /** Milliseconds from the host to a viewer. */
  p50: number
  p99: number
  max: number
  /** Bytes that viewers received, headers included; over sockets those that the relay wrote. */
  toViewers: number
  /** Bytes that the relay wrote to the cache, or to viewers. */
  fromRelay: number
  /** Seconds of CPU. */
  relayCpu: number
  cacheCpu: number
  loadCpu: number
  seconds: number
  /** Share of the time in which the viewers' thread was busy, from 0 to 1. */
  busy: number
  lost: number
  duplicated: number
  /** Failed requests and ended connections, by their reason. */
  failures: Record<string, number>
}

const QUIET_MS = 10_000
const QUIET_OF_DIALS_MS = 30_000
const LONGEST_MS = 120_000
/** The time for answers that are about the start, such as a status, to pass. */
const CALM_MS = 1500

const cpuSeconds = (pid: number): number =>
  treeOf(pid).reduce((sum, id) => sum + cpuOf(id), 0) / 1_000_000

/** Sends each message at its time since the start, so that delays do not add up. */
async function send(host: SwarmHost, { rate, seconds, size }: BenchOptions): Promise<void> {
  const payload = createLoad(size)
  const began = performance.now()
  for (let sent = 1; sent <= Math.max(1, Math.round(rate * seconds)); sent++) {
    if (host.ended !== undefined) throw new Error(`The host was disconnected: ${host.ended}`)
    host.update(payload())
    await wait(Math.max(0, began + (sent * 1000) / rate - performance.now()))
  }
}

interface Parts {
  relay: BenchRelay
  cachePid: number | undefined
  host: SwarmHost
  crowd: Crowd
}

async function run(
  way: Way,
  options: BenchOptions,
  { relay, cachePid, host, crowd }: Parts,
): Promise<RunFigures> {
  const { viewers } = options
  const readFigures = () => crowd.readFigures(host.position)
  const isReady = ({ open, missing }: Figures) => open === viewers && missing === 0
  await settle(readFigures, isReady, { quiet: QUIET_OF_DIALS_MS, longest: LONGEST_MS })
  await wait(CALM_MS)
  const readCpu = () => ({
    relay: cpuSeconds(relay.pid),
    cache: cachePid === undefined ? 0 : cpuSeconds(cachePid),
    load: process.cpuUsage(),
  })
  const first = await readFigures()
  const [traffic, cpu, began] = [await relay.readTraffic(), readCpu(), performance.now()]
  crowd.startMeasuring()
  await send(host, options)
  const hasAll = ({ missing, awaited }: Figures) => missing + awaited === 0
  const figures = await settle(readFigures, hasAll, { quiet: QUIET_MS, longest: LONGEST_MS })
  const [traffic2, cpu2] = [await relay.readTraffic(), readCpu()]
  const { tally, missing, awaited, open, busy } = figures
  const fromRelay = traffic2.written - traffic.written
  const load = process.cpuUsage(cpu.load)
  return {
    way,
    viewers,
    open,
    messages: host.position.seq,
    requests: traffic2.requests - traffic.requests,
    p50: tally.latency.percentile(50) / 1000,
    p99: tally.latency.percentile(99) / 1000,
    max: tally.latency.max / 1000,
    toViewers: way === 'sockets' ? fromRelay : tally.wire - first.tally.wire,
    fromRelay,
    relayCpu: cpu2.relay - cpu.relay,
    cacheCpu: cpu2.cache - cpu.cache,
    loadCpu: (load.user + load.system) / 1_000_000,
    seconds: (performance.now() - began) / 1000,
    busy,
    lost: tally.lost + missing + awaited,
    duplicated: tally.duplicated,
    failures: { ...tally.failures, ...tally.closes },
  }
}

/** Measures one way from the relay to the viewers, with a relay and a cache of its own. */
export async function measure(
  way: Way,
  options: BenchOptions,
  programs: Partial<Record<CacheKind, string>>,
): Promise<RunFigures> {
  const { viewers, size } = options
  const hostKey = randomId()
  const stops: (() => unknown)[] = []
  try {
    const relay = await startBenchRelay({
      hostKey,
      open: true,
      // Everyone may read the answers, so caches may keep them.
      public: true,
      limits: {
        viewersPerSession: 2 * viewers,
        viewersPerAddress: 2 * viewers,
        connectionsPerMinute: 1000 + 10 * viewers,
      },
    })
    stops.push(relay.stop)
    const program = way === 'nginx' || way === 'varnish' ? programs[way]! : undefined
    const cache =
      program === undefined
        ? undefined
        : await startCache(way as CacheKind, {
            program,
            relayPort: relay.port,
            connections: viewers,
          })
    if (cache) stops.push(cache.stop)
    const address = (port: number, key?: string): SyncAddress => ({
      relay: `ws://127.0.0.1:${port}`,
      session: DEFAULT_SESSION,
      key,
    })
    const host = new SwarmHost(address(relay.port, hostKey), createLoad(size))
    stops.push(() => host.close())
    await host.ready()
    const crowd = openCrowd(address(cache?.port ?? relay.port), viewers, {
      // Only a cache may end connections: a relay has no reason to, and a viewer must not hide it.
      reconnect: false,
      transport: way === 'sockets' ? 'socket' : 'poll',
    })
    stops.push(crowd.close)
    return await run(way, options, { relay, cachePid: cache?.pid, host, crowd })
  } finally {
    for (const stop of stops.toReversed()) await stop()
  }
}
