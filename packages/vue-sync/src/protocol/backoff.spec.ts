import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BACKOFF_DEFAULTS, backoffDelay } from './backoff.ts'
import { CLOSE, isTerminal } from './close-codes.ts'

const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

describe('backoff', () => {
  it('is 2 s × 1.5 up to 15 s without jitter', () => {
    const waits = [0, 1, 2, 3, 4, 5, 6, 50].map((attempt) =>
      backoffDelay(attempt, BACKOFF_DEFAULTS, 0),
    )
    expect(waits).toEqual([2000, 3000, 4500, 6750, 10_125, 15_000, 15_000, 15_000])
  })

  it('grows with each attempt up to the longest wait, and stays within bounds with any jitter', () => {
    fc.assert(
      fc.property(fc.array(random, { minLength: 20, maxLength: 20 }), (luck) => {
        const waits = luck.map((share, attempt) => backoffDelay(attempt, BACKOFF_DEFAULTS, share))
        for (const [attempt, wait] of waits.entries()) {
          expect(wait).toBeGreaterThanOrEqual(1400)
          expect(wait).toBeLessThanOrEqual(15_000)
          if (attempt > 0 && attempt < 5) expect(wait).toBeGreaterThan(waits[attempt - 1]!)
        }
      }),
    )
  })
})

it.each([
  { first: Number.POSITIVE_INFINITY },
  { max: Number.POSITIVE_INFINITY },
  { max: 2 ** 40, factor: 1000 },
])('with %j never dials without a wait, as after more than a timer can hold', (given) => {
  for (const attempt of [3, 40, 4000])
    expect(backoffDelay(attempt, { ...BACKOFF_DEFAULTS, ...given }, 0)).toBeLessThan(2 ** 31)
})

describe('close codes', () => {
  it('from 4400 to 4499 are terminal, and no others', () => {
    const terminal = Object.entries(CLOSE).filter(([, code]) => isTerminal(code))
    expect(terminal.map(([name]) => name)).toEqual([
      'unsupported',
      'badToken',
      'revoked',
      'noSession',
      'badOrigin',
      'replaced',
      'sessionOver',
    ])
    expect([1000, 1001, 1006, 4000, 4099, 4399, 4500].some(isTerminal)).toBe(false)
  })
})
