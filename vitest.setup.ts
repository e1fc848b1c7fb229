import { afterEach, beforeEach, expect } from 'vitest'

// A warning that a test does not expect fails the test, because the console of a passing run is rarely read.
const logged: unknown[][] = []
// Tests use short keys, which are easier to read. `key-strength.spec.ts` tests this warning.
const WEAK_KEY = /Key is too easy to guess: it has less than 128 random bits/
const record = (...args: unknown[]): void => {
  if (!WEAK_KEY.test(String(args[0]))) logged.push(args)
}

beforeEach(() => {
  logged.length = 0
  Object.assign(console, { warn: record, error: record })
})
afterEach(() => {
  expect(logged, 'unexpected warnings').toEqual([])
})
