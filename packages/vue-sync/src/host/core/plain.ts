import { type Json, MOST_DEPTH, type RichValues, safeKeys } from '../../protocol/index.ts'

/** The path of a value in a store. A linked list, so that it costs nothing until it is formatted. */
export interface Path {
  up?: Path
  key: string | number
  /** The levels of JSON between this value and `up`. @default 1 */
  levels?: number
}

/** The path inside the store, such as `rows[].due`; empty for the store itself. Leaves array indexes out. */
export function innerPath({ up, key }: Path): string {
  if (!up) return ''
  const outer = innerPath(up)
  if (typeof key === 'number') return `${outer}[]`
  return outer ? `${outer}.${key}` : key
}

export function formatPath(path: Path): string {
  const inner = innerPath(path)
  let root = path
  while (root.up) root = root.up
  return `store "${root.key}"${inner && `, ${inner}`}`
}

/** Why a value is not sent as it is, besides its type. */
export const UNSENDABLE = {
  cycle: 'contains itself',
  nesting: 'nests too deep',
  reserved: 'has a reserved name',
  thrown: 'threw an error when it was read',
} as const

/**
 * Called for a value that is not sent as it is.
 *
 * @param kind names the value's type, or is a key of `UNSENDABLE`
 * @param isLost it is left out; otherwise it is sent in another form
 */
export type OnUnplain = (kind: string, path: Path, isLost: boolean, error?: unknown) => void

/** Stands for a value without a JSON form: it is left out of an object and is `null` in an array. */
export const NOTHING = Symbol('nothing')

/** Stands for an object or array, whose parts must be read one by one. */
export const CONTAINER = Symbol('container')

/**
 * Gives the JSON form of a value without parts; `CONTAINER` for an object or array whose parts are sent. May throw
 * what the value's own code throws.
 */
export type ReadLeaf = (
  value: unknown,
  path: Path,
  onUnplain: OnUnplain,
) => Json | typeof NOTHING | typeof CONTAINER

/** How values become JSON. */
export interface ValueForm {
  readLeaf: ReadLeaf
  /** Gives the text that is sent for a string or a key. */
  text: (text: string) => string
  /** Carries values that JSON does not have. @default they are not carried */
  values?: RichValues
}

/**
 * Replaces each lone surrogate by U+FFFD, because UTF-8 cannot carry it. The host compares and hashes the text that
 * viewers receive.
 */
const wellFormed = (text: string): string => text.replace(/[\ud800-\udfff]/gu, '\ufffd')

/** @param isUtf8 the codec carries text as UTF-8 */
export function valueForm(isUtf8 = false, values?: RichValues): ValueForm {
  if (!isUtf8 && !values) return JSON_FORM
  const form: ValueForm = {
    readLeaf(value, path, onUnplain) {
      if (typeof value === 'string') return form.text(value)
      const special = values?.leaf(value)
      if (special !== undefined) return special
      return values?.isCollection(value) ? CONTAINER : leaf(value, path, onUnplain, form)
    },
    text(text) {
      const sent = isUtf8 ? wellFormed(text) : text
      return values ? values.text(sent) : sent
    },
    ...(values && { values }),
  }
  return form
}

/** The most levels of a field's value. Around it are the message, its payload and the store. */
export const MOST_LEVELS = MOST_DEPTH - 3

/** The levels of JSON between a map or set and its parts. */
export const COLLECTION_LEVELS = 3

/** The level of a value: 0 for a store, 1 for a field. */
function levelOf({ up }: Path): number {
  let level = 0
  for (; up; up = up.up) level += up.levels ?? 1
  return level
}

/** The keys of an object that are sent. Assigning `__proto__` would replace the prototype of the copy. */
export function sentKeys(value: object, path: Path, onUnplain: OnUnplain): string[] {
  const keys = Object.keys(value)
  if (!keys.includes('__proto__')) return keys
  onUnplain('reserved', { up: path, key: '__proto__' }, true)
  return safeKeys(value)
}

function hasToJson(value: unknown): value is { toJSON: (key: string) => unknown } {
  return typeof (value as { toJSON?: unknown } | null | undefined)?.toJSON === 'function'
}

