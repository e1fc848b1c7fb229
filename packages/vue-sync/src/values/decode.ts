import { isContainer, type Json, type Payload, type RichValues } from '../protocol/index.ts'
import { decodeBytes } from './bytes.ts'
import { MARK, MOST_DIGITS } from './forms.ts'

type JsonObject = { [key: string]: Json }

const NUMBERS: Record<string, number> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
  '-0': -0,
}

const isMarked = (text: string): boolean => text.startsWith(MARK)

function malformed(text: string): Error {
  return new Error(`malformed value ${text.slice(0, 20)}`)
}

function decodeString(text: string): unknown {
  if (!isMarked(text)) return text
  const rest = text.slice(2)
  switch (text[1]) {
    case MARK:
      return text.slice(1)
    case 'u':
      if (!rest) return undefined
      break
    case 'n':
      if (rest.length <= MOST_DIGITS && /^(?:0|-?[1-9]\d*)$/.test(rest)) return BigInt(rest)
      break
    case 'f':
      if (Object.hasOwn(NUMBERS, rest)) return NUMBERS[rest]
      break
    default:
  }
  throw malformed(text)
}

/** Gives the tag of a reserved object; `undefined` for another one. */
function tagOf(value: JsonObject): string | undefined {
  const keys = Object.keys(value)
  const tag = keys.find((key) => isMarked(key) && key[1] !== MARK)
  if (tag !== undefined && keys.length > 1) throw malformed(tag)
  return tag
}

function decodeDate(text: unknown): Date {
  const date = new Date(text === null ? Number.NaN : String(text))
  if (text !== null && (Number.isNaN(date.getTime()) || date.toISOString() !== text))
    throw malformed(String(text))
  return date
}

/** Writes an own property, also one with the name `__proto__`. */
function put(target: object, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(target, key, {
      value,
      configurable: true,
      enumerable: true,
      writable: true,
    })
  else (target as Record<string, unknown>)[key] = value
}

/** What a viewer needs to show values. */
export function createDecoder(): Pick<RichValues, 'decode'> {
  /** The values of containers. One without reserved forms is its own value. */
  const values = new WeakMap<object, unknown>()
  /** Copies of containers inside sets and of keys of maps, which an app may write to. */
  const copies = new WeakMap<object, unknown>()

  function decodeAll(list: unknown, isCopy: boolean): unknown[] {
    if (!Array.isArray(list)) throw malformed('list')
    return list.map((item: Json) => decode(item, isCopy))
  }

  function decodeEntry(pair: unknown): [key: unknown, value: unknown] {
    if (!Array.isArray(pair) || pair.length !== 2) throw malformed('entry')
    return [decode(pair[0] as Json, true), decode(pair[1] as Json, false)]
  }

  function decodeReserved(tag: string, content: Json | undefined): unknown {
    switch (tag) {
      case `${MARK}date`:
        return decodeDate(content)
      case `${MARK}map`:
        if (Array.isArray(content)) return new Map(content.map(decodeEntry))
        break
      case `${MARK}set`:
        return new Set(decodeAll(content, true))
      case `${MARK}bytes`:
        if (Array.isArray(content) && content.length === 2)
          return decodeBytes(...(content as [unknown, unknown]))
        break
      default:
    }
    throw malformed(tag)
  }

  function decodeObject(value: JsonObject, isCopy: boolean): unknown {
    const tag = tagOf(value)
    if (tag !== undefined) return decodeReserved(tag, value[tag])
    const made = {}
    let isSame = !isCopy
    for (const [key, part] of Object.entries(value)) {
      const name = isMarked(key) ? key.slice(1) : key
      const decoded = decode(part, isCopy)
      isSame &&= name === key && decoded === part
      put(made, name, decoded)
    }
    return isSame ? value : made
  }

  function decodeArray(value: Json[], isCopy: boolean): unknown[] {
    const made = decodeAll(value, isCopy)
    return !isCopy && made.every((part, index) => part === value[index]) ? value : made
  }

  function decode(value: Json, isCopy: boolean): unknown {
    if (typeof value === 'string') return decodeString(value)
    if (!isContainer(value)) return value
    const cache = isCopy ? copies : values
    if (cache.has(value)) return cache.get(value)
    const made = Array.isArray(value) ? decodeArray(value, isCopy) : decodeObject(value, isCopy)
    cache.set(value, made)
    return made
  }

  return {
    decode(state) {
      const made: Payload = {}
      // Ids of stores are not encoded.
      for (const [id, fields] of Object.entries(state)) put(made, id, decode(fields, false))
      return made
    },
  }
}
