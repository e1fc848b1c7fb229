import { type BinaryReader, type BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { readFields } from './read-fields.ts'
import { KIND, Unfit, type ValueType } from './types.ts'

const LEN = WireType.LengthDelimited

/** Reads `seconds` and `nanos` of a Timestamp or a Duration. */
function readTime(reader: BinaryReader): [seconds: number, nanos: number] {
  let seconds = 0
  let nanos = 0
  readFields(reader, (number, wire) => {
    if (wire !== WireType.Varint) return false
    if (number === 1) seconds = Number(reader.int64())
    else if (number === 2) nanos = reader.int32()
    else return false
    return true
  })
  return [seconds, nanos]
}

function writeTime(writer: BinaryWriter, seconds: number, nanos: number): void {
  writer.fork().tag(1, WireType.Varint).int64(seconds)
  if (nanos) writer.tag(2, WireType.Varint).int32(nanos)
  writer.join()
}

/** Nanoseconds as the digits after a point: 3, 6 or 9 of them. */
function fraction(nanos: number): string {
  const digits = String(nanos).padStart(9, '0')
  return digits.endsWith('000000') ? digits.slice(0, 3) : digits.replace(/000$/, '')
}

const MOST_SECONDS = 253_402_300_799
const LEAST_SECONDS = -62_135_596_800

function formatTimestamp(seconds: number, nanos: number): string | undefined {
  if (!(seconds >= LEAST_SECONDS && seconds <= MOST_SECONDS && nanos >= 0 && nanos < 1e9))
    return undefined
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}.${fraction(nanos)}Z`
}

export const timestamp: ValueType = {
  kind: KIND.timestamp,
  wire: LEN,
  write(writer, value, context) {
    const [, date, digits, zone] =
      /^(\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?([Zz]|[+-]\d\d:\d\d)$/.exec(
        typeof value === 'string' ? value : '',
      ) ?? []
    const seconds = Date.parse(`${date}${zone}`) / 1000
    const nanos = Number((digits ?? '').padEnd(9, '0'))
    const arriving = formatTimestamp(seconds, nanos)
    if (arriving === undefined) throw new Unfit('not a date such as 2026-11-26T03:19:11.000Z')
    if (arriving !== value) context.inexact = true
    writeTime(writer, seconds, nanos)
  },
  read: (reader) => formatTimestamp(...readTime(reader)),
}

const MOST_DURATION = 315_576_000_000

function formatDuration(seconds: number, nanos: number): string | undefined {
  const isValid =
    Math.abs(seconds) <= MOST_DURATION &&
    Math.abs(nanos) < 1e9 &&
    (seconds === 0 || nanos === 0 || seconds > 0 === nanos > 0)
  if (!isValid) return undefined
  const sign = seconds < 0 || nanos < 0 ? '-' : ''
  const digits = nanos === 0 ? '' : `.${fraction(Math.abs(nanos))}`
  return `${sign}${Math.abs(seconds)}${digits}s`
}

export const duration: ValueType = {
  kind: KIND.duration,
  wire: LEN,
  write(writer, value, context) {
    const [, sign, whole, digits] =
      /^(-?)(\d{1,12})(?:\.(\d{1,9}))?s$/.exec(typeof value === 'string' ? value : '') ?? []
    const factor = sign ? -1 : 1
    const seconds = factor * Number(whole)
    const nanos = factor * Number((digits ?? '').padEnd(9, '0'))
    const arriving = formatDuration(seconds, nanos)
    if (whole === undefined || arriving === undefined)
      throw new Unfit('not a duration such as "1.500s"')
    if (arriving !== value) context.inexact = true
    writeTime(writer, seconds, nanos)
  },
  read: (reader) => formatDuration(...readTime(reader)),
}
