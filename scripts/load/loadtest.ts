import { performance } from 'node:perf_hooks'
import process from 'node:process'
import { setTimeout as wait } from 'node:timers/promises'
import { CLOSE, randomId, type SyncAddress } from '@vue-sync/vue/protocol'
import { fail } from '../fail.ts'
import { HELP, type LoadOptions, readLoadOptions } from './loadtest-options.ts'
import { count, countErrors, formatReport, type LoadRun, progressLine } from './loadtest-report.ts'
import { openFilesProblem } from './open-files.ts'
import { createProgress } from './progress.ts'
import { type Crowd, type Figures, openCrowd } from './swarm/crowd.ts'
import { createLoad, settle } from './swarm/drive.ts'
import { now } from './swarm/head.ts'
import { SwarmHost } from './swarm/host.ts'
import { startSwarmRelay } from './swarm/relay.ts'

/**
 * Loads a relay with a swarm of viewers: `pnpm loadtest --help`. The load test is also the host, so it
 * knows when each update was sent. It exits with 1 if an update was lost or duplicated, or a viewer was
 * disconnected.
 */

/** An update is skipped while more bytes than this wait in the host's socket. */
const MAX_BUFFERED = 64 * 1024 * 1024
/** Late updates are still sent for this long after the planned end. */
const GRACE_MS = 5000
/** The wait for missing updates ends when nothing has arrived for this long. */
const QUIET_MS = 5000
/** Longer than `QUIET_MS`, because a viewer waits before it redials and a dial takes time. */
const QUIET_OF_DIALS_MS = 25_000
const LONGEST_SETTLING_MS = 60_000
const LONGEST_CONNECTING_MS = 600_000

/** The first Ctrl-C ends the load, the second one the command. */
const interrupt = new AbortController()
for (const name of ['SIGINT', 'SIGTERM'] as const)
  process.on(name, () => (interrupt.signal.aborted ? process.exit(130) : interrupt.abort()))
const isInterrupted = () => interrupt.signal.aborted

const pause = (time: number) =>
  wait(Math.max(0, time), undefined, { signal: interrupt.signal }).catch(() => {})

/** Sends each update at its time since the start, so that delays do not add up. */
async function load(host: SwarmHost, crowd: Crowd, options: LoadOptions) {
  const { rate, seconds, reconnect } = options
  const payload = createLoad(options.size)
  const total = Math.max(1, Math.round(rate * seconds))
  const began = performance.now()
  const isRunning = () => !isInterrupted() && host.ended === undefined
  const cutting = reconnect ? setTimeout(crowd.cut, seconds * 500) : undefined
  let due = 0
  while (due < total && isRunning() && performance.now() - began < seconds * 1000 + GRACE_MS) {
    due++
    if (host.buffered < MAX_BUFFERED) host.update(payload())
    await pause(began + (due * 1000) / rate - performance.now())
  }
  clearTimeout(cutting)
  return due
}

async function measure(host: SwarmHost, crowd: Crowd, options: LoadOptions): Promise<LoadRun> {
  const readFigures = () => crowd.readFigures(host.position)
  const dialling = performance.now()
  const allConnected = ({ dialled, missing, awaited }: Figures) =>
    isInterrupted() || (dialled === options.viewers && missing + awaited === 0)
  const first = await settle(readFigures, allConnected, {
    quiet: QUIET_OF_DIALS_MS,
    longest: LONGEST_CONNECTING_MS,
  })
  const connecting = (performance.now() - dialling) / 1000
  console.log(`${count(first.open)} viewers connected in ${connecting.toFixed(1)} s`)
  const empty = { sent: 0, due: 0, bytes: 0, seconds: 0, connecting, hostBusy: 0 }
  const endState = () => ({ hostEnded: host.ended, isInterrupted: isInterrupted() })
  if (isInterrupted() || first.open === 0)
    return { ...empty, ...endState(), figures: { ...first, behind: 0, missing: 0, awaited: 0 } }

  const progress = createProgress()
  const before = performance.eventLoopUtilization()
  const since = performance.now()
  const beganAt = now()
  crowd.startMeasuring()
  let isOver = false
  const progressTimer = setInterval(async () => {
    const figures = await readFigures().catch(() => {})
    if (figures && !isOver) progress.show(progressLine((performance.now() - since) / 1000, figures))
  }, progress.every)
  try {
    const due = await load(host, crowd, options)
    const { utilization } = performance.eventLoopUtilization(before)
    const hasAll = ({ missing, awaited }: Figures) =>
      missing === 0 && (awaited === 0 || isInterrupted())
    const figures = await settle(readFigures, hasAll, {
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
      ...endState(),
    }
  } finally {
    isOver = true
    clearInterval(progressTimer)
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
  const address = (key: string | undefined): SyncAddress => ({ relay: origin, session, key })
  let host: SwarmHost | undefined
  let crowd: Crowd | undefined
  try {
    const state = createLoad(options.size)
    host = new SwarmHost(address(hostKey), state)
    await host.ready().catch((error: Error) => {
      const hint = error.message.startsWith(String(CLOSE.badToken)) ? ' See --host-key.' : ''
      throw new Error(`The host could not connect to ${origin}: ${error.message}.${hint}`)
    })
    console.log(
      `${count(viewers)} viewers, ${options.rate} updates per second of ${count(options.size)} bytes for ` +
        `${options.seconds} s, session ${session} on ${relay ? 'a new relay' : origin}`,
    )
    crowd = openCrowd(address(viewerKey), viewers, { reconnect })
    const outcome = await measure(host, crowd, options)
    console.log(formatReport(outcome, options, crowd.threads))
    return Object.values(countErrors(outcome, viewers)).every((amount) => amount === 0)
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
  // An explicit exit ends the command even if a thread left a handle open.
  process.exit(isGood ? 0 : 1)
}
