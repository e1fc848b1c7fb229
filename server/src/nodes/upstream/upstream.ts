import {
  BACKOFF_DEFAULTS,
  type BackoffOptions,
  CLOSE,
  formatSocketUrl,
  offerProtocols,
  type Position,
} from '@vue-sync/vue/protocol'
import type { Upstream, UpstreamEvents, UpstreamLink } from '../../core/shared/upstream.ts'
import { createThrottledWarn } from '../../core/throttled-warn.ts'
import { printable } from '../../recordings/printable.ts'
import { createUpstreamLink } from './upstream-link.ts'
import { readUpstream, type UpstreamOptions } from './upstream-options.ts'

export interface UpstreamParts {
  /** Bytes of the longest message. */
  limit: number
  warn: (text: string) => void
  /** Milliseconds. A session without viewers is left after one to two of them. @default 5000 */
  interval?: number
  /** @default 2000 ms × 1.5 up to 15000 ms */
  backoff?: Partial<BackoffOptions>
  /** Returns a number from 0 up to, but not including, 1. @default Math.random */
  random?: () => number
}

const DEFAULT_INTERVAL_MS = 5000

/** The fix for the operator of this relay when the upstream relay refuses it. */
const ADVICE: Record<number, string> = {
  [CLOSE.badToken]:
    'Give its viewer key or a viewer link with --upstream-key or --upstream. The key of an issued link is valid for one session only.',
  [CLOSE.revoked]: 'Copy a new link of that relay into --upstream.',
  [CLOSE.noSession]: 'Check host name and path of --upstream.',
  [CLOSE.unsupported]:
    'Check whether the relays follow each other in a circle, and whether the other one is of another version.',
}

/** Follows another relay: one connection for each session that is open here. @throws UsageError */
export function createUpstream(options: UpstreamOptions, parts: UpstreamParts): Upstream {
  const { limit, interval = DEFAULT_INTERVAL_MS, random = Math.random } = parts
  const backoff = { ...BACKOFF_DEFAULTS, ...parts.backoff }
  const warn = createThrottledWarn(parts.warn)
  const {
    address,
    session: only,
    shown,
    warnings,
  } = readUpstream(options, '--upstream', '--upstream-key')
  const protocols = offerProtocols('viewer', address.key)
  /** The outcome of each connection that is open or was tried. */
  const outcomes = new Map<object, 'reached' | 'failing'>()
  let isHealthy = true
  let problem: string | undefined
  for (const text of warnings) parts.warn(text)

  function setHealthy(next: boolean): void {
    if (next === isHealthy) return
    isHealthy = next
    upstream.onHealthChange?.(next)
  }

  /** The last connection leaves its outcome, because nobody knows better until the next is dialed. */
  function judgeHealth(): void {
    const all = [...outcomes.values()]
    if (all.length > 0) setHealthy(!all.includes('failing'))
  }

  function refused(session: string, code: number, reason: string): void {
    if (code === CLOSE.sessionOver) return
    // The warning says more than that the relay cannot be reached.
    if (code !== CLOSE.revoked && ![...outcomes.values()].includes('reached')) isHealthy = false
    warn(
      `refused ${code}`,
      `The upstream relay refuses the session ${session}: ${printable(reason)} (${code}). ${ADVICE[code] ?? ''}`.trim(),
    )
  }

  function urlOf(session: string) {
    return (position: Position | undefined, hops: number): string => {
      const url = formatSocketUrl({ relay: address.relay, session }, position)
      return `${url}${position ? '&' : '?'}parts=1&hops=${hops}`
    }
  }

  function follow(session: string, events: UpstreamEvents): UpstreamLink {
    const id = {}
    const link = createUpstreamLink({
      url: urlOf(session),
      protocols,
      limit,
      backoff,
      random,
      events,
      onReached() {
        outcomes.set(id, 'reached')
        problem = undefined
        judgeHealth()
      },
      onUnreachable(code, cause) {
        outcomes.set(id, 'failing')
        problem = printable(cause || `closed with ${code}`)
        judgeHealth()
      },
      onRefused(code, reason) {
        outcomes.delete(id)
        refused(session, code, reason)
      },
      onTooLong: () =>
        warn(
          'tooLong',
          `A message of the upstream relay has more than ${limit} bytes (--max-host-message), so viewers here lack it.`,
        ),
    })
    return {
      ...link,
      close() {
        link.close()
        outcomes.delete(id)
        judgeHealth()
      },
    }
  }

  const upstream: Upstream = {
    address: shown,
    only,
    interval,
    get isHealthy() {
      return isHealthy
    },
    get problem() {
      return problem
    },
    onHealthChange: undefined,
    follows: (session) => only === undefined || session === only,
    follow,
  }
  return upstream
}
