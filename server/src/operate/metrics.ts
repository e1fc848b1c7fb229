import { AggregatorRegistry, Histogram, Registry } from 'prom-client'
import { CLOSE } from '@vue-sync/vue/protocol'
import { addCounter, addCountersBy, addGauge, processRegistry } from './prometheus.ts'
import type { Sessions } from '../core/sessions.ts'
import type { RelayStats } from '../core/session/relay-stats.ts'

export interface MetricsSource {
  stats: RelayStats
  sessions: Sessions
  /** Whether other nodes can be reached, or there are none. */
  isConnected: () => boolean
}

/** What one process says of itself to who asks for all of them; goes between processes. */
export interface MetricsReport {
  /** Those that are open there: one may be open in several. */
  sessions: string[]
  metrics: { name: string; values: { value: number }[] }[]
}

export interface Metrics {
  /** In Prometheus's text format. */
  text: () => Promise<string>
  report: () => Promise<MetricsReport>
}

export const METRICS_TYPE: string = Registry.PROMETHEUS_CONTENT_TYPE

/** `bad_token`, `going_away`, … by close code. */
const REASONS = new Map<number, string>(
  Object.entries(CLOSE).map(([name, code]) => [
    code,
    name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
  ]),
)
/** There from the start, so that the first of each is seen as a rise. */
const USUAL_REJECTS = [
  CLOSE.goingAway,
  CLOSE.undecided,
  CLOSE.busy,
  CLOSE.unsupported,
  CLOSE.badToken,
  CLOSE.revoked,
  CLOSE.badOrigin,
]

/** From a tenth of a millisecond: to few viewers a message takes no longer. */
const PUBLISH_BUCKETS = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1,
]

const SESSIONS = 'vue_sync_sessions'

function rejectsByReason({ rejects }: RelayStats): Map<string, number> {
  const counts = new Map(USUAL_REJECTS.map((code) => [REASONS.get(code)!, 0]))
  for (const [code, count] of rejects) counts.set(REASONS.get(code) ?? String(code), count)
  return counts
}

/** Metrics of one relay, in a registry of its own. What others count is read when it is asked for. */
export function createMetrics({ stats, sessions, isConnected }: MetricsSource): Metrics {
  const registry = new Registry()
  const all = () => [...sessions.values()]
  const sum = (read: (session: ReturnType<typeof all>[number]) => number): number =>
    all().reduce((total, session) => total + read(session), 0)

  addGauge(registry, SESSIONS, 'Sessions that are open here.', () => sessions.size)
  addGauge(registry, 'vue_sync_hosts', 'Hosts connected here.', () =>
    sum(({ hasHost }) => Number(hasHost)),
  )
  addGauge(registry, 'vue_sync_viewers', 'Viewers connected here.', () =>
    sum(({ viewerCount }) => viewerCount),
  )
  addGauge(
    registry,
    'vue_sync_retained_bytes',
    'Bytes of messages kept for viewers to come or to come back.',
    () => sum(({ retainedBytes }) => retainedBytes),
  )
  addGauge(
    registry,
    'vue_sync_viewer_buffered_bytes',
    'Bytes that viewers were sent and the network has not taken.',
    () => sum(({ audience }) => audience.bufferedBytes),
  )
  addGauge(
    registry,
    'vue_sync_backplane_up',
    '1 while other nodes can be reached, or there are none; 0 while this one serves alone.',
    () => Number(isConnected()),
    'min',
  )
  addGauge(registry, 'vue_sync_processes', 'Processes that this is the sum of.', () => 1)
  addCounter(
    registry,
    'vue_sync_received_messages_total',
    'Messages from hosts.',
    () => stats.messagesIn,
  )
  addCounter(
    registry,
    'vue_sync_received_bytes_total',
    'Bytes of messages from hosts.',
    () => stats.bytesIn,
  )
  addCounter(
    registry,
    'vue_sync_sent_messages_total',
    'Messages to viewers: states and statuses.',
    () => stats.messagesOut,
  )
  addCounter(
    registry,
    'vue_sync_sent_bytes_total',
    'Bytes of messages to viewers.',
    () => stats.bytesOut,
  )
  addCounter(
    registry,
    'vue_sync_conflations_total',
    'Times that a slow viewer was given a snapshot for the messages withheld from it.',
    () => stats.conflations,
  )
  addCountersBy(
    registry,
    'kind',
    'vue_sync_resumes_total',
    'Viewers that came back, by what they lacked: some messages (tail), nothing (none), all (full).',
    () => Object.entries(stats.resumes),
  )
  addCountersBy(
    registry,
    'reason',
    'vue_sync_rejects_total',
    'Who was not let in or was sent away, by reason.',
    () => rejectsByReason(stats),
  )
  const published = new Histogram({
    name: 'vue_sync_publish_duration_seconds',
    help: 'From a message of a host here to the last viewer’s turn to be sent it.',
    buckets: PUBLISH_BUCKETS,
    registers: [registry],
  })
  stats.onPublished = (time) => published.observe(time / 1000)

  const whole = (): Registry => Registry.merge([registry, processRegistry()])
  processRegistry()
  return {
    text: () => whole().metrics(),
    async report() {
      const metrics = await whole().getMetricsAsJSON()
      return { sessions: [...sessions.entries()].map(([name]) => name), metrics }
    },
  }
}

/** What several processes that serve one port are together, in Prometheus's text format. */
export function sumMetrics(reports: readonly MetricsReport[]): Promise<string> {
  const seen = new Set<string>()
  for (const { sessions, metrics } of reports) {
    const before = seen.size
    for (const name of sessions) seen.add(name)
    const [value] = metrics.find(({ name }) => name === SESSIONS)?.values ?? []
    // One that is open in several is one.
    if (value) value.value = seen.size - before
  }
  return AggregatorRegistry.aggregate(reports.map(({ metrics }) => metrics)).metrics()
}
