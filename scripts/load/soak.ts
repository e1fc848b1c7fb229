import process from 'node:process'
import { parseArgs } from 'node:util'
import { DEFAULT_SESSION } from '@vue-sync/vue/protocol'
import { fail } from '../fail.ts'
import { SwarmHost } from './swarm/host.ts'
import { openViewers } from './swarm/open-viewers.ts'
import { startSwarmRelay } from './swarm/relay.ts'
import { createTally } from './swarm/tally.ts'
import { SwarmViewer } from './swarm/viewer.ts'

/**
 * Runs many viewers for a long time: `pnpm soak [--minutes 60] [--viewers 1000]`. Uses loopback only.
 * Exits with 1 if a viewer missed an update or was disconnected, or if the relay's memory grew too much.
 */
const HELP = `Usage: pnpm soak [options]

  --minutes VALUE  duration in minutes (default: 0.33)
  --updates VALUE  number of updates, instead of --minutes
  --rate VALUE     updates per second (default: 10); takes longer if the machine cannot sustain it
  --viewers VALUE  number of viewers (default: 1000)
  --help           print this help

Ctrl-C ends the run early and prints the figures so far.
To send the updates of an hour in a quarter of an hour: pnpm soak --updates 36000 --rate 40`

const KEY = 'host-key-of-the-soak'
const FILL = 'x'.repeat(200)
/** Memory samples per run. */
const SAMPLES = 20
/** The sample that later ones are compared with. */
const WARM_UP = 5
/** Allowed growth factor after warm-up; memory varies with the messages in transit. */
const MAX_GROWTH = 1.5
const MIB = 1024 * 1024
/** Longest wait for viewers that are behind. */
const CATCH_UP_MS = 30_000
/** The host waits when a viewer is more updates behind than this, so that no backlog builds up. */
const MAX_BEHIND = 20
/** Below this share of the rate, the rate counts as not sustained. */
const MIN_HELD = 0.95
const MAX_UPDATES = 10_000_000

interface Plan {
  updates: number
  /** Updates per second. */
  rate: number
  viewers: number
}

function readOptions(): Plan | undefined {
  const options = {
    minutes: { type: 'string' },
    updates: { type: 'string' },
    rate: { type: 'string', default: '10' },
    viewers: { type: 'string', default: '1000' },
    help: { type: 'boolean', default: false },
  } as const
  const { values } = parseArgs({ options })
  if (values.help) return undefined
  if (values.minutes !== undefined && values.updates !== undefined)
    fail('--minutes and --updates exclude each other: use one.')
  const minutes = Number(values.minutes ?? 0.33)
  const [rate, viewers] = [Number(values.rate), Number(values.viewers)]
  if (!(minutes > 0 && minutes <= 24 * 60)) fail('--minutes must be a number above 0.')
  if (!(rate > 0 && Number.isFinite(rate))) fail('--rate must be a number above 0.')
  if (!(Number.isInteger(viewers) && viewers > 0 && viewers <= 20_000))
    fail('--viewers must be a whole number from 1 to 20000.')
  const updates = Number(values.updates ?? Math.max(1, Math.round(minutes * 60 * rate)))
  if (!(Number.isInteger(updates) && updates > 0 && updates <= MAX_UPDATES))
    fail(`--updates must be a whole number from 1 to ${MAX_UPDATES}.`)
  return { updates, rate, viewers }
}

/** Creates a host with 100 rows, and a function that changes one row per update. */
function createShow(origin: string) {
  const rows = Array.from({ length: 100 }, (_, id) => ({ id, n: 0, fill: FILL }))
  const host: SwarmHost = new SwarmHost(
    { relay: origin, session: DEFAULT_SESSION, key: KEY },
    () => ({
      s: { n: host.position.seq, rows },
    }),
  )
  function change(): void {
    const n = host.position.seq + 1
    const row = rows[n % rows.length]!
    row.n = n
    host.update({ s: { n } }, [{ op: 'replace', path: `/s/rows/${row.id}/n`, value: n }])
  }
  return { host, change }
}

const pause = (time: number) => new Promise((resolve) => setTimeout(resolve, time))

async function run({ updates: total, rate, viewers: count }: Plan): Promise<boolean> {
  const relay = await startSwarmRelay(count, { hostKey: KEY })
  const origin = `ws://127.0.0.1:${relay.port}`
  const { host, change } = createShow(origin)
  await host.ready()
  const tally = createTally()
  const address = { relay: origin, session: DEFAULT_SESSION }
  const viewers = await openViewers(count, () => new SwarmViewer(tally, { address }))
  console.log(`${count} viewers, ${total} updates, ${rate} per second`)

  const began = performance.now()
  const elapsed = () => (performance.now() - began) / 1000
  const behind = (most: number) => viewers.filter((viewer) => viewer.missing(host.position) > most)
  /** Waits until no viewer is more than `most` updates behind; returns `false` if that takes too long. */
  async function catchUp(most: number): Promise<boolean> {
    const end = performance.now() + CATCH_UP_MS
    while (behind(most).length > 0 && performance.now() < end) await pause(5)
    return behind(most).length === 0
  }
  let warm: { heap: number; rss: number } | undefined
  let growth: number | undefined
  let samples = 0
  const early = new AbortController()
  // An interrupt ends the loop, so that the figures so far are printed.
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => early.abort())
  for (let sent = 1; sent <= total && !early.signal.aborted; sent++) {
    change()
    // Each update has its time since the start, so that delays do not add up.
    await pause(Math.max(0, began + (sent * 1000) / rate - performance.now()))
    if (!(await catchUp(MAX_BEHIND))) break
    if (sent < ((samples + 1) * total) / SAMPLES) continue
    const { heap, external, rss } = await relay.usage()
    if (++samples === WARM_UP) warm = { heap: heap + external, rss }
    if (warm) growth = (heap + external) / warm.heap
    console.log(
      [
        `${elapsed().toFixed(0).padStart(5)} s`,
        `${tally.received} received, ${tally.lost + tally.duplicated} lost or duplicated`,
        `heap ${((heap + external) / MIB).toFixed(1)} MiB, RSS ${(rss / MIB).toFixed(0)} MiB`,
        ...(warm && growth
          ? [`heap × ${growth.toFixed(2)} and RSS × ${(rss / warm.rss).toFixed(2)} since warm-up`]
          : []),
      ].join(', '),
    )
  }
  await catchUp(0)
  const took = elapsed()
  const late = behind(0).length
  const ends = [...Object.values(tally.closes), ...Object.values(tally.failures)]
  const closed = ends.reduce((all, times) => all + times, 0)
  const lost = tally.lost + tally.duplicated
  const sent = host.position.seq
  for (const end of [host, ...viewers]) end.close()
  await relay.stop()
  console.log(
    `${took.toFixed(0)} s, ${(sent / took).toFixed(1)} updates per second` +
      (sent / took < rate * MIN_HELD ? `: the machine could not sustain ${rate}` : ''),
  )
  console.log(
    (sent < total ? `Ended before all ${total} updates were sent. ` : '') +
      `${sent} updates to ${count} viewers: ${lost} lost or duplicated, ${late} viewers behind, ` +
      `${closed} disconnected; ` +
      (growth ? `memory × ${growth.toFixed(2)} since warm-up` : 'too short to judge memory'),
  )
  return lost + late + closed === 0 && sent === total && (growth ?? 1) < MAX_GROWTH
}

const options = readOptions()
if (!options) console.log(HELP)
else if (!(await run(options))) process.exitCode = 1
