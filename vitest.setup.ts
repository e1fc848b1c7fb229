import process from 'node:process'
import { afterAll, afterEach, beforeEach, expect } from 'vitest'

// A warning that a test does not expect fails the test, because the console of a passing run is rarely read.
const logged: unknown[][] = []
// Tests use short keys, which are easier to read. `key-strength.spec.ts` tests this warning.
const WEAK_KEY = /Key is too easy to guess: it has less than 128 random bits/
// Tests that stop the relay print this if three dials fit into that time. `dials.spec.ts` tests it.
const NO_ANSWER = /\bVS120\b/
const record = (...args: unknown[]): void => {
  const text = String(args[0])
  if (!WEAK_KEY.test(text) && !NO_ANSWER.test(text)) logged.push(args)
}
/** Node prints these once for each process, about the runtime or a dependency. */
const ABOUT_NODE = new Set(['ExperimentalWarning', 'DeprecationWarning'])
const warned: string[] = []
const recordWarning = ({ name, message }: Error): void => {
  if (!ABOUT_NODE.has(name)) warned.push(`${name}: ${message}`)
}
// Files may share a process.
process.on('warning', recordWarning)
afterAll(() => void process.off('warning', recordWarning))

beforeEach(() => {
  logged.length = 0
  Object.assign(console, { warn: record, error: record })
})
afterEach(() => {
  expect(logged, 'unexpected warnings').toEqual([])
  expect(warned.splice(0), 'unexpected warnings of Node').toEqual([])
})
