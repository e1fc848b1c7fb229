import type { ItemIds } from '../parts.ts'
import { hasParts } from '../values.ts'

/** Fields that commonly identify a record. */
const ID_FIELDS = ['id', '_id', 'key', 'uuid']

function recordId(item: unknown): string | undefined {
  if (!hasParts(item)) return undefined
  for (const name of ID_FIELDS) {
    const id = (item as Record<string, unknown>)[name]
    if (typeof id === 'string' || typeof id === 'number') return `${name} ${typeof id} ${id}`
  }
  return undefined
}

/**
 * Finds for each item of a list its earlier version in the list before: the same object, else the record with the
 * same id, else the item in the same place of a list as long as before, else in order. Gives the items their ids.
 * Takes time in proportion to the length of the lists.
 *
 * @returns for each new item the index of the earlier version, or -1 for an added one
 */
export function align(
  before: { list: object; items: readonly unknown[] },
  after: { list: object; items: readonly unknown[] },
  ids: ItemIds,
): Int32Array {
  const { items: old } = before
  const { items: now } = after
  const from = new Int32Array(now.length).fill(-1)
  let start = 0
  while (start < old.length && start < now.length && Object.is(old[start], now[start]))
    from[start] = start++
  let oldEnd = old.length
  let end = now.length
  while (oldEnd > start && end > start && Object.is(old[oldEnd - 1], now[end - 1]))
    from[--end] = --oldEnd

  const used = new Uint8Array(old.length)
  pairBy((item) => item)
  pairBy(recordId)
  const isSameLength = oldEnd === end
  let spare = start
  for (let at = start; at < end; at++) {
    if (from[at] !== -1) continue
    if (isSameLength && used[at] === 0) {
      take(at, at)
    } else if (!isSameLength) {
      while (spare < oldEnd && used[spare] === 1) spare++
      if (spare < oldEnd && canReplace(old[spare], now[at])) take(at, spare)
    }
  }
  assignIds()
  return from

  function take(at: number, oldAt: number): void {
    from[at] = oldAt
    used[oldAt] = 1
  }

  function pairBy(name: (item: unknown) => unknown): void {
    if (start === oldEnd || start === end) return
    const places = new Map<unknown, number[]>()
    for (let at = oldEnd - 1; at >= start; at--) {
      const id = used[at] === 1 ? undefined : name(old[at])
      if (id === undefined) continue
      const list = places.get(id)
      if (list) list.push(at)
      else places.set(id, [at])
    }
    for (let at = start; at < end; at++) {
      const place = from[at] === -1 ? places.get(name(now[at]))?.pop() : undefined
      if (place !== undefined) take(at, place)
    }
  }

  function assignIds(): void {
    // A list of the past has its ids already.
    if (ids.has(after.list)) return
    const isStill = !ids.has(before.list) && from.every((place, at) => place === at)
    if (isStill) return
    const next: number[] = []
    for (const place of from) next.push(place === -1 ? ids.next() : ids.idAt(before.list, place))
    ids.assign(after.list, next)
  }
}

/** Records with different ids are different records. */
function canReplace(old: unknown, now: unknown): boolean {
  return hasParts(old) === hasParts(now) && recordId(old) === undefined
}
