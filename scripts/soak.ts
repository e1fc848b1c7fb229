import process from 'node:process'
import { parseArgs } from 'node:util'
import { DEFAULT_SESSION } from 'vue-sync/protocol'
import { fail } from './fail.ts'
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
  --viewers VALUE  how many (1000)
  --help           print this`

const UPDATES_PER_SECOND = 10
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

function readOptions(): { minutes: number; viewers: number } | undefined {
  const options = {
    minutes: { type: 'string', default: '0.33' },
    viewers: { type: 'string', default: '1000' },
    help: { type: 'boolean', default: false },
  } as const
  const { values } = parseArgs({ options })
  const [minutes, viewers] = [Number(values.minutes), Number(values.viewers)]
  if (!(minutes > 0 && minutes <= 24 * 60)) fail('--minutes must be a number above 0.')
  if (!(Number.isInteger(viewers) && viewers > 0 && viewers <= 20_000))
    fail('--viewers must be a whole number from 1 to 20000.')
  return values.help ? undefined : { minutes, viewers }
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

async function run(minutes: number, count: number): Promise<boolean> {
  const relay = await startSwarmRelay(count, { hostKey: KEY })
  const origin = `ws://127.0.0.1:${relay.port}`
  const { host, change } = createShow(origin)
  await host.ready()
  const tally = createTally()
  const address = { origin, session: DEFAULT_SESSION }
  const viewers = await openViewers(count, tally, () => ({ address }))
  console.log(`${count} viewers, ${UPDATES_PER_SECOND} updates a second, ${minutes} minutes`)

  const total = Math.max(1, Math.round(minutes * 60 * UPDATES_PER_SECOND))
  const began = performance.now()
  let warm: { heap: number; rss: number } | undefined
  let growth = 1
  let looks = 0
  for (let sent = 1; sent <= total; sent++) {
    change()
    // By the clock since the beginning, so that no delay adds up.
    await pause(Math.max(0, began + (sent * 1000) / UPDATES_PER_SECOND - performance.now()))
    if (sent < ((looks + 1) * total) / LOOKS) continue
    const { heap, external, rss } = await relay.usage()
    if (++looks === WARM_UP) warm = { heap: heap + external, rss }
    if (warm) growth = (heap + external) / warm.heap
    console.log(
      [
        `${((performance.now() - began) / 1000).toFixed(0).padStart(5)} s`,
        `${tally.received} received, ${tally.lost + tally.twice} lost`,
        `heap ${((heap + external) / MIB).toFixed(1)} MiB, RSS ${(rss / MIB).toFixed(0)} MiB`,
        ...(warm ? [`${growth.toFixed(2)} and ${(rss / warm.rss).toFixed(2)} of the start`] : []),
      ].join(', '),
    )
  }
  const isBehind = () => viewers.some((viewer) => viewer.missing(host.position) > 0)
  for (let waited = 0; isBehind() && waited < PATIENCE_MS; waited += 50) await pause(50)
  const late = viewers.filter((viewer) => viewer.missing(host.position) > 0).length
  const ends = [...Object.values(tally.closes), ...Object.values(tally.failures)]
  const closed = ends.reduce((all, times) => all + times, 0)
  const lost = tally.lost + tally.twice
  for (const end of [host, ...viewers]) end.close()
  await relay.stop()
  console.log(
    `${total} updates to ${count} viewers: ${lost} lost, ${late} viewers behind, ${closed} sent away; ` +
      `memory after warm-up × ${growth.toFixed(2)}`,
  )
  return lost + late + closed === 0 && growth < MOST_GROWTH
}

const options = readOptions()
if (!options) console.log(HELP)
else if (!(await run(options.minutes, options.viewers))) process.exitCode = 1
