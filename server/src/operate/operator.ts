import type { H3 } from 'h3'
import { addAdminRoutes } from './admin-routes.ts'
import { createAdmin } from './admin.ts'
import type { Backplane } from '../core/shared/backplane.ts'
import type { Clients } from '../guard/clients.ts'
import { createMetrics, sumMetrics } from './metrics.ts'
import { answerMetrics } from './metrics-route.ts'
import { RATE_DEFAULTS, RateLimit } from '../guard/rate-limit.ts'
import type { Relay } from '../core/relay.ts'
import type { RollCallMember } from './roll-call.ts'
import { totalsOf } from '../core/totals.ts'

export interface OperatorOptions {
  relay: Relay
  metrics: boolean
  metricsKey: string | undefined
  admin: boolean
  hostKey: string
  backplane: Backplane | undefined
  isConnected: () => boolean
  /** The other processes that serve this port. @default there are none */
  rollCall: RollCallMember | undefined
}

/** What is for whoever runs the relay, and nobody else. */
export interface Operator {
  addRoutes: (app: H3, clients: Clients) => void
}

export function createOperator(options: OperatorOptions): Operator {
  const { relay, metricsKey, hostKey, isConnected, rollCall } = options
  const failures = new RateLimit({ ...RATE_DEFAULTS, now: () => performance.now() })
  rollCall?.answer('totals', async () => totalsOf(relay))
  const metrics = options.metrics ? createMetrics({ ...relay, isConnected }) : undefined
  const admin = options.admin ? createAdmin(options) : undefined
  if (metrics) rollCall?.answer('metrics', metrics.report)

  return {
    addRoutes(app, clients) {
      if (admin) addAdminRoutes(app, { admin, hostKey, clients, failures })
      if (!metrics) return
      const text = rollCall
        ? async () => sumMetrics(await rollCall.askAll('metrics'))
        : metrics.text
      app.get('/metrics', (event) =>
        answerMetrics(event, { clients, failures, key: metricsKey, text }),
      )
    },
  }
}
