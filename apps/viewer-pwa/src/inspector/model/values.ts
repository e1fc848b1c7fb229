/** The kinds of values that the inspector shows, also those that only rich values have. */
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
  if (typeof value !== 'object') return typeof value as Kind
  if (Array.isArray(value)) return 'array'
  if (value instanceof Map) return 'map'
  if (value instanceof Set) return 'set'
  if (value instanceof Date) return 'date'
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return 'bytes'
  return 'object'
}

/** Whether a value is an object, array, map or set. */
export function hasParts(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  return !(value instanceof Date) && !(value instanceof ArrayBuffer) && !ArrayBuffer.isView(value)
}

/** How many parts a value has: 0 for values that cannot be opened. */
export function sizeOf(value: unknown): number {
  if (!hasParts(value)) return 0
  if (Array.isArray(value)) return value.length
  if (value instanceof Map || value instanceof Set) return value.size
  return Object.keys(value).length
}

/** A value without parts, as in source code, but strings have no quotes. For bytes, the name of their type. */
export function plainText(value: unknown): string {
  if (typeof value === 'bigint') return `${value}n`
  if (kindOf(value) === 'bytes') return (value as object).constructor.name
  if (value instanceof Date)
    return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString()
  return Object.is(value, -0) ? '-0' : String(value)
}

/** The bytes of an `ArrayBuffer` or of a view of one. */
export function bytesOf(value: object): Uint8Array {
  return ArrayBuffer.isView(value)
    ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
    : new Uint8Array(value as ArrayBuffer)
}

/** For `JSON.stringify`. */
function replacer(_: string, part: unknown): unknown {
  if (part instanceof Map || part instanceof Set) return [...part]
  if (ArrayBuffer.isView(part) || part instanceof ArrayBuffer) return [...bytesOf(part)]
  return typeof part === 'bigint' ? String(part) : part
}

const MOST_OF_SHORT = 200

/** A value without parts as JSON of at most 200 characters. For bytes, which may be millions, the name of their type. */
export function shortJson(value: unknown): string {
  if (kindOf(value) === 'bytes') return (value as object).constructor.name
  // Escapes make a text longer and never shorter.
  const json = toJson(typeof value === 'string' ? value.slice(0, MOST_OF_SHORT) : value)
  return json.slice(0, MOST_OF_SHORT)
}

/**
 * The JSON of a value with indentation, of which the first `most` characters are right. Takes as long as those
 * characters need and not as long as the value is; what follows them is left out.
 */
export function shownJson(value: unknown, most: number): string {
  /** How many characters are missing. Each part needs at least those that are subtracted for it. */
  let left = most

  function begin(part: unknown): unknown {
    left--
    // Escapes make a text longer and never shorter.
    if (typeof part === 'string') {
      const text = part.slice(0, Math.max(left, 1))
      left -= text.length
      return text
    }
    if (kindOf(part) === 'bytes')
      return list(bytesOf(part as object).subarray(0, Math.max(left, 1)))
    if (!hasParts(part)) return part
    if (Symbol.iterator in part) return list(part as Iterable<unknown>)
    const fields: [string, unknown][] = []
    for (const name of Object.keys(part)) {
      if (left <= 0) break
      const field = (part as Record<string, unknown>)[name]
      // JSON leaves such fields out.
      if (field === undefined) continue
      left -= name.length
      fields.push([name, begin(field)])
    }
    return Object.fromEntries(fields)
  }
  function list(items: Iterable<unknown>): unknown[] {
    const found: unknown[] = []
    for (const item of items) {
      if (left <= 0) break
      found.push(begin(item))
    }
    return found
  }
  return toJson(begin(value), 2)
}

/** The text that "Copy" puts into the clipboard: JSON for containers and bytes, all other values as they are. */
export function textToCopy(value: unknown): string {
  return hasParts(value) || kindOf(value) === 'bytes' ? toJson(value, 2) : plainText(value)
}

/** The value as JSON: maps as lists of entries, sets as lists, big integers as text, bytes as numbers. */
export function toJson(value: unknown, space?: number): string {
  return JSON.stringify(value, replacer, space) ?? String(value)
}
