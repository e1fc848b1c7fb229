import type { Json } from '../envelope.ts'

type Container = Json[] | { [key: string]: Json }

/** Whether a value is an array or a plain object. Other objects, made by hooks, equal only themselves. */
export function isContainer(value: unknown): value is Container {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return Array.isArray(value) || prototype === Object.prototype || prototype === null
}

/** The keys of an object without `__proto__`, which the stores of an app must not have. */
export function safeKeys(value: object): string[] {
  return Object.keys(value).filter((key) => key !== '__proto__')
}

/** Writes an own property. `JSON.parse` makes `__proto__` one, but assigning it would replace the prototype. */
export function put(holder: Container, key: string | number, value: Json): void {
  if (key !== '__proto__') holder[key as never] = value as never
  else
    Object.defineProperty(holder, key, {
      value,
      configurable: true,
      enumerable: true,
      writable: true,
    })
}

/**
 * Deep equality of plain JSON.
 *
 * @param unequal containers `b` that are known to differ from an `a`. Those found here are added.
 */
export function equal(
  a: Json | undefined,
  b: Json | undefined,
  unequal?: WeakMap<object, object>,
): boolean {
  if (Object.is(a, b)) return true
  if (!isContainer(a) || !isContainer(b) || Array.isArray(a) !== Array.isArray(b)) return false
  if (unequal?.get(b) === a) return false
  let same: boolean
  if (Array.isArray(a)) {
    same = a.length === (b as Json[]).length
    for (let index = 0; same && index < a.length; index++)
      same = equal(a[index], (b as Json[])[index], unequal)
  } else {
    let more = 0
    same = true
    // Engines keep the keys of objects that are alike, so this is faster than `Object.keys`.
    for (const key in a) {
      const other = (b as typeof a)[key]
      // No JSON value is the same as an inherited one, so only a pair that differs needs the second look.
      same =
        (a[key] === other && other !== undefined) ||
        (Object.hasOwn(b, key) && equal(a[key], other, unequal))
      if (!same) break
      more++
    }
    for (const _ in b) more--
    same &&= more === 0
  }
  if (!same && !unequal?.has(b)) unequal?.set(b, a)
  return same
}

export function clone<T extends Json>(value: T): T {
  if (!isContainer(value)) return value
  if (Array.isArray(value)) return value.map(clone) as T
  const copy: { [key: string]: Json } = {}
  for (const key of Object.keys(value))
    put(copy, key, clone((value as { [key: string]: Json })[key]!))
  return copy as T
}

/**
 * Gives `next`, but with every part that equals its counterpart in `prev` replaced by that counterpart, so
 * unchanged parts keep their identity. Arrays are aligned at both ends, so elements before and after an
 * insertion keep theirs too. Writes into `next`, which nothing else may hold yet. The cost is linear, because
 * each part of `next` is shared with one counterpart only, and otherwise just compared. No part of `prev` is used
 * twice.
 */
export function share<T extends Json>(prev: Json | undefined, next: T): T {
  if (prev === next || !isContainer(prev) || !isContainer(next)) return next
  if (Array.isArray(next)) return (Array.isArray(prev) ? shareArray(prev, next) : next) as T
  if (Array.isArray(prev)) return next
  let same = true
  let more = 0
  for (const key in next) {
    more++
    if (prev[key] === next[key] && next[key] !== undefined) continue
    // A property that is inherited from `Object.prototype` is no counterpart.
    const counterpart = Object.hasOwn(prev, key) ? prev[key] : undefined
    const value = share(counterpart, next[key]!)
    // `next` owns the key, so this writes no prototype even if the key is `__proto__`.
    if (Object.hasOwn(next, key)) next[key] = value as never
    same &&= counterpart === value
  }
  for (const _ in prev) more--
  same &&= more === 0
  return (same ? prev : next) as T
}

function shareArray(prev: Json[], next: Json[]): Json[] {
  const shorter = Math.min(prev.length, next.length)
  const shift = prev.length - next.length
  const shareAt = (index: number) =>
    (next[index] = share(prev[index], next[index]!)) === prev[index]
  let head = 0
  while (head < shorter && shareAt(head)) head++
  if (head === prev.length && shift === 0) return prev
  let end = next.length
  if (shift !== 0) {
    while (end > head && end + shift > head && equal(prev[end - 1 + shift], next[end - 1]))
      next[--end] = prev[end + shift]!
  }
  // No part of `prev` gets two places, so a patch can write into an array that only one place held.
  for (let index = head + 1; index < Math.min(end, end + shift); index++) shareAt(index)
  return next
}
