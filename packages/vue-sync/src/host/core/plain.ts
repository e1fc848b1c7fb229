import { type Json, safeKeys } from '../../protocol/index.ts'

/** Where a value stands in a store: a chain, so that a path costs nothing until it is told. */
export interface Path {
  up?: Path
  key: string | number
}

export function tellPath({ up, key }: Path): string {
  if (!up) return `store "${key}"`
  const own = typeof key === 'number' ? `[${key}]` : `.${key}`
  return up.up ? tellPath(up) + own : `${tellPath(up)}, ${key}`
}

/** Called for a value that JSON cannot carry, with what it is. */
export type OnUnplain = (kind: string, path: Path) => void

/** A value that has no JSON form: left out of an object, `null` in an array. */
export const NOTHING = Symbol('nothing')

/** A value to descend into. */
export const CONTAINER = Symbol('container')

/** The JSON form of a value that has no parts; `CONTAINER` for a plain object or an array. */
export function leaf(
  value: unknown,
  path: Path,
  onUnplain: OnUnplain,
): Json | typeof NOTHING | typeof CONTAINER {
  switch (typeof value) {
    case 'string':
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
  if (kind === 'Object' || kind === 'Array') return CONTAINER
  onUnplain(kind, path)
  // The one object that JSON has an accepted form for.
  return kind === 'Date' ? ((value as Date).toJSON() as string | null) : NOTHING
}

/** A copy of `value` as JSON, without tracking or sharing: what `serialize` gave. */
export function toPlain(
  value: unknown,
  path: Path,
  onUnplain: OnUnplain,
  open: ReadonlySet<unknown> = new Set(),
): Json | typeof NOTHING {
  const plain = leaf(value, path, onUnplain)
  if (plain !== CONTAINER) return plain
  if (open.has(value)) {
    onUnplain('cycle', path)
    return NOTHING
  }
  const inside = new Set(open).add(value)
  if (Array.isArray(value)) {
    return value.map((item, key) => {
      const read = toPlain(item, { up: path, key }, onUnplain, inside)
      return read === NOTHING ? null : read
    })
  }
  const copy: { [key: string]: Json } = {}
  for (const key of safeKeys(value as object)) {
    const read = toPlain((value as never)[key], { up: path, key }, onUnplain, inside)
    if (read !== NOTHING) copy[key] = read
  }
  return copy
}
