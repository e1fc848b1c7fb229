import * as fc from 'fast-check'

/** Keys with a special meaning for objects, and ordinary ones. */
const key = fc.oneof(
  fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', 's', 'n', ''),
  fc.string({ maxLength: 8 }),
)
const { value: anything } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: false },
    fc.constantFrom(null, true, false, 0, -1, 1e308, 2 ** 53, '', 'x'),
    fc.string({ maxLength: 20, unit: 'binary' }),
    fc.array(tie('value'), { maxLength: 4 }),
    // From pairs, because `__proto__` in an object literal sets the prototype.
    fc
      .array(fc.tuple(key, tie('value')), { maxLength: 4 })
      .map((pairs) => Object.fromEntries(pairs)),
  ),
}))

const often = <T>(usual: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 6, arbitrary: usual }, { weight: 1, arbitrary: anything })

const path = fc.array(key, { maxLength: 4 }).map((keys) => ['', ...keys].join('/'))
const operation = fc.record(
  {
    op: often(fc.constantFrom('add', 'remove', 'replace', 'move', 'copy', 'test')),
    path: often(path),
    from: often(path),
    value: anything,
  },
  { requiredKeys: [] },
)

/** Almost a message: every part may be valid, invalid or missing. */
const message = fc
  .record(
    {
      type: often(fc.constantFrom('session_update', 'config_update', 'status')),
      epoch: often(fc.constantFrom('e', 'f')),
      seq: often(fc.nat(20)),
      payload: often(fc.dictionary(key, fc.dictionary(key, anything, { maxKeys: 3 }))),
      patch: often(fc.array(operation, { maxLength: 4 })),
    },
    { requiredKeys: ['type'] },
  )
  .map((value) => JSON.stringify(value))

/** A binary frame: a readable header, and a body that the relay must ignore. */
const binary = fc
  .tuple(message, fc.constantFrom('\n', '', '\0'), fc.uint8Array({ maxLength: 40 }))
  .map(([head, end, body]) => Buffer.concat([Buffer.from(head + end), body]))

/** Frames that a client may send to a relay. */
export const fuzzedFrame: fc.Arbitrary<string | Buffer> = fc.oneof(
  { weight: 5, arbitrary: message },
  { weight: 2, arbitrary: binary },
  { weight: 1, arbitrary: fc.string({ maxLength: 60, unit: 'binary' }) },
  { weight: 1, arbitrary: anything.map((value) => JSON.stringify(value)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)) },
)

export type Random = () => number

/** Returns numbers in [0, 1), the same sequence for the same seed (mulberry32). */
export function seeded(seed: number): Random {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Changes, removes, repeats or cuts off a few bytes of a real message. */
export function mutate(bytes: Buffer, random: Random): Buffer {
  let result = Buffer.from(bytes)
  for (let left = 1 + Math.floor(random() * 3); left > 0; left--) {
    const at = Math.floor(random() * (result.length + 1))
    const way = Math.floor(random() * 4)
    if (way === 0 && at < result.length) result[at] = Math.floor(random() * 256)
    else if (way === 1) result = Buffer.concat([result.subarray(0, at), result.subarray(at + 1)])
    else if (way === 2) result = Buffer.concat([result.subarray(0, at), result.subarray(at >> 1)])
    else if (random() < 0.3) result = result.subarray(0, at)
  }
  return result
}
