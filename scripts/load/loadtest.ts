import { performance } from 'node:perf_hooks'
import process from 'node:process'
import { setTimeout as wait } from 'node:timers/promises'
import { CLOSE, type Payload, randomId, type SyncAddress } from '@vue-sync/vue/protocol'
import { fail } from '../fail.ts'
import { HELP, type LoadOptions, readLoadOptions } from './loadtest-options.ts'
import { count, formatReport, type LoadRun, progressLine, wrongs } from './loadtest-report.ts'
import { openFilesProblem } from './open-files.ts'
import { createProgress } from './progress.ts'
import { type Crowd, type Figures, openCrowd } from './swarm/crowd.ts'
import { now } from './swarm/head.ts'
import { SwarmHost } from './swarm/host.ts'
import { startSwarmRelay } from './swarm/relay.ts'

/**
 * A swarm of viewers for who runs a relay: `pnpm loadtest --help`. It is the host too, so that it knows
 * when each update was sent. Ends by itself, with 1 when an update was lost or came twice, or a viewer
 * was sent away.
 */

/** Bytes that may wait for the network before an update is left out. */
const MOST_BUFFERED = 64 * 1024 * 1024
/** Updates that are late are sent all the same, for so long after the end. */
const GRACE_MS = 5000
/** All has arrived, or for this long nothing more did. */
const QUIET_MS = 5000
/** Between two dials a viewer waits, and a dial may take its time. */
const QUIET_OF_DIALS_MS = 25_000
const LONGEST_SETTLING_MS = 60_000
const LONGEST_CONNECTING_MS = 600_000
const LOOK_MS = 50

/** Ctrl-C: the first ends the load, the second the command. */
const interrupt = new AbortController()
for (const name of ['SIGINT', 'SIGTERM'] as const)
  process.on(name, () => (interrupt.signal.aborted ? process.exit(130) : interrupt.abort()))
const isInterrupted = () => interrupt.signal.aborted

const pause = (time: number) =>
  wait(Math.max(0, time), undefined, { signal: interrupt.signal }).catch(() => {})

/** A host's state of which every update is about `size` bytes. */
function createLoad(size: number) {
  const empty = JSON.stringify({
    type: 'config_update',
    epoch: randomId(),
    seq: 1000,
    payload: { load: { at: now(), fill: '' } },
  })
  const fill = 'x'.repeat(Math.max(0, size - empty.length))
  return (): Payload => ({ load: { at: now(), fill } })
}

/** Until `isDone`, or for a while nothing has changed; gives the last look. */
async function settle(
  look: () => Promise<Figures>,
  isDone: (figures: Figures) => boolean,
  { quiet, longest }: { quiet: number; longest: number },
): Promise<Figures> {
  const began = performance.now()
  let figures = await look()
  let changed = began
  let mark = ''
  while (!isDone(figures) && performance.now() - began < longest) {
    const { dialled, open, tally } = figures
    const latest = [dialled, open, tally.bytes].join()
    if (latest !== mark) changed = performance.now()
    else if (performance.now() - changed > quiet) break
    mark = latest
    await wait(LOOK_MS)
    figures = await look()
  }
  return figures
}

/** Sends what is due by the clock since the beginning, so that no delay adds up. */
async function load(host: SwarmHost, crowd: Crowd, options: LoadOptions) {
  const { rate, seconds, reconnect } = options
  const payload = createLoad(options.size)
  const total = Math.max(1, Math.round(rate * seconds))
  const began = performance.now()
  const goesOn = () => !isInterrupted() && host.ended === undefined
  const cutting = reconnect ? setTimeout(crowd.cut, seconds * 500) : undefined
  let due = 0
  while (due < total && goesOn() && performance.now() - began < seconds * 1000 + GRACE_MS) {
    due++
    if (host.buffered < MOST_BUFFERED) host.update(payload())
    await pause(began + (due * 1000) / rate - performance.now())
  }
  clearTimeout(cutting)
  return due
}

