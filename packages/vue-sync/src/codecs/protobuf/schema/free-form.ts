import { type BinaryReader, type BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { isRecord, type Json, MOST_DEPTH } from '../../../protocol/index.ts'
import { readFields } from './read-fields.ts'
import { readText, writeText } from './text.ts'
import { KIND, type ReadContext, Unfit, type ValueType, type WriteContext } from './types.ts'

const LEN = WireType.LengthDelimited

/** Writes the fields of a `google.protobuf.Value`. */
function writeAny(writer: BinaryWriter, value: Json, context: WriteContext): void {
  if (value === null) writer.tag(1, WireType.Varint).int32(0)
  else if (typeof value === 'number') writer.tag(2, WireType.Bit64).double(value)
  else if (typeof value === 'string') writeText(writer.tag(3, LEN), value, context)
  else if (typeof value === 'boolean') writer.tag(4, WireType.Varint).bool(value)
  else if (Array.isArray(value)) listValue.write(writer.tag(6, LEN), value, context)
  else struct.write(writer.tag(5, LEN), value, context)
}

function readAny(reader: BinaryReader, context: ReadContext): Json | undefined {
  let value: Json | undefined
  readFields(reader, (number, wire) => {
    const read = READ_ANY[number]
    if (!read || read[0] !== wire) return false
    value = read[1](reader, context)
    return true
  })
  return value
}

function enter(context: ReadContext): void {
  if (++context.depth > MOST_DEPTH) throw new Error('too deep')
}

export const anyValue: ValueType = {
  kind: KIND.value,
  wire: LEN,
  write(writer, value, context) {
    writeAny(writer.fork(), value, context)
    writer.join()
  },
  read: readAny,
}

export const listValue: ValueType = {
  kind: KIND.listValue,
  wire: LEN,
  write(writer, value, context) {
    if (!Array.isArray(value)) throw new Unfit('not a list')
    writer.fork()
    for (const item of value) anyValue.write(writer.tag(1, LEN), item, context)
    writer.join()
  },
  read(reader, context) {
    const list: Json[] = []
    enter(context)
    readFields(reader, (number, wire) => {
      if (number !== 1 || wire !== LEN) return false
      list.push(readAny(reader, context) ?? null)
      return true
    })
    context.depth--
    return list
  },
}

export const struct: ValueType = {
  kind: KIND.struct,
  wire: LEN,
  write(writer, value, context) {
    if (!isRecord(value)) throw new Unfit('not an object')
    writer.fork()
    for (const [key, item] of Object.entries(value)) {
      if (key === '__proto__') continue
      writeText(writer.tag(1, LEN).fork().tag(1, LEN), key, context)
      anyValue.write(writer.tag(2, LEN), item as Json, context)
      writer.join()
    }
    writer.join()
  },
  read(reader, context) {
    const object: { [key: string]: Json } = {}
    enter(context)
    readFields(reader, (number, wire) => {
      if (number !== 1 || wire !== LEN) return false
      let key: string | undefined = ''
      let value: Json | undefined
      readFields(reader, (part, partWire) => {
        if (partWire !== LEN) return false
        if (part === 1) key = readText(reader)
        else if (part === 2) value = readAny(reader, context)
        else return false
        return true
      })
      if (key !== undefined && key !== '__proto__') object[key] = value ?? null
      return true
    })
    context.depth--
    return object
  },
}

const READ_ANY: Record<number, [WireType, ValueType['read']]> = {
  1: [WireType.Varint, (reader) => (reader.int32(), null)],
  2: [
    WireType.Bit64,
    (reader) => {
      const number = reader.double()
      if (!Number.isFinite(number)) throw new Error('no JSON number')
      return number
    },
  ],
  3: [LEN, readText],
  4: [WireType.Varint, (reader) => reader.bool()],
  5: [LEN, (reader, context) => struct.read(reader, context)],
  6: [LEN, (reader, context) => listValue.read(reader, context)],
}
