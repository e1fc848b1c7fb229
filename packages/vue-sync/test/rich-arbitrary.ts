import * as fc from 'fast-check'

const KEYS = ['a', 'b', 'long key', '0', 'constructor', 'toString', 'length', '^', '^date', '^^x']

export const richKey = fc.constantFrom(...KEYS)

const bytes = fc
  .tuple(
    fc.constantFrom(Uint8Array, Int16Array, Float32Array, Float64Array, BigInt64Array, DataView),
    fc.array(fc.nat(255), { maxLength: 3 }),
  )
  .map(([Class, list]) => {
    const { buffer } = Uint8Array.from(list.flatMap((byte) => [byte, 1, 2, 3, 4, 5, 6, 7]))
    return new (Class as new (content: ArrayBuffer) => ArrayBufferView)(buffer)
  })

const scalar = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, undefined, Number.NaN, Infinity, -Infinity, -0, 0),
  fc.integer(),
  fc.double(),
  fc.bigInt(),
  fc.string({ maxLength: 6 }),
  fc.constantFrom('^', '^u', '^n1', '^^u', '^date', '😀', '\ud83d'),
)

/** A value without parts that JSON may not have. */
const leaf = fc.oneof(
  { weight: 4, arbitrary: scalar },
  { weight: 1, arbitrary: fc.date({ noInvalidDate: false }) },
  { weight: 1, arbitrary: bytes },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 4 }).map((list) => list.slice().buffer) },
)

/** Any value that the option carries. Each call of the arbitrary makes new objects. */
export const richValue: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'rich' },
    leaf,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(richKey, tie('value'), { maxKeys: 4, noNullPrototype: true }),
    fc
      .array(fc.tuple(fc.oneof(scalar, tie('value')), tie('value')), { maxLength: 4 })
      .map((entries) => new Map(entries)),
    fc.array(tie('value'), { maxLength: 4 }).map((items) => new Set(items)),
  ),
})).value

/** A text that is the same for equal values of the same types with the same order, and differs for all others. */
export function describeValue(value: unknown): string {
  if (Object.is(value, -0)) return '-0'
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value !== 'object' || value === null) return String(value)
  if (value instanceof Date) return `Date(${value.getTime()})`
  const list = (items: Iterable<unknown>) => [...items].map(describeValue).join(',')
  if (value instanceof ArrayBuffer) return `ArrayBuffer(${list(new Uint8Array(value))})`
  if (ArrayBuffer.isView(value))
    return `${value.constructor.name}(${list(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))})`
  if (value instanceof Map)
    return `Map(${[...value].map(([key, part]) => `${describeValue(key)}=>${describeValue(part)}`).join(',')})`
  if (value instanceof Set) return `Set(${list(value)})`
  if (Array.isArray(value)) return `[${Array.from(value, describeValue).join(',')}]`
  // The order of an object's keys is not carried.
  const keys = Object.keys(value).toSorted()
  return `{${keys.map((key) => `${JSON.stringify(key)}:${describeValue((value as never)[key])}`).join(',')}}`
}
