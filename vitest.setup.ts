import { afterEach, beforeEach, expect } from 'vitest'

// A warning that no test expects is a failure: nobody reads the console of a green run.
const said: unknown[][] = []
const record = (...args: unknown[]): void => void said.push(args)

beforeEach(() => {
  said.length = 0
  Object.assign(console, { warn: record, error: record })
})
afterEach(() => {
  expect(said, 'unexpected warnings').toEqual([])
})
