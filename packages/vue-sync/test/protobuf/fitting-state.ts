import * as fc from 'fast-check'
import {
  isFreeForm,
  KIND,
  type Field,
  type MessageType,
  type ValueType,
} from '../../src/codecs/protobuf/schema/types.ts'
import type { Json } from '../../src/protocol/index.ts'
import { anyJson } from '../json-arbitrary.ts'

const int32 = fc.integer()
const uint32 = fc.nat(0xffffffff)
const safe = fc.maxSafeInteger()
const text = fc.oneof(fc.string(), fc.constantFrom('', 'é', '日本', '😀', '\ud83d', 'constructor'))
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0)
const date = fc
  .date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
  .map((value) => value.toJSON())
const base64 = fc.uint8Array({ maxLength: 5 }).map((bytes) => btoa(String.fromCharCode(...bytes)))

const SCALARS: Record<number, fc.Arbitrary<Json>> = {
  [KIND.double]: number,
  [KIND.float]: fc.oneof(
    fc.constantFrom(0.1, 0.123456789, 16777217, 1e-40, 3.4e38, -0.5),
    fc.float({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
    fc.double({ min: -1e30, max: 1e30, noNaN: true }).map((value) => value + 0),
  ),
  [KIND.int64]: fc.oneof(safe, fc.constantFrom('9007199254740993', '-9223372036854775808', '7')),
  [KIND.uint64]: fc.oneof(fc.maxSafeNat(), fc.constantFrom('18446744073709551615', '7')),
  [KIND.fixed64]: fc.oneof(fc.maxSafeNat(), fc.constantFrom('18446744073709551615')),
  [KIND.sfixed64]: fc.oneof(safe, fc.constantFrom('-9007199254740993')),
  [KIND.sint64]: fc.oneof(safe, fc.constantFrom('-9007199254740993')),
  [KIND.int32]: int32,
  [KIND.sint32]: int32,
  [KIND.sfixed32]: int32,
  [KIND.uint32]: uint32,
  [KIND.fixed32]: uint32,
  [KIND.bool]: fc.boolean(),
  [KIND.string]: text,
  [KIND.bytes]: fc.oneof(base64, fc.constantFrom('_-8', 'AQ')),
  [KIND.timestamp]: fc.oneof(
    date,
    fc.constantFrom('2026-11-26T03:19:11Z', '2026-11-26T03:19:11.000001+02:00'),
  ),
  [KIND.duration]: fc.constantFrom('0s', '1.500s', '-3.000001s', '7.5s'),
  [KIND.value]: anyJson(2),
  [KIND.listValue]: fc.array(anyJson(2), { maxLength: 3 }),
  [KIND.struct]: fc.dictionary(text.filter(isKey), anyJson(2), { maxKeys: 3 }),
}

function isKey(key: string): boolean {
  return key !== '__proto__'
}

function valueOf(type: ValueType, depth: number): fc.Arbitrary<Json> {
  if (type.message) return fittingState(type.message, depth - 1)
  if (type.wrapped) return valueOf(type.wrapped, depth)
  if (type.names)
    return fc.oneof(fc.constantFrom(...type.names.values(), ...type.names.keys()), fc.constant(77))
  return SCALARS[type.kind]!
}

const KEYS: Record<number, fc.Arbitrary<string>> = {
  [KIND.string]: text.filter(isKey),
  [KIND.int32]: int32.map(String),
  [KIND.int64]: fc.oneof(safe.map(String), fc.constantFrom('9007199254740993')),
  [KIND.bool]: fc.constantFrom('true', 'false'),
}

function fieldValue({ shape, value, mapKey }: Field, depth: number): fc.Arbitrary<Json> {
  const one = valueOf(value, depth)
  // Now and then a `null` where Protocol Buffers has none.
  const part = isFreeForm(value) ? one : fc.option(one, { freq: 20 })
  if (shape === 'list') return fc.array(part, { maxLength: 4 })
  if (shape === 'map') return fc.dictionary(KEYS[mapKey!.kind]!, part, { maxKeys: 3 })
  return one
}

/** Any state that fits a message type, and now and then a key that the type does not have. */
export function fittingState(type: MessageType, depth = 2): fc.Arbitrary<{ [key: string]: Json }> {
  const fields = type.fields
    .filter(({ value }) => depth > 0 || !value.message)
    .map((field): [string, fc.Arbitrary<Json>] => [
      field.key,
      fc.option(fieldValue(field, depth), { freq: 8 }),
    ])
  const unknown: [string, fc.Arbitrary<Json>] = ['notInTheSchema', anyJson(1)]
  return fc.record(Object.fromEntries([...fields, unknown]), { requiredKeys: [] }) as never
}
