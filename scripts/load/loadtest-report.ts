import type { RecordableHistogram } from 'node:perf_hooks'
import { CLOSE } from '@vue-sync/vue/protocol'
import type { Figures } from './swarm/crowd.ts'
import type { LoadOptions } from './loadtest-options.ts'

/** The results of a run. */
export interface LoadRun {
  figures: Figures
  sent: number
  /** Updates that were due until the end. */
  due: number
  /** Bytes received since the first update was sent. */
  bytes: number
  /** Seconds until all viewers were connected. */
  connecting: number
  /** Seconds from the first update to the arrival of the last. */
  seconds: number
  /** Share of time in which the host's thread was busy, from 0 to 1. */
  hostBusy: number
  /** Why the host was disconnected; `undefined` if it was not. */
  hostEnded: string | undefined
  /** Ctrl-C ended the run. */
  isInterrupted: boolean
}

const MIB = 1024 * 1024
/** A thread that is busy for a larger share of time delays its messages. */
const MAX_BUSY = 0.8
/** Advice for close codes. */
const HINTS: Record<string, string> = {
  [CLOSE.busy]:
    'the relay has reached one of its limits, such as --max-viewers-per-address or --max-connections.',
  [CLOSE.badToken]: 'the relay requires a key. See --viewer-key.',
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

/** Counts the errors of a run; any error fails the command. */
export function countErrors({ figures, hostEnded, isInterrupted }: LoadRun, viewers: number) {
  const { tally, missing, awaited, open } = figures
  return {
    // An interrupted run does not wait for viewers that are reconnecting.
    lost: tally.lost + missing + (isInterrupted ? 0 : awaited),
    duplicated: tally.duplicated,
    disconnected: sum(tally.closes),
    // Failed dials that were repeated with success are not errors.
    notConnected: isInterrupted ? 0 : viewers - open,
    hostEnded: hostEnded === undefined ? 0 : 1,
  }
}

/** Formats the line that is shown during a run. */
export function progressLine(seconds: number, { open, tally, missing, awaited }: Figures): string {
  return [
    `${seconds.toFixed(0).padStart(4)} s`,
    `${count(open)} viewers`,
    `${count(tally.lost)} lost`,
    `latency ${percentiles(tally.latency, [50, 99])}`,
    `${count(tally.received)} messages`,
    `${count(missing + awaited)} in transit`,
  ].join(', ')
}

function formatReasons(reasons: Record<string, number>): string {
  const codes = Object.entries(reasons).map(([why, times]) => `${why} × ${count(times)}`)
  return codes.length > 0 ? ` (${codes.join(', ')})` : ''
}

export function formatReport(run: LoadRun, options: LoadOptions, threads: number): string {
  const { figures, sent, due, connecting, seconds } = run
  const { tally, open, behind } = figures
  const { lost, duplicated, disconnected } = countErrors(run, options.viewers)
  const perSecond = (amount: number) => amount / Math.max(0.001, seconds)
  const reconnected = sum(tally.resumed)
  const rows: [string, string][] = [
    [
      'viewers',
      `${count(open)} of ${count(options.viewers)} connected at the end, connecting took ${connecting.toFixed(1)} s, ` +
        `${count(disconnected)} disconnected${formatReasons(tally.closes)}`,
    ],
    ['updates', `${count(sent)} of ${count(due)} sent`],
    [
      'delivered',
      `${count(tally.received)} messages, ${count(perSecond(tally.received))} per second, ` +
        `${perSecond(run.bytes / MIB).toFixed(1)} MiB/s`,
    ],
    ['latency', percentiles(tally.latency, [50, 90, 99, 99.9, 100])],
    ['errors', `${count(lost)} lost, ${count(duplicated)} duplicated or out of order`],
  ]
  const failed = sum(tally.failures)
  if (failed > 0) rows.push(['dials', `${count(failed)} failed${formatReasons(tally.failures)}`])
  if (behind > 0) rows.push(['', `${count(behind)} viewers had not received everything at the end`])
  if (tally.skipped > 0)
    rows.push([
      'snapshots',
      `replaced ${count(tally.skipped)} messages, which do not count as lost`,
    ])
  if (options.reconnect)
    rows.push(
      ['reconnected', `${count(reconnected)}: ${percentiles(tally.reconnect, [50, 99, 100])}`],
      [
        '',
        `${count(tally.resumed.tail)} received the missed messages, ${count(tally.resumed.none)} had missed none, ` +
          `${count(tally.resumed.snapshot)} received a snapshot`,
      ],
    )
  // The busy shares are measured only from the first update on.
  const busy = due > 0 ? Math.max(run.hostBusy, figures.busy) : 0
  const thread = threads === 1 ? 'viewer thread' : `busiest of ${threads} viewer threads`
  if (due > 0)
    rows.push([
      'load test',
      `host ${percent(run.hostBusy)} busy, ${thread} ${percent(figures.busy)} busy`,
    ])
  const notes = [
    ...(run.isInterrupted ? ['Interrupted: these are the figures so far.'] : []),
    ...(run.hostEnded === undefined ? [] : [`The host was disconnected: ${run.hostEnded}`]),
    ...Object.keys(tally.closes).flatMap((why) => (HINTS[why] ? [`${why}: ${HINTS[why]}`] : [])),
    ...(busy > MAX_BUSY ? ['The load test was short of CPU, which adds to the latency.'] : []),
  ]
  return [...rows.map(([name, text]) => `${name.padEnd(12)} ${text}`), ...notes].join('\n')
}
