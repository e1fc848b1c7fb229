import type { H3 } from 'h3-2'
import { addAdminRoutes } from './admin-routes.ts'
import { createAdmin } from './admin.ts'
import { loadOptionalPackage } from '../core/optional-package.ts'
import type { Backplane } from '../core/shared/backplane.ts'
import type { Clients } from '../guard/clients.ts'
import { answerMetrics } from './metrics-route.ts'
import { createRateLimit, KEY_LIMITS } from '../guard/rate-limit.ts'
import type { Relay } from '../core/relay.ts'
import type { Upstream } from '../core/shared/upstream.ts'
import type { WorkerQueryMember } from './worker-queries.ts'
import { totalsOf } from '../core/totals.ts'

export interface OperatorRoutesOptions {
  relay: Relay
  metrics: boolean
  metricsKey: string | undefined
  admin: boolean
  hostKey: string
  backplane: Backplane | undefined
  isConnected: () => boolean
  /** The relay that this one follows. @default none */
  upstream?: Upstream | undefined
  /** Connects to the other workers that serve this port. @default none */
  workerQueries: WorkerQueryMember | undefined
}

/** `/metrics` and `/admin/…`: the routes for the person who runs the relay. */
export interface OperatorRoutes {
  /**
   * Loads the code that the routes need; to be called before `addTo`.
   *
   * @throws UsageError when `metrics` is set and `prom-client` is not installed
   */
  load: () => Promise<void>
  addTo: (app: H3, clients: Clients) => void
}

export function createOperatorRoutes(options: OperatorRoutesOptions): OperatorRoutes {
  const { relay, metricsKey, hostKey, isConnected, workerQueries } = options
  const attempts = createRateLimit({ ...KEY_LIMITS, backplane: options.backplane })
  const admin = options.admin ? createAdmin(options) : undefined
  let readMetrics: (() => Promise<{ type: string; text: string }>) | undefined
  workerQueries?.answer('totals', async () => totalsOf(relay))

  return {
    async load() {
      if (!options.metrics || readMetrics) return
      const { createMetrics, METRICS_TYPE, sumMetrics } = await loadOptionalPackage(
        '--metrics',
        'prom-client',
        () => import('./metrics.ts'),
      )
      const metrics = createMetrics({ ...relay, isConnected, upstream: options.upstream })
      workerQueries?.answer('metrics', metrics.report)
      readMetrics = async () => ({
        type: METRICS_TYPE,
        text: await (workerQueries
          ? sumMetrics(await workerQueries.askAll('metrics'))
          : metrics.text()),
      })
    },
    addTo(app, clients) {
      const { audit } = relay
      if (admin) addAdminRoutes(app, { admin, hostKey, clients, attempts, audit })
      if (!readMetrics) return
      const read = readMetrics
      app.get('/metrics', (event) =>
        answerMetrics(event, { clients, attempts, key: metricsKey, read, audit }),
      )
    },
  }
}
