import type { Formats } from '../../texts/formats.ts'
import type { Texts } from '../../texts/language.ts'
import { hasParts, kindOf, plainText } from './values.ts'

/** A preview is cut off at this many characters. A phone shows about 40, a desktop more. */
const MOST = 120
/** A string inside of a preview is cut off at this many characters. */
const MOST_OF_STRING = 24
/** A string in a row is cut off at this many characters. The sheet of the value shows all of it. */
const MOST_OF_LEAF = 200

const cut = (text: string, most: number): string =>
  // Cutting by code points would read the whole text. Instead, half of a surrogate pair is removed.
  text.length > most ? `${text.slice(0, most).replace(/[\uD800-\uDBFF]$/, '')}…` : text

/** A field name as in source code: quoted only where JavaScript needs quotes. */
const nameText = (name: string): string =>
  /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(name) ? name : JSON.stringify(cut(name, MOST_OF_STRING))

/** The name of a part for people. An empty name is quoted, because it would be invisible. */
export const labelOf = (name: string): string => name || '""'

/** Joins as many parts as fit, then adds an ellipsis. */
function join(open: string, parts: Iterable<string>, close: string, size: number): string {
  let text = open
  let count = 0
  for (const part of parts) {
    if (text.length + part.length > MOST) break
    text += count++ === 0 ? part : `, ${part}`
  }
  if (count < size) text += count === 0 ? '…' : ', …'
  return text + close
}

function* lazily<T>(values: Iterable<T>, map: (value: T) => string): Generator<string> {
  for (const value of values) yield map(value)
}

/** The names and sizes of what is inside of a preview. */
function inner(value: unknown): string {
  switch (kindOf(value)) {
    case 'string':
      return JSON.stringify(cut(value as string, MOST_OF_STRING))
    case 'array':
      return (value as unknown[]).length === 0 ? '[]' : '[…]'
    case 'map':
      return 'Map'
    case 'set':
      return 'Set'
    case 'bytes':
      return (value as object).constructor.name
    case 'object':
      return Object.keys(value as object).length === 0 ? '{}' : '{…}'
    default:
      return plainText(value)
  }
}

function make(value: object): string {
  if (Array.isArray(value)) return join('[', lazily(value, inner), ']', value.length)
  if (value instanceof Map)
    return join(
      `${value.constructor.name} {`,
      lazily(value, ([key, part]) => `${inner(key)} => ${inner(part)}`),
      '}',
      value.size,
    )
  if (value instanceof Set)
    return join(`${value.constructor.name} {`, lazily(value, inner), '}', value.size)
  const keys = Object.keys(value)
  if (keys.length === 0) return '{}'
  const fields = value as Record<string, unknown>
  return join(
    '{ ',
    lazily(keys, (key) => `${nameText(key)}: ${inner(fields[key])}`),
    ' }',
    keys.length,
  )
}

// Values are immutable, so the preview of a value never changes.
const made = new WeakMap<object, string>()

/** Returns `{ id: 7, name: "Ada", … }`, `[1, 2, …]`, `Map {"a" => 1}` or `Set {1, 2}`. */
export function previewOf(value: object): string {
  let text = made.get(value)
  if (text === undefined) made.set(value, (text = make(value)))
  return text
}

/** Returns the text of a row: the preview of a value with parts, or the value. */
export function rowText(value: unknown, t: Texts['inspector'], formats: Formats): string {
  if (hasParts(value)) return previewOf(value)
  switch (kindOf(value)) {
    case 'bytes':
      return t.bytes((value as object).constructor.name, (value as ArrayBuffer).byteLength)
    case 'date': {
      const time = (value as Date).getTime()
      return Number.isNaN(time) ? t.invalidDate : formats.dateTime(time)
    }
    case 'string':
      return `“${cut(value as string, MOST_OF_LEAF)}”`
    default:
      return plainText(value)
  }
}

/** Returns "5,000 items" or "3 fields", for values with parts. */
export function countText(value: object, t: Texts['inspector']): string {
  if (Array.isArray(value)) return t.items(value.length)
  if (value instanceof Map) return t.entriesOfMap(value.size)
  if (value instanceof Set) return t.itemsOfSet(value.size)
  return t.fields(Object.keys(value).length)
}
