import type { H3Event } from 'h3-2'
import { bearerProblem, type BearerOptions } from '../http/bearer.ts'
import { nodeRequestOf } from '../http/node-request.ts'

export interface MetricsRouteOptions extends BearerOptions {
  /** Required from every client. @default none: only clients on this machine are answered */
  key: string | undefined
  /** Rejects when the metrics cannot be read at the moment. */
  read: () => Promise<{ type: string; text: string }>
}

const THIS_MACHINE_ONLY =
  'Metrics can be read on this machine only. To read them from another, start the relay with --metrics-key.\n'

const PROBLEMS = {
  bad_key: 'The metrics key is missing or wrong. Send Authorization: Bearer KEY.\n',
  too_many: 'Too many wrong keys. Wait a minute.\n',
} as const

/** `GET /metrics`, for Prometheus. */
export async function answerMetrics(event: H3Event, options: MetricsRouteOptions): Promise<string> {
  const { key, clients, read } = options
  const { headers } = event.res
  headers.set('cache-control', 'no-store')
  headers.set('x-content-type-options', 'nosniff')
  headers.set('content-type', 'text/plain; charset=utf-8')
  if (key === undefined) {
    if (!clients.isWithinMachine(nodeRequestOf(event))) {
      event.res.status = 403
      return THIS_MACHINE_ONLY
    }
  } else {
    const problem = await bearerProblem(event, key, 'metrics', options)
    if (problem) return PROBLEMS[problem]
  }
  try {
    const { type, text } = await read()
    headers.set('content-type', type)
    return text
  } catch (error) {
    event.res.status = 503
    return `${(error as Error).message}\n`
  }
}
