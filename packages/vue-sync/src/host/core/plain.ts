import { type Json, type RichValues, safeKeys } from '../../protocol/index.ts'

/** The path of a value in a store. A linked list, so that it costs nothing until it is formatted. */
export interface Path {
  up?: Path
  key: string | number
}

export function formatPath({ up, key }: Path): string {
  if (!up) return `store "${key}"`
  const own = typeof key === 'number' ? `[${key}]` : `.${key}`
  return up.up ? formatPath(up) + own : `${formatPath(up)}, ${key}`
}

/** Called for a value that JSON cannot carry. `kind` names its type. */
export type OnUnplain = (kind: string, path: Path) => void

/** Stands for a value without a JSON form: it is left out of an object and is `null` in an array. */
export const NOTHING = Symbol('nothing')

/** Stands for an object or array, whose parts must be read one by one. */
export const CONTAINER = Symbol('container')

/** How values become JSON. */
export type ValueForm = Pick<RichValues, 'text'> & Partial<RichValues>

/** For state that is sent as JSON text. */
export const JSON_FORM: ValueForm = { text: (text) => text }

/**
 * Replaces half pairs of UTF-16, because UTF-8 cannot carry them. What is compared and hashed must be what
 * arrives.
 */
export const wellFormed = (text: string): string => text.replace(/[\ud800-\udfff]/gu, '\ufffd')

/** @param isUtf8 the codec carries text as UTF-8 */
export function valueForm(isUtf8: boolean, values: RichValues | undefined): ValueForm {
  const form = values ?? JSON_FORM
  return isUtf8 ? { ...form, text: (text) => form.text(wellFormed(text)) } : form
}

/** The JSON form of a value without parts; `CONTAINER` for a plain object or an array. */
export function leaf(
  value: unknown,
  path: Path,
  onUnplain: OnUnplain,
  form = JSON_FORM,
): Json | typeof NOTHING | typeof CONTAINER {
  const special = form.leaf?.(value)
  if (special !== undefined) return special
  switch (typeof value) {
    case 'string':
      return form.text(value)
    case 'boolean':
      return value
    case 'number':
      if (Number.isFinite(value)) return value
      onUnplain(String(value), path)
      return null
    case 'object':
      break
    default:
      onUnplain(typeof value, path)
      return NOTHING
  }
  if (value === null) return null
  const kind = Object.prototype.toString.call(value).slice(8, -1)
  if (kind === 'Object' || kind === 'Array' || form.isCollection?.(value)) return CONTAINER
  onUnplain(kind, path)
  // `Date` is the only other class with a JSON form of its own.
  return kind === 'Date' ? ((value as Date).toJSON() as string | null) : NOTHING
}

/** Copies a value as JSON, without tracking or sharing. Used for the output of `serialize`. */
export function toPlain(
  value: unknown,
  path: Path,
  onUnplain: OnUnplain,
  form = JSON_FORM,
  open: ReadonlySet<unknown> = new Set(),
): Json | typeof NOTHING {
  const plain = leaf(value, path, onUnplain, form)
  if (plain !== CONTAINER) return plain
  if (open.has(value)) {
    onUnplain('cycle', path)
    return NOTHING
  }
  const inside = new Set(open).add(value)
  if (form.isCollection?.(value)) {
    const readPart = (part: unknown, key: number): Json | undefined => {
      const read = toPlain(part, { up: path, key }, onUnplain, form, inside)
      return read === NOTHING ? undefined : read
    }
    return form.collection!(value as object, readPart, undefined)
  }
  if (Array.isArray(value)) {
    return value.map((item, key) => {
      const read = toPlain(item, { up: path, key }, onUnplain, form, inside)
      return read === NOTHING ? null : read
    })
  }
  const copy: { [key: string]: Json } = {}
  for (const key of safeKeys(value as object)) {
    const read = toPlain((value as never)[key], { up: path, key }, onUnplain, form, inside)
    if (read !== NOTHING) copy[form.text(key)] = read
  }
  return copy
}
