import { LONGEST_WAIT } from './longest-wait.ts'

export interface BackoffOptions {
  /** Milliseconds before the first redial. @default 2000 */
  first: number
  /** The longest wait in milliseconds. @default 15000 */
  max: number
  /** Each wait is the previous one times this. @default 1.5 */
  factor: number
}

export const BACKOFF_DEFAULTS = { first: 2000, max: 15_000, factor: 1.5 } satisfies BackoffOptions

/** Each wait is shortened by up to this share at random, so that clients do not redial at the same moment. */
const JITTER = 0.3

/**
 * Milliseconds to wait before redial number `attempt` (0 is the first).
 * Waits grow strictly until `max`: `factor` × (1 − jitter) stays above 1 at the defaults.
 *
 * @param random a number in [0, 1)
 */
export function backoffDelay(attempt: number, options: BackoffOptions, random: number): number {
  const full = Math.min(options.first * options.factor ** attempt, options.max, LONGEST_WAIT)
  return Math.round(full * (1 - JITTER * random))
}
