import type { Formats } from '../texts/formats.ts'
import type { Texts } from '../texts/language.ts'

/** The kinds of values that the tree shows, also those that only rich values have. */
export type Kind =
  | 'object'
  | 'array'
  | 'map'
  | 'set'
  | 'string'
  | 'number'
  | 'boolean'
  | 'null'
  | 'undefined'
  | 'bigint'
  | 'date'
  | 'bytes'

export function kindOf(value: unknown): Kind {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (value instanceof Map) return 'map'
  if (value instanceof Set) return 'set'
  if (value instanceof Date) return 'date'
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return 'bytes'
  return typeof value as Kind
}

/** Whether a value has parts that the tree can open. */
export function hasParts(value: unknown): boolean {
  return ['object', 'array', 'map', 'set'].includes(kindOf(value))
}

/** A key of a map on one line. */
function keyText(key: unknown): string {
  if (typeof key === 'string') return key
  return hasParts(key) || kindOf(key) === 'bytes' ? toJson(key) : plainText(key)
}

/** Returns the entries of an object, array, map or set, in order. `id` tells them apart. */
export function entriesOf(value: unknown): [id: string, key: string, value: unknown][] {
  if (value instanceof Map)
    return [...value].map(([key, part], index) => [`${index} ${keyText(key)}`, keyText(key), part])
  if (value instanceof Set) return [...value].map((part, index) => [`${index}`, `${index}`, part])
  if (!hasParts(value)) return []
  return Object.entries(value as object).map(([key, part]) => [key, key, part])
}

/** Returns one line for a collapsed value. */
export function preview(value: unknown, t: Texts['inspector'], formats: Formats): string {
  switch (kindOf(value)) {
    case 'array':
      return t.items((value as unknown[]).length)
    case 'object':
      return t.fields(Object.keys(value as object).length)
    case 'map':
      return t.entriesOfMap((value as Map<unknown, unknown>).size)
    case 'set':
      return t.itemsOfSet((value as Set<unknown>).size)
    case 'bytes':
      return t.bytes((value as object).constructor.name, (value as ArrayBuffer).byteLength)
    case 'date': {
      const time = (value as Date).getTime()
      return Number.isNaN(time) ? t.invalidDate : formats.dateTime(time)
    }
    case 'string':
      return `“${value as string}”`
    default:
      return plainText(value)
  }
}

/** A value without parts, as a developer writes it. */
function plainText(value: unknown): string {
  if (typeof value === 'bigint') return `${value}n`
  if (value instanceof Date)
    return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString()
  return Object.is(value, -0) ? '-0' : String(value)
}

/** For `JSON.stringify`. */
function replacer(_: string, part: unknown): unknown {
  if (part instanceof Map || part instanceof Set) return [...part]
  if (ArrayBuffer.isView(part))
    return [...new Uint8Array(part.buffer, part.byteOffset, part.byteLength)]
  if (part instanceof ArrayBuffer) return [...new Uint8Array(part)]
  return typeof part === 'bigint' ? String(part) : part
}

/** The value as JSON, for the clipboard: maps as lists of entries, sets as lists, the rest as text. */
export function toJson(value: unknown, space?: number): string {
  return JSON.stringify(value, replacer, space) ?? String(value)
}
