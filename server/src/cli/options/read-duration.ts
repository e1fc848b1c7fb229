import { UsageError } from '../../core/usage-error.ts'

const SECOND = 1000
const UNITS: Record<string, number> = { ms: 1, s: SECOND, m: 60 * SECOND, h: 3600 * SECOND }
/** Node waits no longer. */
const LONGEST_MS = 2 ** 31 - 1

/** Milliseconds of a time such as `60s`; a number alone is in seconds. @throws UsageError that names the flag */
export function readDuration(flag: string, text: string): number {
  const [, amount, unit = 's'] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text) ?? []
  const duration = Number(amount) * UNITS[unit]!
  if (!(duration > 0 && duration <= LONGEST_MS))
    throw new UsageError(
      `${flag} must be a time such as 60s, 5m or 1h, at most 24 days, not ${JSON.stringify(text)}.`,
    )
  return duration
}
