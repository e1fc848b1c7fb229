import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'

/** What a reconnected viewer received: the missed messages, nothing because it missed none, or a snapshot. */
export type Resumed = 'tail' | 'none' | 'snapshot'

/** What the viewers of one thread have received, in total. */
export interface Tally {
  /** Number of `config_update` messages. */
  received: number
  /** Bytes of all state messages. */
  bytes: number
  /** Bytes that arrived over HTTP, headers included; sockets do not count them. */
  wire: number
  /** Positions that were skipped. */
  lost: number
  /** Positions that arrived again, or after a later one. */
  duplicated: number
  /** Positions that a snapshot replaced, for a slow or reconnected viewer. */
  skipped: number
  /** Connections that the relay or the network ended, by close code or error. */
  closes: Record<string, number>
  /** Failed dials, by close code or error. */
  failures: Record<string, number>
  resumed: Record<Resumed, number>
  /** Arrival of the last state message, by `now()`. */
  lastAt: number
  /** Microseconds from host to viewer, without messages that arrived during a resume. */
  latency: RecordableHistogram
  /** Microseconds from the cut until the viewer is up to date again. */
  reconnect: RecordableHistogram
}

export function createTally(): Tally {
  return {
    received: 0,
    bytes: 0,
    wire: 0,
    lost: 0,
    duplicated: 0,
    skipped: 0,
    closes: {},
    failures: {},
    resumed: { tail: 0, none: 0, snapshot: 0 },
    lastAt: 0,
    latency: createHistogram(),
    reconnect: createHistogram(),
  }
}

/** Adds the tally of another thread. */
export function addTally(sum: Tally, other: Tally): void {
  for (const name of ['received', 'bytes', 'wire', 'lost', 'duplicated', 'skipped'] as const)
    sum[name] += other[name]
  for (const name of ['closes', 'failures'] as const)
    for (const [why, times] of Object.entries(other[name]))
      sum[name][why] = (sum[name][why] ?? 0) + times
  for (const kind of ['tail', 'none', 'snapshot'] as const) sum.resumed[kind] += other.resumed[kind]
  sum.lastAt = Math.max(sum.lastAt, other.lastAt)
  // An empty histogram adds nothing.
  for (const name of ['latency', 'reconnect'] as const)
    if (other[name].count > 0) sum[name].add(other[name])
}
