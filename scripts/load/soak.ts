import process from 'node:process'
import { parseArgs } from 'node:util'
import { DEFAULT_SESSION } from '@vue-sync/vue/protocol'
import { fail } from '../fail.ts'
import { SwarmHost } from './swarm/host.ts'
import { openViewers } from './swarm/open-viewers.ts'
import { startSwarmRelay } from './swarm/relay.ts'
import { createTally } from './swarm/tally.ts'

/**
 * Many viewers for a long time: `pnpm soak [--minutes 60] [--viewers 1000]`. Loopback only. Ends by itself,
 * with 1 when a viewer missed an update, was sent away, or the relay's memory grew without end.
 */
const HELP = `Usage: pnpm soak [options]

  --minutes VALUE  how long, in minutes (0.33; 60 for the hour)
  --updates VALUE  how many updates, in place of --minutes: 36000 are an hour's at 10 a second
  --rate VALUE     updates a second (10); where that is too fast for the machine, it takes longer
  --viewers VALUE  how many (1000)
  --help           print this

An interrupt ends it early, and it says what was seen so far.
An hour's worth in a quarter of an hour: pnpm soak --updates 36000 --rate 40`

const KEY = 'host-key-of-the-soak'
const FILL = 'x'.repeat(200)
/** Times that memory is looked at. */
const LOOKS = 20
/** Looks before memory is held against the relay. */
const WARM_UP = 5
/** How far memory may then grow: it goes up and down with what is under way. */
const MOST_GROWTH = 1.5
const MIB = 1024 * 1024
/** For all to arrive, after the last update. */
const PATIENCE_MS = 30_000
/** Updates that the last viewer may be behind before the host waits: what is too fast is not piled up. */
const MOST_BEHIND = 20
/** Less than this share of the rate, and it was not held. */
const LEAST_HELD = 0.95
const MOST_UPDATES = 10_000_000

interface Plan {
  updates: number
  /** In a second. */
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
    fail('--minutes and --updates both say how long: give one.')
  const minutes = Number(values.minutes ?? 0.33)
  const [rate, viewers] = [Number(values.rate), Number(values.viewers)]
  if (!(minutes > 0 && minutes <= 24 * 60)) fail('--minutes must be a number above 0.')
  if (!(rate > 0 && Number.isFinite(rate))) fail('--rate must be a number above 0.')
  if (!(Number.isInteger(viewers) && viewers > 0 && viewers <= 20_000))
    fail('--viewers must be a whole number from 1 to 20000.')
  const updates = Number(values.updates ?? Math.max(1, Math.round(minutes * 60 * rate)))
  if (!(Number.isInteger(updates) && updates > 0 && updates <= MOST_UPDATES))
    fail(`--updates must be a whole number from 1 to ${MOST_UPDATES}.`)
  return { updates, rate, viewers }
}

/** A row that changes, among others. */
function createShow(origin: string) {
  const rows = Array.from({ length: 100 }, (_, id) => ({ id, n: 0, fill: FILL }))
  const host: SwarmHost = new SwarmHost({ origin, session: DEFAULT_SESSION, key: KEY }, () => ({
    s: { n: host.position.seq, rows },
  }))
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
  const address = { origin, session: DEFAULT_SESSION }
  const viewers = await openViewers(count, tally, () => ({ address }))
  console.log(`${count} viewers, ${total} updates, ${rate} a second`)

  const began = performance.now()
  const elapsed = () => (performance.now() - began) / 1000
  const behind = (most: number) => viewers.filter((viewer) => viewer.missing(host.position) > most)
  /** Waits until no viewer is more than `most` updates behind, or for so long that it never will be. */
  async function catchUp(most: number): Promise<boolean> {
    const end = performance.now() + PATIENCE_MS
    while (behind(most).length > 0 && performance.now() < end) await pause(5)
    return behind(most).length === 0
  }
  let warm: { heap: number; rss: number } | undefined
  let growth: number | undefined
  let looks = 0
  const early = new AbortController()
  // Who cannot wait for the end is told what was seen so far.
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => early.abort())
  for (let sent = 1; sent <= total && !early.signal.aborted; sent++) {
    change()
    // By the clock since the beginning, so that no delay adds up.
    await pause(Math.max(0, began + (sent * 1000) / rate - performance.now()))
    if (!(await catchUp(MOST_BEHIND))) break
    if (sent < ((looks + 1) * total) / LOOKS) continue
    const { heap, external, rss } = await relay.usage()
    if (++looks === WARM_UP) warm = { heap: heap + external, rss }
    if (warm) growth = (heap + external) / warm.heap
    console.log(
      [
        `${elapsed().toFixed(0).padStart(5)} s`,
        `${tally.received} received, ${tally.lost + tally.twice} lost`,
        `heap ${((heap + external) / MIB).toFixed(1)} MiB, RSS ${(rss / MIB).toFixed(0)} MiB`,
        ...(warm && growth
          ? [`${growth.toFixed(2)} and ${(rss / warm.rss).toFixed(2)} of the start`]
          : []),
      ].join(', '),
    )
  }
  await catchUp(0)
  const took = elapsed()
  const late = behind(0).length
  const ends = [...Object.values(tally.closes), ...Object.values(tally.failures)]
  const closed = ends.reduce((all, times) => all + times, 0)
  const lost = tally.lost + tally.twice
  const sent = host.position.seq
  for (const end of [host, ...viewers]) end.close()
  await relay.stop()
  console.log(
    `${took.toFixed(0)} s, ${(sent / took).toFixed(1)} updates a second` +
      (sent / took < rate * LEAST_HELD ? `: ${rate} was more than the machine can do` : ''),
  )
  console.log(
    (sent < total ? `Ended before its ${total} updates. ` : '') +
      `${sent} updates to ${count} viewers: ${lost} lost, ${late} viewers behind, ${closed} sent away; ` +
      (growth ? `memory after warm-up × ${growth.toFixed(2)}` : 'memory not judged'),
  )
  return lost + late + closed === 0 && sent === total && (growth ?? 1) < MOST_GROWTH
}

const options = readOptions()
if (!options) console.log(HELP)
else if (!(await run(options))) process.exitCode = 1