async function measure(host: SwarmHost, crowd: Crowd, options: LoadOptions): Promise<LoadRun> {
  const look = () => crowd.look(host.position)
  const dialling = performance.now()
  const isIn = ({ dialled, missing, awaited }: Figures) =>
    isInterrupted() || (dialled === options.viewers && missing + awaited === 0)
  const first = await settle(look, isIn, {
    quiet: QUIET_OF_DIALS_MS,
    longest: LONGEST_CONNECTING_MS,
  })
  const connecting = (performance.now() - dialling) / 1000
  console.log(`${count(first.open)} viewers connected in ${connecting.toFixed(1)} s`)
  const nothing = { sent: 0, due: 0, bytes: 0, seconds: 0, connecting, hostBusy: 0 }
  const ending = () => ({ hostEnded: host.ended, isInterrupted: isInterrupted() })
  if (isInterrupted() || first.open === 0)
    return { ...nothing, ...ending(), figures: { ...first, behind: 0, missing: 0, awaited: 0 } }

  const progress = createProgress()
  const before = performance.eventLoopUtilization()
  const since = performance.now()
  const beganAt = now()
  crowd.begin()
  let isOver = false
  const telling = setInterval(async () => {
    const figures = await look().catch(() => {})
    if (figures && !isOver) progress.show(progressLine((performance.now() - since) / 1000, figures))
  }, progress.every)
  try {
    const due = await load(host, crowd, options)
    const { utilization } = performance.eventLoopUtilization(before)
    const hasAll = ({ missing, awaited }: Figures) =>
      missing === 0 && (awaited === 0 || isInterrupted())
    const figures = await settle(look, hasAll, {
      quiet: options.reconnect && !isInterrupted() ? QUIET_OF_DIALS_MS : QUIET_MS,
      longest: LONGEST_SETTLING_MS,
    })
    return {
      figures,
      due,
      sent: host.position.seq,
      bytes: figures.tally.bytes - first.tally.bytes,
      connecting,
      seconds: Math.max(0, figures.tally.lastAt - beganAt) / 1_000_000,
      hostBusy: utilization,
      ...ending(),
    }
  } finally {
    isOver = true
    clearInterval(telling)
    progress.end()
  }
}

async function run(options: LoadOptions): Promise<boolean> {
  const { viewers, session, viewerKey, reconnect } = options
  const { hostKey = options.origin ? undefined : randomId() } = options
  const relay = options.origin
    ? undefined
    : await startSwarmRelay(viewers, { hostKey: hostKey!, viewerKey })
  const origin = options.origin ?? `ws://127.0.0.1:${relay!.port}`
  const address = (key: string | undefined): SyncAddress => ({ origin, session, key })
  let host: SwarmHost | undefined
  let crowd: Crowd | undefined
  try {
    const state = createLoad(options.size)
    host = new SwarmHost(address(hostKey), state)
    await host.ready().catch((error: Error) => {
      const hint = error.message.startsWith(String(CLOSE.badToken)) ? ' See --host-key.' : ''
      throw new Error(`No way in for the host at ${origin}: ${error.message}.${hint}`)
    })
    console.log(
      `${count(viewers)} viewers, ${options.rate} updates a second of ${count(options.size)} bytes, ` +
        `${options.seconds} s, session ${session} of ${relay ? 'a relay of its own' : origin}`,
    )
    crowd = openCrowd(address(viewerKey), viewers, reconnect)
    const outcome = await measure(host, crowd, options)
    console.log(formatReport(outcome, options, crowd.threads))
    return Object.values(wrongs(outcome, viewers)).every((amount) => amount === 0)
  } finally {
    await crowd?.close()
    host?.close()
    await relay?.stop()
  }
}

const options = readLoadOptions(process.argv.slice(2))
if (!options) console.log(HELP)
else {
  const problem = openFilesProblem(options.viewers)
  if (problem) fail(problem)
  const isGood = await run(options).catch((error: Error) => fail(error.message))
  // Also where the crowd's threads have left something behind.
  process.exit(isGood ? 0 : 1)
}
