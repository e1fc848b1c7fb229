import type { Json } from './envelope.ts'

type Container = Json[] | { [key: string]: Json }

/** Whether a value is an array or a plain object. Other objects, made by hooks, equal only themselves. */
export function isContainer(value: unknown): value is Container {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return Array.isArray(value) || prototype === Object.prototype || prototype === null
}

/**
 * The own keys of a JSON object that are safe to write. `JSON.parse` makes `__proto__` an own key, and
 * assigning that key would replace the target's prototype.
 */
export function safeKeys(value: object): string[] {
  return Object.keys(value).filter((key) => key !== '__proto__')
}

/** Deep equality of plain JSON. */
export function equal(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true
  if (!isContainer(a) || !isContainer(b) || Array.isArray(a) !== Array.isArray(b)) return false
  const keys = Object.keys(a)
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && equal((a as never)[key], (b as never)[key]))
  )
}

export function clone<T extends Json>(value: T): T {
  if (!isContainer(value)) return value
  if (Array.isArray(value)) return value.map(clone) as T
  const copy: { [key: string]: Json } = {}
  for (const key of safeKeys(value)) copy[key] = clone((value as { [key: string]: Json })[key]!)
  return copy as T
}

/**
 * Gives `next`, but with every part that equals its counterpart in `prev` replaced by that counterpart, so
 * unchanged parts keep their identity. Arrays are aligned at both ends, so elements before and after an
 * insertion keep theirs too. Writes into `next`, which nothing else may hold yet.
 */
export function share<T extends Json>(prev: Json | undefined, next: T): T {
  if (prev === next || !isContainer(prev) || !isContainer(next)) return next
  if (Array.isArray(next)) return (Array.isArray(prev) ? shareArray(prev, next) : next) as T
  if (Array.isArray(prev)) return next
  const keys = Object.keys(next)
  let same = keys.length === Object.keys(prev).length
  for (const key of safeKeys(next)) {
    const value = share(prev[key], (next as { [key: string]: Json })[key]!)
    ;(next as { [key: string]: Json })[key] = value
    same &&= Object.hasOwn(prev, key) && prev[key] === value
  }
  return (same ? prev : next) as T
}

function shareArray(prev: Json[], next: Json[]): Json[] {
  const shorter = Math.min(prev.length, next.length)
  const shift = prev.length - next.length
  const shareAt = (index: number, from: number) =>
    (next[index] = share(prev[from], next[index]!)) === prev[from]
  let head = 0
  while (head < shorter && shareAt(head, head)) head++
  if (head === prev.length && shift === 0) return prev
  let end = next.length
  while (end > head && end + shift > head && shareAt(end - 1, end - 1 + shift)) end--
  for (let index = head; index < Math.min(end, prev.length); index++) shareAt(index, index)
  return next
}
