import { type BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { isRecord, type Json } from '../../protocol/index.ts'
import { type Extras, writeExtras } from './extras.ts'
import { isWellFormed } from './schema/text.ts'
import {
  type Field,
  KIND,
  type MessageType,
  Unfit,
  type ValueType,
  type WriteContext,
} from './schema/types.ts'

const LEN = WireType.LengthDelimited
type JsonObject = { [key: string]: Json }

function writeOne(
  writer: BinaryWriter,
  number: number,
  type: ValueType,
  value: Json,
  context: WriteContext,
): void {
  writer.tag(number, type.wire)
  if (!type.message) return type.write(writer, value, context)
  if (!isRecord(value)) throw new Unfit('not an object')
  writer.fork()
  writeMessage(writer, type.message, value as JsonObject, context)
  writer.join()
}

/** Whether a list or a map can be written as the schema says. Otherwise it is carried as JSON. */
export function isTyped({ shape, value: type }: Field, value: Json[] | JsonObject): boolean {
  const hasNull = type.kind !== KIND.value && Object.values(value).includes(null)
  return !hasNull && (shape === 'list' || Object.keys(value).every(isWellFormed))
}

function writeList(
  writer: BinaryWriter,
  { number, value: type }: Field,
  list: readonly Json[],
  context: WriteContext,
): void {
  if (type.wire === LEN) {
    for (const item of list) writeOne(writer, number, type, item, context)
    return
  }
  writer.tag(number, LEN).fork()
  for (const item of list) type.write(writer, item, context)
  writer.join()
}

function keyOf({ kind }: ValueType, key: string): Json {
  if (kind === KIND.string) return key
  if (kind === KIND.bool) return key === 'true' ? true : key === 'false' ? false : key
  // Big integers are text in the state and as keys.
  const number = Number(key)
  return Number.isSafeInteger(number) && String(number) === key ? number : key
}

function writeMap(
  writer: BinaryWriter,
  { number, value: type, mapKey }: Field,
  map: JsonObject,
  context: WriteContext,
): void {
  for (const [key, value] of Object.entries(map)) {
    if (key === '__proto__') continue
    const { inexact } = context
    context.inexact = false
    writer.tag(number, LEN).fork()
    mapKey!.write(writer.tag(1, mapKey!.wire), keyOf(mapKey!, key), context)
    if (context.inexact) throw new Unfit(`the key ${key} is not written as usual`)
    context.inexact = inexact
    writeOne(writer, 2, type, value, context)
    writer.join()
  }
}

function writeField(
  writer: BinaryWriter,
  field: Field,
  value: Json,
  context: WriteContext,
  extras: Extras,
): void {
  context.inexact = false
  const { number, shape, value: type } = field
  if (value === null && !(shape === 'single' && type.kind === KIND.value)) {
    ;(extras.nulls ??= []).push(number)
  } else if (shape === 'single') writeOne(writer, number, type, value, context)
  else {
    if (shape === 'list' ? !Array.isArray(value) : !isRecord(value))
      throw new Unfit(shape === 'list' ? 'not a list' : 'not an object')
    const container = value as Json[] | JsonObject
    context.key = field.label
    if (Object.keys(container).length === 0) (extras.empties ??= []).push(number)
    else if (!isTyped(field, container)) context.inexact = true
    else if (shape === 'list') writeList(writer, field, container as Json[], context)
    else writeMap(writer, field, container as JsonObject, context)
  }
  if (context.inexact) (extras.exact ??= {})[number] = value
}

function reportUnknown(type: MessageType, key: string, context: WriteContext): void {
  const known = context.reported.get(type)
  if (known?.has(key)) return
  context.reported.set(type, (known ?? new Set()).add(key))
  context.report({
    code: 'VS217',
    store: context.store,
    path: [...context.path.slice(1), key].join('.'),
    reason: `${type.name} has no field with this name, so it is carried as JSON`,
  })
}

/**
 * Writes an object as the fields of a message. What the message cannot say goes into its extras, so that
 * the very same object arrives.
 *
 * @throws Unfit for a value of another type. `path` and `key` of the context then lead to it.
 */
export function writeMessage(
  writer: BinaryWriter,
  type: MessageType,
  object: JsonObject,
  context: WriteContext,
): void {
  const extras: Extras = {}
  const { key: outer } = context
  context.path.push(outer)
  for (const key of Object.keys(object)) {
    const value = object[key]
    if (value === undefined || key === '__proto__') continue
    const field = type.byKey.get(key)
    context.key = key
    if (field) writeField(writer, field, value, context, extras)
    else {
      ;(extras.unknown ??= {})[key] = value
      reportUnknown(type, key, context)
    }
  }
  writeExtras(writer, extras)
  context.path.pop()
  context.key = outer
  // The extras carry what is inexact inside this message, so the field around it is exact.
  context.inexact = false
}
