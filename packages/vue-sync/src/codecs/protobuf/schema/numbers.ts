import { type BinaryReader, type BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import type { Json } from '../../../protocol/index.ts'
import { KIND, Unfit, type ValueType } from './types.ts'

const INT32 = [-0x80000000, 0x7fffffff] as const
const UINT32 = [0, 0xffffffff] as const
type Range = readonly [least: number, most: number]
type BigRange = readonly [least: bigint, most: bigint]
type Write<T> = (writer: BinaryWriter, value: T) => unknown
type Read<T> = (reader: BinaryReader) => T

/** The shortest decimal that rounds to the same 32 bits, which is what people wrote. */
export function roundFloat(value: number): number {
  const float = Math.fround(value)
  if (Number.isInteger(float) && Math.abs(float) < 0x1000000) return float
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(float.toPrecision(digits))
    if (Math.fround(short) === float) return short
  }
  return Number(float.toPrecision(9))
}

/** @throws Unfit for a value that is not an integer of the range */
function checkInteger(value: Json, [least, most]: Range): number {
  if (!Number.isInteger(value) || (value as number) < least || (value as number) > most)
    throw new Unfit(`not an integer from ${least} to ${most}`)
  return value as number
}

function checkNumber(value: Json): number {
  if (typeof value !== 'number') throw new Unfit('not a number')
  return value
}

/** Reads 32 bits, which another version of the schema may have written as 64. */
function within(value: bigint | string | number, [least, most]: Range): number | undefined {
  const number = Number(value)
  return number >= least && number <= most ? number : undefined
}

/** An integer of 32 bits that is written by `write` and read as one of 64 bits. */
function integer32(
  kind: number,
  range: Range,
  write: Write<number>,
  read: Read<bigint | string | number>,
): ValueType {
  return {
    kind,
    wire: kind === KIND.fixed32 || kind === KIND.sfixed32 ? WireType.Bit32 : WireType.Varint,
    write: (writer, value) => void write(writer, checkInteger(value, range)),
    read: (reader) => within(read(reader), range),
  }
}

const I64 = [-(2n ** 63n), 2n ** 63n - 1n] as const
const U64 = [0n, 2n ** 64n - 1n] as const

/** A 64-bit integer: a number if that is exact, otherwise decimal text. */
function integer64(
  kind: number,
  [least, most]: BigRange,
  write: Write<bigint | number>,
  read: Read<bigint | string>,
  isText: boolean,
): ValueType {
  const arriving = (value: bigint | string): string | number => {
    const number = Number(value)
    return isText || !Number.isSafeInteger(number) ? String(value) : number
  }
  return {
    kind,
    isText,
    wire: kind === KIND.fixed64 || kind === KIND.sfixed64 ? WireType.Bit64 : WireType.Varint,
    write(writer, value, context) {
      const isInteger =
        typeof value === 'string' ? /^-?\d{1,20}$/.test(value) : Number.isSafeInteger(value)
      const integer = isInteger ? BigInt(value as string | number) : undefined
      if (integer === undefined || integer < least || integer > most)
        throw new Unfit(
          `not an integer from ${least} to ${most}, as a safe number or as decimal text`,
        )
      if (arriving(integer) !== value) context.inexact = true
      write(writer, integer)
    },
    read: (reader) => arriving(read(reader)),
  }
}

const bool: ValueType = {
  kind: KIND.bool,
  wire: WireType.Varint,
  write(writer, value) {
    if (typeof value !== 'boolean') throw new Unfit('not true or false')
    writer.bool(value)
  },
  read: (reader) => reader.bool(),
}

const finite = (value: number): number => {
  // JSON has no other numbers, so they cannot come from a host.
  if (!Number.isFinite(value)) throw new Error('no JSON number')
  return value
}

const double: ValueType = {
  kind: KIND.double,
  wire: WireType.Bit64,
  write: (writer, value) => void writer.double(checkNumber(value)),
  read: (reader) => finite(reader.double()),
}

const float: ValueType = {
  kind: KIND.float,
  wire: WireType.Bit32,
  write(writer, value) {
    const number = checkNumber(value)
    if (!Number.isFinite(Math.fround(number))) throw new Unfit('too large for a float')
    writer.float(number)
  },
  read: (reader) => roundFloat(finite(reader.float())),
}

/** A varint of 32 bits takes the same bytes as one of 64, so the short form of both is written fast. */
function writeSmall(write: Write<bigint>) {
  return (writer: BinaryWriter, value: bigint | number): void => {
    if (value >= 0 && value <= UINT32[1]) writer.uint32(Number(value))
    else write(writer, BigInt(value))
  }
}

const INTEGERS_32 = new Map<number, [Range, Write<number>, Read<bigint | string | number>]>([
  [KIND.int32, [INT32, (w, v) => w.int32(v), (r) => r.int64()]],
  [KIND.sint32, [INT32, (w, v) => w.sint32(v), (r) => r.sint64()]],
  [KIND.uint32, [UINT32, (w, v) => w.uint32(v), (r) => r.uint64()]],
  [KIND.fixed32, [UINT32, (w, v) => w.fixed32(v), (r) => r.fixed32()]],
  [KIND.sfixed32, [INT32, (w, v) => w.sfixed32(v), (r) => r.sfixed32()]],
])

const INTEGERS_64 = new Map<number, [BigRange, Write<bigint | number>, Read<bigint | string>]>([
  [KIND.int64, [I64, writeSmall((w, v) => w.int64(v)), (r) => r.int64()]],
  [KIND.uint64, [U64, writeSmall((w, v) => w.uint64(v)), (r) => r.uint64()]],
  [KIND.sint64, [I64, (w, v) => w.sint64(v), (r) => r.sint64()]],
  [KIND.fixed64, [U64, (w, v) => w.fixed64(v), (r) => r.fixed64()]],
  [KIND.sfixed64, [I64, (w, v) => w.sfixed64(v), (r) => r.sfixed64()]],
])

/** Gives the type for a number or a boolean of the schema; `undefined` for other types. */
export function numberType(kind: number, isText: boolean): ValueType | undefined {
  const small = INTEGERS_32.get(kind)
  if (small) return integer32(kind, ...small)
  const large = INTEGERS_64.get(kind)
  if (large) return integer64(kind, ...large, isText)
  return [double, float, bool].find((type) => type.kind === kind)
}