/** As `JSON.stringify`. A Map, a Set and other objects that keep their data inside would be `{}`: they are left out. */
export function leaf(
  value: unknown,
  path: Path,
  onUnplain: OnUnplain,
  form = JSON_FORM,
): ReturnType<ReadLeaf> {
  const type = typeof value
  if ((type === 'object' || type === 'bigint') && hasToJson(value)) {
    onUnplain(nameOf(value), path, false)
    const given = value.toJSON(String(path.key))
    // `toJSON` is called once.
    return hasToJson(given) && typeof given === 'object'
      ? copyParts(given, path, onUnplain, { form })
      : toPlain(given, path, onUnplain, { form })
  }
  switch (type) {
    case 'string':
    case 'boolean':
      return value as string | boolean
    case 'number':
      // Zero has no sign in JSON.
      if (Number.isFinite(value)) return value === 0 ? 0 : (value as number)
      onUnplain(String(value), path, false)
      return null
    case 'undefined':
      if (typeof path.key === 'number') onUnplain(type, path, false)
      return NOTHING
    case 'object':
      break
    default:
      // A key that could not be read has been reported.
      if (value !== NOTHING) onUnplain(type, path, true)
      return NOTHING
  }
  if (value === null) return null
  const kind = Object.prototype.toString.call(value).slice(8, -1)
  if (kind === 'Array') return CONTAINER
  if (kind === 'Object') {
    if (process.env.NODE_ENV !== 'production' && !isPlainObject(value as object))
      onUnplain(nameOf(value), path, false)
    return CONTAINER
  }
  if (/^(?:Number|String|Boolean)$/.test(kind))
    return form.readLeaf((value as object).valueOf(), path, onUnplain)
  onUnplain(kind, path, true)
  return NOTHING
}

/** As `JSON.stringify` does it. */
const JSON_FORM: ValueForm = { readLeaf: leaf, text: (text) => text }

/** The prototype of an object of another frame is not this frame's. */
function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

function nameOf(value: unknown): string {
  const { constructor } = Object(value) as { constructor?: { name?: unknown } }
  return String(constructor?.name || 'object')
}

/** Reads a key of an object. What cannot be read is `NOTHING`. */
export function readKey(from: object, path: Path, onUnplain: OnUnplain): unknown {
  const key = path.key as keyof object
  try {
    // Vue gives a function of its own for this key of a reactive object. Asking for the key tracks it.
    if ((key as string) === 'hasOwnProperty' && key in from)
      return Object.getOwnPropertyDescriptor(from, key)!.value
    return from[key]
  } catch (error) {
    onUnplain('thrown', path, true, error)
    return NOTHING
  }
}

/** As in Vue. Only its mark tells a ref, because nothing in this folder imports Vue. */
function unref(value: unknown): unknown {
  const ref = value as { __v_isRef?: unknown; value?: unknown } | null | undefined
  // oxlint-disable-next-line no-underscore-dangle -- Vue's own name
  return typeof value === 'object' && ref?.__v_isRef === true ? ref.value : value
}

/** How `toPlain` reads. */
export interface PlainOptions {
  /** @default as `JSON.stringify` */
  form?: ValueForm
  /** Gives what to read instead of a value, e.g. its reactive form. @default `unref` */
  view?: (value: unknown) => unknown
  /** The containers around the value. @default none */
  open?: Set<unknown>
}

/** Copies a value as JSON, without sharing. Leaves out what cannot be read, and nothing else. */
export function toPlain(
  value: unknown,
  path: Path,
  onUnplain: OnUnplain,
  options: PlainOptions = {},
): Json | typeof NOTHING {
  const { form = JSON_FORM, view = unref } = options
  try {
    const seen = view(value)
    const plain = form.readLeaf(seen, path, onUnplain)
    return plain === CONTAINER ? copyParts(seen as object, path, onUnplain, options) : plain
  } catch (error) {
    onUnplain('thrown', path, true, error)
    return NOTHING
  }
}

function copyParts(
  from: object,
  path: Path,
  onUnplain: OnUnplain,
  options: PlainOptions = {},
): Json | typeof NOTHING {
  const { form = JSON_FORM, open = new Set() } = options
  if (open.has(from) || levelOf(path) > MOST_LEVELS) {
    onUnplain(open.has(from) ? 'cycle' : 'nesting', path, true)
    return NOTHING
  }
  open.add(from)
  const inside = { ...options, open }
  try {
    if (form.values?.isCollection(from))
      return form.values.collection(from, (part, key) => {
        const read = toPlain(part, { up: path, key, levels: COLLECTION_LEVELS }, onUnplain, inside)
        return read === NOTHING ? undefined : read
      })
    if (Array.isArray(from)) {
      const copy: Json[] = []
      // By index, because other loops skip the holes.
      for (let key = 0; key < from.length; key++) {
        const read = toPlain(from[key], { up: path, key }, onUnplain, inside)
        copy.push(read === NOTHING ? null : read)
      }
      return copy
    }
    const copy: { [key: string]: Json } = {}
    for (const key of sentKeys(from, path, onUnplain)) {
      const at = { up: path, key }
      const read = toPlain(readKey(from, at, onUnplain), at, onUnplain, inside)
      if (read !== NOTHING) copy[form.text(key)] = read
    }
    return copy
  } finally {
    open.delete(from)
  }
}
