import { type Arbitrary, jsonValue } from 'fast-check'
import type { Json } from '../src/protocol/index.ts'

/** Any JSON that the library carries, for property tests: `__proto__` keys are dropped on purpose, see their own tests. */
export function anyJson(maxDepth = 4): Arbitrary<Json> {
  return jsonValue({ maxDepth })
    .map((value) => JSON.stringify(value))
    .filter((text) => !text.includes('__proto__'))
    .map((text) => JSON.parse(text) as Json)
}
