import type { DescEnum, DescField, DescMessage } from '@bufbuild/protobuf'
import { base64Decode, base64Encode, WireType } from '@bufbuild/protobuf/wire'
import { numberType } from './numbers.ts'
import { readText, writeText } from './text.ts'
import { type Field, KIND, type MessageType, Unfit, type ValueType } from './types.ts'
import { wellKnownType } from './well-known.ts'

const LEN = WireType.LengthDelimited

const text: ValueType = {
  kind: KIND.string,
  wire: LEN,
  write(writer, value, context) {
    if (typeof value !== 'string') throw new Unfit('not a text')
    writeText(writer, value, context)
  },
  read: readText,
}

/** Bytes are base64 in JSON. */
const bytes: ValueType = {
  kind: KIND.bytes,
  wire: LEN,
  write(writer, value, context) {
    if (typeof value !== 'string' || !/^[\w+/-]*={0,2}$/.test(value)) throw new Unfit('not base64')
    let decoded: Uint8Array
    try {
      decoded = base64Decode(value)
    } catch {
      throw new Unfit('not base64')
    }
    if (base64Encode(decoded) !== value) context.inexact = true
    writer.bytes(decoded)
  },
  read: (reader) => base64Encode(reader.bytes()),
}

function enumType({ values, open, typeName }: DescEnum): ValueType {
  const names = new Map<number, string>()
  const numbers = new Map<string, number>()
  for (const { name, number } of values) {
    // With aliases, the first name is the one that arrives.
    if (!names.has(number)) names.set(number, name)
    numbers.set(name, number)
  }
  return {
    kind: KIND.enum,
    wire: WireType.Varint,
    names,
    write(writer, value, context) {
      const number = typeof value === 'string' ? numbers.get(value) : value
      const isKnown =
        Number.isInteger(number) && (names.has(number as number) || (open && number === value))
      if (!isKnown || (number as number) !== ((number as number) | 0))
        throw new Unfit(`not a value of ${typeName}`)
      context.isNumeric ??= typeof value === 'number'
      const arriving = context.isNumeric ? number : (names.get(number as number) ?? number)
      if (arriving !== value) context.inexact = true
      writer.int32(number as number)
    },
    read(reader, context) {
      const number = Number(reader.int64())
      if (number !== (number | 0)) return undefined
      return context.isNumeric ? number : (names.get(number) ?? number)
    },
  }
}

function scalar(kind: number, isText: boolean): ValueType {
  return numberType(kind, isText) ?? (kind === KIND.bytes ? bytes : text)
}

const never = (): never => {
  throw new Error('a message has its own code')
}

/** Gives a function that compiles descriptors. Types that contain each other are compiled once. */
export function createCompiler(): (descriptor: DescMessage) => MessageType {
  const messages = new Map<DescMessage, MessageType>()

  function messageType(descriptor: DescMessage): ValueType {
    const known = wellKnownType(descriptor.typeName, (kind) => scalar(kind, false))
    if (known) return known
    return {
      kind: KIND.message,
      wire: LEN,
      message: compile(descriptor),
      write: never,
      read: never,
    }
  }

  function valueType(field: DescField): ValueType {
    if (field.message) return messageType(field.message)
    if (field.enum) return enumType(field.enum)
    const { scalar: kind } = field
    return scalar(kind!, 'longAsString' in field && field.longAsString)
  }

  function compileField(field: DescField): Field {
    if ('delimitedEncoding' in field && field.delimitedEncoding)
      throw new TypeError(`protobuf(): ${String(field)} is a group. Use a message instead`)
    const isMap = field.fieldKind === 'map'
    const shape = isMap ? 'map' : field.fieldKind === 'list' ? 'list' : 'single'
    return {
      number: field.number,
      key: field.jsonName,
      label: shape === 'single' ? field.jsonName : `${field.jsonName}[]`,
      shape,
      value: valueType(field),
      mapKey: isMap ? scalar(field.mapKey, false) : undefined,
    }
  }

  function compile(descriptor: DescMessage): MessageType {
    const known = messages.get(descriptor)
    if (known) return known
    const fields: Field[] = []
    const byKey = new Map<string, Field>()
    const byNumber = new Map<number, Field>()
    const type: MessageType = { name: descriptor.typeName, fields, byKey, byNumber }
    messages.set(descriptor, type)
    for (const each of descriptor.fields) {
      const field = compileField(each)
      // Assigning this key would replace a prototype.
      if (field.key === '__proto__') continue
      fields.push(field)
      byKey.set(field.key, field)
      byNumber.set(field.number, field)
    }
    return type
  }
  return compile
}
