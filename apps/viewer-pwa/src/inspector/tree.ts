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
  return hasParts(key) ? toJson(key) : preview(key)
}

/** Returns the entries of an object, array, map or set, in order. `id` tells them apart. */
export function entriesOf(value: unknown): [id: string, key: string, value: unknown][] {
  if (value instanceof Map)
    return [...value].map(([key, part], index) => [`${index} ${keyText(key)}`, keyText(key), part])
  if (value instanceof Set) return [...value].map((part, index) => [`${index}`, `${index}`, part])
  if (!hasParts(value)) return []
  return Object.entries(value as object).map(([key, part]) => [key, key, part])
}

const count = (length: number, one: string, many: string): string =>
  length === 1 ? `1 ${one}` : `${length} ${many}`

/** Returns one line for a collapsed value. */
export function preview(value: unknown): string {
  switch (kindOf(value)) {
    case 'array':
      return count((value as unknown[]).length, 'item', 'items')
    case 'object':
      return count(Object.keys(value as object).length, 'field', 'fields')
    case 'map':
      return `Map, ${count((value as Map<unknown, unknown>).size, 'entry', 'entries')}`
    case 'set':
      return `Set, ${count((value as Set<unknown>).size, 'item', 'items')}`
    case 'bytes':
      return `${(value as object).constructor.name}, ${count((value as ArrayBuffer).byteLength, 'byte', 'bytes')}`
    case 'date': {
      const date = value as Date
      return Number.isNaN(date.getTime()) ? 'Invalid date' : date.toLocaleString()
    }
    case 'string':
      return `“${value as string}”`
    case 'bigint':
      return `${value as bigint}n`
    default:
      return Object.is(value, -0) ? '-0' : String(value)
  }
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
