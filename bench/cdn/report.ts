import type { RunFigures } from './measure.ts'

const MIB = 1024 * 1024
const NAMES = {
  nginx: 'nginx',
  varnish: 'Varnish',
  none: 'long polling, no cache',
  sockets: 'sockets, no cache',
} as const

const share = (amount: number, all: number): string => (amount / Math.max(1, all)).toFixed(2)

/** The rows of a table, by the name of the run. */
export function reportRows(runs: RunFigures[]): Record<string, Record<string, string>> {
  return Object.fromEntries(
    runs.map((run) => [
      NAMES[run.way],
      {
        viewers: `${run.open} of ${run.viewers}`,
        messages: String(run.messages),
        'requests at the relay, each': share(run.requests, run.messages),
        'p50, ms': run.p50.toFixed(1),
        'p99, ms': run.p99.toFixed(1),
        'max, ms': run.max.toFixed(0),
        'to viewers, MiB': (run.toViewers / MIB).toFixed(1),
        'from relay, MiB': (run.fromRelay / MIB).toFixed(2),
        'relay, CPU s': run.relayCpu.toFixed(2),
        'cache, CPU s': run.cacheCpu.toFixed(2),
        'viewers, CPU s': run.loadCpu.toFixed(1),
        seconds: run.seconds.toFixed(1),
        lost: String(run.lost),
        duplicated: String(run.duplicated),
      },
    ]),
  )
}

/** Notes that the table has no place for; one line each. */
export function notesOf({ way, viewers, open, failures, busy }: RunFigures): string[] {
  const reasons = Object.entries(failures).map(([why, times]) => `${why} × ${times}`)
  return [
    ...(open < viewers ? [`${NAMES[way]}: ${viewers - open} viewers were not connected.`] : []),
    ...(reasons.length > 0 ? [`${NAMES[way]}: failed: ${reasons.join(', ')}`] : []),
    ...(busy > 0.8
      ? [
          `${NAMES[way]}: the viewers were short of CPU (${Math.round(busy * 100)} %), which adds to the latency.`,
        ]
      : []),
  ]
}
