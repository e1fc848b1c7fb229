import type { H3 } from 'h3'
import type { Clients } from './clients.ts'
import { createMetrics, sumMetrics } from './metrics.ts'
import { answerMetrics } from './metrics-route.ts'
import { RATE_DEFAULTS, RateLimit } from './rate-limit.ts'
import type { Relay } from './relay.ts'
import type { RollCallMember } from './roll-call.ts'
import { totalsOf } from './totals.ts'

export interface OperatorOptions {
  relay: Relay
  metrics: boolean
  metricsKey: string | undefined
  isConnected: () => boolean
  /** The other processes that serve this port. @default there are none */
  rollCall: RollCallMember | undefined
}

/** What is for whoever runs the relay, and nobody else. */
export interface Operator {
  addRoutes: (app: H3, clients: Clients) => void
}

export function createOperator(options: OperatorOptions): Operator {
  const { relay, metricsKey, isConnected, rollCall } = options
  const failures = new RateLimit({ ...RATE_DEFAULTS, now: () => performance.now() })
  rollCall?.answer('totals', async () => totalsOf(relay))
  const metrics = options.metrics ? createMetrics({ ...relay, isConnected }) : undefined
  if (metrics) rollCall?.answer('metrics', metrics.report)

  return {
    addRoutes(app, clients) {
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
