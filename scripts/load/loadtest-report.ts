import type { RecordableHistogram } from 'node:perf_hooks'
import { CLOSE } from '@vue-sync/vue/protocol'
import type { Figures } from './swarm/crowd.ts'
import type { LoadOptions } from './loadtest-options.ts'

/** How a run went. */
export interface LoadRun {
  figures: Figures
  sent: number
  /** Updates that there should have been by now. */
  due: number
  /** Bytes that came since the first update was sent. */
  bytes: number
  /** Seconds that connecting took. */
  connecting: number
  /** Seconds from the first update to the last that arrived. */
  seconds: number
  /** The share of its time that the host's thread was at work. */
  hostBusy: number
  /** Why the host could not go on. */
  hostEnded: string | undefined
  /** By Ctrl-C. */
  isInterrupted: boolean
}

const MIB = 1024 * 1024
/** A thread that is at work for longer than this makes others wait. */
const MOST_BUSY = 0.8
/** What to do about some close codes. */
const HINTS: Record<string, string> = {
  [CLOSE.busy]:
    'the relay is at one of its limits, --max-viewers-per-address, --max-connections or another.',
  [CLOSE.badToken]: 'the relay wants a key, see --viewer-key.',
}

export const count = (value: number): string => Math.round(value).toLocaleString('en')

/** @param time microseconds */
function duration(time: number): string {
  return time < 1_000_000 ? `${(time / 1000).toFixed(1)} ms` : `${(time / 1_000_000).toFixed(2)} s`
}

function percentiles(histogram: RecordableHistogram, shares: number[]): string {
  if (histogram.count === 0) return 'none'
  return shares
    .map((share) => {
      const time = duration(histogram.percentile(share))
      return share === 100 ? `max ${time}` : `p${share} ${time}`
    })
    .join(', ')
}

const percent = (share: number): string => `${(share * 100).toFixed(0)} %`

const sum = (counts: Record<string, number>) =>
  Object.values(counts).reduce((all, one) => all + one, 0)

/** What a show must not have: any of it fails the command. */
export function wrongs({ figures, hostEnded, isInterrupted }: LoadRun, viewers: number) {
  const { tally, missing, awaited, open } = figures
  return {
    // Who was interrupted did not wait for those that were on their way back.
    lost: tally.lost + missing + (isInterrupted ? 0 : awaited),
    twice: tally.twice,
    away: sum(tally.closes),
    // A dial that failed and was tried again is no harm.
    out: isInterrupted ? 0 : viewers - open,
    hostEnded: hostEnded === undefined ? 0 : 1,
  }
}

/** While it runs. */
export function progressLine(seconds: number, { open, tally, missing, awaited }: Figures): string {
  return [
    `${seconds.toFixed(0).padStart(4)} s`,
    `${count(open)} viewers`,
    `${count(tally.lost)} lost`,
    `latency ${percentiles(tally.latency, [50, 99])}`,
    `${count(tally.received)} messages`,
    `${count(missing + awaited)} under way`,
  ].join(', ')
}

function formatReasons(reasons: Record<string, number>): string {
  const codes = Object.entries(reasons).map(([why, times]) => `${why} × ${count(times)}`)
  return codes.length > 0 ? ` (${codes.join(', ')})` : ''
}

export function formatReport(run: LoadRun, options: LoadOptions, threads: number): string {
  const { figures, sent, due, connecting, seconds } = run
  const { tally, open, behind } = figures
  const { lost, twice, away } = wrongs(run, options.viewers)
  const perSecond = (amount: number) => amount / Math.max(0.001, seconds)
  const back = sum(tally.resumed)
  const rows: [string, string][] = [
    [
      'viewers',
      `${count(open)} of ${count(options.viewers)} at the end, connected in ${connecting.toFixed(1)} s, ` +
        `${count(away)} sent away${formatReasons(tally.closes)}`,
    ],
    ['updates', `${count(sent)} of ${count(due)} sent`],
    [
      'delivered',
      `${count(tally.received)} messages, ${count(perSecond(tally.received))} a second, ` +
        `${perSecond(run.bytes / MIB).toFixed(1)} MiB/s`,
    ],
    ['latency', percentiles(tally.latency, [50, 90, 99, 99.9, 100])],
    ['wrong', `${count(lost)} lost, ${count(twice)} twice or out of order`],
  ]
  const failed = sum(tally.failures)
  if (failed > 0) rows.push(['dials', `${count(failed)} failed${formatReasons(tally.failures)}`])
  if (behind > 0) rows.push(['', `${count(behind)} viewers had not got all when it was over`])
  if (tally.skipped > 0)
    rows.push(['snapshots', `stood for ${count(tally.skipped)} messages, which is no loss`])
  if (options.reconnect)
    rows.push(
      ['reconnected', `${count(back)}: ${percentiles(tally.back, [50, 99, 100])}`],
      [
        '',
        `${count(tally.resumed.tail)} by the tail, ${count(tally.resumed.nothing)} had missed nothing, ` +
          `${count(tally.resumed.snapshot)} by a snapshot`,
      ],
    )
  // Before the first update nothing was measured.
  const busy = due > 0 ? Math.max(run.hostBusy, figures.busy) : 0
  const thread = threads === 1 ? 'thread' : `busiest of ${threads} threads`
  if (due > 0)
    rows.push([
      'this end',
      `host ${percent(run.hostBusy)} busy, viewers' ${thread} ${percent(figures.busy)}`,
    ])
  const notes = [
    ...(run.isInterrupted ? ['Interrupted: the figures so far.'] : []),
    ...(run.hostEnded === undefined ? [] : [`The relay let go of the host: ${run.hostEnded}`]),
    ...Object.keys(tally.closes).flatMap((why) => (HINTS[why] ? [`${why}: ${HINTS[why]}`] : [])),
    ...(busy > MOST_BUSY ? ['This end was at its own limit: the latency is in part its own.'] : []),
  ]
  return [...rows.map(([name, text]) => `${name.padEnd(12)} ${text}`), ...notes].join('\n')
}
