import { type BinaryReader, WireType } from '@bufbuild/protobuf/wire'
import { type Json, MOST_DEPTH } from '../../protocol/index.ts'
import { type Extras, readExtra } from './extras.ts'
import { readFields } from './schema/read-fields.ts'
import { readText } from './schema/text.ts'
import {
  type Field,
  KIND,
  type MessageType,
  nameOfKind,
  type ReadContext,
  type ValueType,
} from './schema/types.ts'

const LEN = WireType.LengthDelimited
type JsonObject = { [key: string]: Json }

function readOne(reader: BinaryReader, type: ValueType, context: ReadContext): Json | undefined {
  if (!type.message) return type.read(reader, context)
  const length = reader.uint32()
  return readMessage(reader, reader.pos + length, type.message, context)
}

/** Adds elements to `list`. Gives `false` for one that does not fit. */
function readElements(
  reader: BinaryReader,
  wire: WireType,
  type: ValueType,
  list: Json[],
  context: ReadContext,
): boolean {
  const isPacked = wire === LEN && type.wire !== LEN
  const end = isPacked ? reader.uint32() + reader.pos : reader.pos + 1
  if (end > reader.len) throw new Error('too short')
  let fits = true
  while (reader.pos < end) {
    const value = readOne(reader, type, context)
    if (value === undefined) fits = false
    else list.push(value)
    if (!isPacked) return fits
  }
  if (reader.pos !== end) throw new Error('bad length')
  return fits
}

/** Adds one entry to `map`. Gives `false` if it does not fit. */
function readEntry(
  reader: BinaryReader,
  { mapKey, value: type }: Field,
  map: JsonObject,
  context: ReadContext,
): boolean {
  // Protocol Buffers may leave out a key or a value that is the default of its type.
  let key: Json | undefined = mapKey!.wire === LEN ? '' : mapKey!.kind === KIND.bool ? false : 0
  let value: Json | undefined
  let fits = true
  readFields(reader, (number, wire) => {
    if (number === 1 && wire === mapKey!.wire)
      key = wire === LEN ? readText(reader) : mapKey!.read(reader, context)
    else if (number === 2 && wire === type.wire) value = readOne(reader, type, context)
    else {
      fits &&= number !== 1 && number !== 2
      return false
    }
    return true
  })
  if (!fits || key === undefined || value === undefined) return false
  if (key !== '__proto__') map[String(key)] = value
  return true
}

function readField(
  reader: BinaryReader,
  wire: WireType,
  field: Field,
  result: JsonObject,
  context: ReadContext,
): boolean {
  const { key, shape, value: type } = field
  if (shape === 'single') {
    const value = readOne(reader, type, context)
    if (value === undefined) return false
    result[key] = value
    return true
  }
  const isFirst = !Object.hasOwn(result, key)
  if (++context.depth > MOST_DEPTH) throw new Error('too deep')
  let fits: boolean
  if (shape === 'list') {
    const list = isFirst ? [] : (result[key] as Json[])
    fits = readElements(reader, wire, type, (result[key] = list), context)
  } else {
    const map = isFirst ? {} : (result[key] as JsonObject)
    fits = readEntry(reader, field, (result[key] = map), context)
  }
  context.depth--
  return fits
}

const fitsWire = ({ shape, value }: Field, wire: WireType): boolean =>
  shape === 'map' ? wire === LEN : wire === value.wire || (shape === 'list' && wire === LEN)

function applyExtras(
  { nulls, empties, exact, unknown }: Extras,
  type: MessageType,
  result: JsonObject,
  context: ReadContext,
): void {
  const known = (number: number): Field | undefined => {
    const field = type.byNumber.get(number)
    return field && !context.refused?.has(field) ? field : undefined
  }
  for (const number of nulls ?? []) {
    const field = known(number)
    if (field) result[field.key] = null
  }
  for (const number of empties ?? []) {
    const field = known(number)
    if (field) result[field.key] = field.shape === 'map' ? {} : []
  }
  for (const [number, value] of Object.entries(exact ?? {})) {
    const field = known(Number(number))
    if (field) result[field.key] = value
  }
  for (const [key, value] of Object.entries(unknown ?? {}))
    if (key !== '__proto__' && !Object.hasOwn(result, key)) result[key] = value
}

/**
 * Reads the message up to `end` as an object with the fields that the bytes have.
 *
 * @param onRefused called for a field whose value does not fit its type. The object is then without the field.
 * @throws Error for bytes that are malformed or nest too deep
 */
export function readMessage(
  reader: BinaryReader,
  end: number,
  type: MessageType,
  context: ReadContext,
  onRefused?: (field: Field) => void,
): JsonObject {
  if (end > reader.len) throw new Error('too short')
  if (++context.depth > MOST_DEPTH) throw new Error('too deep')
  const result: JsonObject = {}
  const extras: Extras = {}
  let unfit: Set<Field> | undefined
  while (reader.pos < end) {
    const [number, wire] = reader.tag()
    const field = type.byNumber.get(number)
    if (!field || context.refused?.has(field)) {
      if (wire !== LEN || !readExtra(reader, number, extras)) reader.skip(wire, number)
      continue
    }
    context.path.push(field.label)
    const isRead = fitsWire(field, wire) && !unfit?.has(field)
    if (!isRead) reader.skip(wire, number)
    if (!isRead || !readField(reader, wire, field, result, context)) {
      if (!unfit?.has(field))
        context.report({
          code: 'VS125',
          store: context.store,
          path: context.path.join('.'),
          reason: `the host’s value is no ${nameOfKind(field.value.kind)}`,
        })
      ;(unfit ??= new Set()).add(field)
    }
    context.path.pop()
  }
  if (reader.pos !== end) throw new Error('bad length')
  for (const field of unfit ?? []) {
    delete result[field.key]
    onRefused?.(field)
  }
  applyExtras(extras, type, result, context)
  context.depth--
  return result
}
