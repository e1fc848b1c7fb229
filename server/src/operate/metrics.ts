import { AggregatorRegistry, Histogram, Registry } from 'prom-client'
import { CLOSE } from '@vue-sync/vue/protocol'
import type { SessionRegistry } from '../core/session-registry.ts'
import type { Upstream } from '../core/shared/upstream.ts'
import { addCounter, addCountersBy, addGauge, processRegistry } from './prometheus.ts'
import type { RelayStats } from '../core/session/relay-stats.ts'

export interface MetricsSource {
  stats: RelayStats
  sessions: SessionRegistry
  /** `false` while other nodes cannot be reached. */
  isConnected: () => boolean
  /** The relay that this one follows. @default none */
  upstream?: Upstream | undefined
}

/** The metrics of one process, which it sends to the process that adds them up. */
export interface MetricsReport {
  /** Names of its open sessions; a session may be open in several processes. */
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
/** Reported as 0 from the start, so that Prometheus sees the first one as an increase. */
const USUAL_REJECTS = [
  CLOSE.goingAway,
  CLOSE.undecided,
  CLOSE.busy,
  CLOSE.unsupported,
  CLOSE.badToken,
  CLOSE.revoked,
  CLOSE.badOrigin,
]

/** In seconds. With few viewers a message takes 0.1 ms. */
const PUBLISH_BUCKETS = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1,
]

const SESSIONS = 'vue_sync_sessions'

function rejectsByReason({ rejects }: RelayStats): Map<string, number> {
  const counts = new Map(USUAL_REJECTS.map((code) => [REASONS.get(code)!, 0]))
  for (const [code, count] of rejects) counts.set(REASONS.get(code) ?? String(code), count)
  return counts
}

/** Metrics of one relay, in its own registry. Values are read from `stats` and `sessions` at each scrape. */
export function createMetrics({ stats, sessions, isConnected, upstream }: MetricsSource): Metrics {
  const registry = new Registry()
  const all = () => [...sessions.values()]
  const sum = (read: (session: ReturnType<typeof all>[number]) => number): number =>
    all().reduce((total, session) => total + read(session), 0)

  addGauge(registry, SESSIONS, 'Open sessions.', () => sessions.size)
  addGauge(registry, 'vue_sync_hosts', 'Connected hosts.', () =>
    sum(({ hasHost }) => Number(hasHost)),
  )
  addGauge(registry, 'vue_sync_viewers', 'Connected viewers.', () =>
    sum(({ viewerCount }) => viewerCount),
  )
  addGauge(
    registry,
    'vue_sync_retained_bytes',
    'Bytes of messages retained for new and returning viewers.',
    () => sum(({ retainedBytes }) => retainedBytes),
  )
  addGauge(registry, 'vue_sync_viewer_buffered_bytes', 'Bytes queued for viewers.', () =>
    sum(({ audience }) => audience.bufferedBytes),
  )
  addGauge(
    registry,
    'vue_sync_backplane_up',
    '0 while the other nodes cannot be reached, otherwise 1.',
    () => Number(isConnected()),
    'min',
  )
  if (upstream)
    addGauge(
      registry,
      'vue_sync_upstream_up',
      '0 while the relay that this one follows cannot be reached, otherwise 1.',
      () => Number(upstream.isHealthy),
    )
  addGauge(registry, 'vue_sync_processes', 'Processes whose values are added up.', () => 1)
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
    'State and status messages to viewers.',
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
    'Snapshots sent to slow viewers in place of withheld messages.',
    () => stats.conflations,
  )
  addCountersBy(
    registry,
    'kind',
    'vue_sync_resumes_total',
    'Viewers that reconnected, by what they missed: some messages (tail), nothing (none), everything (full).',
    () => Object.entries(stats.resumes),
  )
  addCountersBy(
    registry,
    'reason',
    'vue_sync_rejects_total',
    'Clients that were refused or closed, by reason.',
    () => rejectsByReason(stats),
  )
  const published = new Histogram({
    name: 'vue_sync_publish_duration_seconds',
    help: 'Time from receiving a message from a host to sending it to the last viewer.',
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

/** Adds up the metrics of several processes that serve one port, in Prometheus's text format. */
export function sumMetrics(reports: readonly MetricsReport[]): Promise<string> {
  const seen = new Set<string>()
  for (const { sessions, metrics } of reports) {
    const before = seen.size
    for (const name of sessions) seen.add(name)
    const [value] = metrics.find(({ name }) => name === SESSIONS)?.values ?? []
    // A session that is open in several processes counts once.
    if (value) value.value = seen.size - before
  }
  return AggregatorRegistry.aggregate(reports.map(({ metrics }) => metrics)).metrics()
}
