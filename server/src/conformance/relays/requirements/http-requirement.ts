import { NotApplicable } from '../../core/expectations.ts'
import type { RelayStage } from '../relay-stage.ts'
import type { RelayRequirement } from './relay-requirement.ts'

/** Servers of WebSockets answer this to a plain request that they do not serve. */
const NOT_SERVED = new Set([400, 404, 405, 426, 501])

/** @throws NotApplicable if the relay does not serve its log over HTTP */
async function needsHttp({ http }: RelayStage): Promise<void> {
  const exchange = await http('state')
  const { status } = exchange
  const refusal = NOT_SERVED.has(status) ? await exchange.json().catch(() => ({})) : {}
  exchange.abort()
  if (NOT_SERVED.has(status) && !('code' in refusal))
    throw new NotApplicable(`not offered: this relay answers GET state with ${status}`)
}

/** A requirement for relays that also serve HTTP. */
export const overHttp = ({
  check,
  ...requirement
}: Omit<RelayRequirement, 'section'>): RelayRequirement => ({
  ...requirement,
  section: 'Over HTTP',
  async check(stage) {
    await needsHttp(stage)
    await check(stage)
  },
})
