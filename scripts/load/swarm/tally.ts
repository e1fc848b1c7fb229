import { createHistogram, type RecordableHistogram } from 'node:perf_hooks'

/** How a viewer that came back was brought up to date. */
export type Resumed = 'tail' | 'nothing' | 'snapshot'

/** What the viewers of one thread have seen, together. */
export interface Tally {
  /** `config_update`s. */
  received: number
  /** Of all state messages. */
  bytes: number
  /** Positions that never came, though a later one did. */
  lost: number
  /** Positions that came again, or after a later one. */
  twice: number
  /** Positions that a snapshot stood for: a slow viewer, or one that came back. */
  skipped: number
  /** Connections that ended otherwise than by this end, by close code or by what went wrong. */
  closes: Record<string, number>
  /** Dials that led to no connection, by what went wrong. */
  failures: Record<string, number>
  resumed: Record<Resumed, number>
  /** When the last state message arrived, by `now()`. */
  lastAt: number
  /** Microseconds from the host's send to the viewer, without what came while it resumed. */
  latency: RecordableHistogram
  /** Microseconds from the cut to being up to date again. */
  back: RecordableHistogram
}

export function createTally(): Tally {
  return {
    received: 0,
    bytes: 0,
    lost: 0,
    twice: 0,
    skipped: 0,
    closes: {},
    failures: {},
    resumed: { tail: 0, nothing: 0, snapshot: 0 },
    lastAt: 0,
    latency: createHistogram(),
    back: createHistogram(),
  }
}

/** Adds what another thread has seen. */
export function addTally(sum: Tally, other: Tally): void {
  for (const name of ['received', 'bytes', 'lost', 'twice', 'skipped'] as const)
    sum[name] += other[name]
  for (const name of ['closes', 'failures'] as const)
    for (const [why, times] of Object.entries(other[name]))
      sum[name][why] = (sum[name][why] ?? 0) + times
  for (const way of ['tail', 'nothing', 'snapshot'] as const) sum.resumed[way] += other.resumed[way]
  sum.lastAt = Math.max(sum.lastAt, other.lastAt)
  // A histogram without a value takes no other that has none.
  for (const name of ['latency', 'back'] as const)
    if (other[name].count > 0) sum[name].add(other[name])
}
