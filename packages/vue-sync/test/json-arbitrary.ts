import { type Arbitrary, array, constantFrom, jsonValue, letrec, oneof, tuple } from 'fast-check'
import type { Json } from '../src/protocol/index.ts'

/** Any JSON that the library carries, for property tests. `__proto__` keys are dropped on purpose and have their own tests. */
export function anyJson(maxDepth = 4): Arbitrary<Json> {
  return jsonValue({ maxDepth })
    .map((value) => JSON.stringify(value))
    .filter((text) => !text.includes('__proto__'))
    .map((text) => JSON.parse(text) as Json)
}

/** Small JSON whose objects have some of these keys. `__proto__` is an own property, as `JSON.parse` makes it. */
export function jsonWithKeys(...keys: string[]): Arbitrary<Json> {
  return letrec<{ json: Json }>((tie) => ({
    json: oneof(
      { maxDepth: 2 },
      constantFrom<Json>(1, 'a', null),
      array(tie('json'), { maxLength: 2 }),
      array(tuple(constantFrom(...keys), tie('json')), { maxLength: 3 }).map((list) => {
        const text = list.map(([key, item]) => `${JSON.stringify(key)}:${JSON.stringify(item)}`)
        return JSON.parse(`{${text.join()}}`) as Json
      }),
    ),
  })).json
}
