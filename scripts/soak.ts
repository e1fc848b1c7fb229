import { once } from 'node:events'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { startChildRelay } from '../server/src/child-relay.ts'
import { fail } from './fail.ts'
import { openViewers, SoakHost } from './soak-parts.ts'

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

const pause = (time: number) => new Promise((resolve) => setTimeout(resolve, time))

async function run({ updates: total, rate, viewers: count }: Plan): Promise<boolean> {
  const relay = await startChildRelay({ hostKey: KEY, open: true })
  const host = new SoakHost(relay.port, KEY)
  await once(host.socket, 'open')
  const viewers = await openViewers(relay.port, count)
  console.log(`${count} viewers, ${total} updates, ${rate} a second`)

  const began = performance.now()
  const elapsed = () => (performance.now() - began) / 1000
  /** Waits until no viewer is more than `most` updates behind, or for so long that it never will be. */
  async function catchUp(most: number): Promise<boolean> {
    const isBehind = () => viewers.some(({ seq }) => seq < host.seq - most)
    const end = performance.now() + PATIENCE_MS
    while (isBehind() && performance.now() < end) await pause(5)
    return !isBehind()
  }
  const sum = (of: 'received' | 'lost' | 'closed') =>
    viewers.reduce((all, viewer) => all + viewer[of], 0)
  let warm: { heap: number; rss: number } | undefined
  let growth: number | undefined
  let looks = 0
  const early = new AbortController()
  // Who cannot wait for the end is told what was seen so far.
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => early.abort())
  for (let sent = 1; sent <= total && !early.signal.aborted; sent++) {
    host.update()
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
        `${sum('received')} received, ${sum('lost')} lost`,
        `heap ${((heap + external) / MIB).toFixed(1)} MiB, RSS ${(rss / MIB).toFixed(0)} MiB`,
        ...(warm && growth
          ? [`${growth.toFixed(2)} and ${(rss / warm.rss).toFixed(2)} of the start`]
          : []),
      ].join(', '),
    )
  }
  await catchUp(0)
  const took = elapsed()
  const late = viewers.filter(({ seq }) => seq !== host.seq).length
  const [lost, closed] = [sum('lost'), sum('closed')]
  for (const { socket } of [host, ...viewers]) socket.terminate()
  await relay.stop()
  console.log(
    `${took.toFixed(0)} s, ${(host.seq / took).toFixed(1)} updates a second` +
      (host.seq / took < rate * LEAST_HELD ? `: ${rate} was more than the machine can do` : ''),
  )
  console.log(
    (host.seq < total ? `Ended before its ${total} updates. ` : '') +
      `${host.seq} updates to ${count} viewers: ${lost} lost, ${late} viewers behind, ${closed} sent away; ` +
      (growth ? `memory after warm-up × ${growth.toFixed(2)}` : 'memory not judged'),
  )
  return lost + late + closed === 0 && host.seq === total && (growth ?? 1) < MOST_GROWTH
}

const options = readOptions()
if (!options) console.log(HELP)
else if (!(await run(options))) process.exitCode = 1
