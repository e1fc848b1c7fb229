import { afterEach, beforeEach, expect } from 'vitest'

// A warning that a test does not expect fails the test, because the console of a passing run is rarely read.
const logged: unknown[][] = []
const record = (...args: unknown[]): void => void logged.push(args)

beforeEach(() => {
  logged.length = 0
  Object.assign(console, { warn: record, error: record })
})
afterEach(() => {
  expect(logged, 'unexpected warnings').toEqual([])
})
