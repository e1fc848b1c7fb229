import { expect, it } from 'vitest'
import { formatCountdown } from './countdown.ts'

it.each([
  [600_000, '10:00'],
  [599_001, '10:00'],
  [61_000, '1:01'],
  [59_400, '1:00'],
  [1, '0:01'],
  [0, undefined],
  [-5000, undefined],
])('%d ms are %s', (milliseconds, text) => {
  expect(formatCountdown(milliseconds)).toBe(text)
})
