import { align } from './align.ts'
import { childKey, type View } from '../keys.ts'
import { type ItemIds, partsOf } from '../parts.ts'
import { bytesOf, hasParts, kindOf } from '../values.ts'

export interface Change {
  /** The key of the changed part, also of a removed one. */
  key: string
  /** `moved`: the items of this list, map or set are in another order. */
  type: 'changed' | 'added' | 'removed' | 'moved'
  before: unknown
  after: unknown
}

/**
 * Lists the deepest parts in which two views differ. Parts with the same identity are equal, so this takes time in
 * proportion to what changed and to the length of the lists around it. Items of lists get their ids on the way.
 *
 * @param limit at most this many changes, after which whole containers count as changed. @default 10000
 */
export function changesBetween(before: View, after: View, ids: ItemIds, limit = 10_000): Change[] {
  const changes: Change[] = []
  for (const id of after.ids) {
    const key = childKey(undefined, id)
    const old = before.stores.get(id)
    const now = after.stores.get(id)
    if (old === undefined) changes.push({ key, type: 'added', before: old, after: now })
    else compare(old, now, key)
  }
  for (const id of before.ids)
    if (!after.stores.has(id))
      changes.push({
        key: childKey(undefined, id),
        type: 'removed',
        before: before.stores.get(id),
        after: undefined,
      })
  return changes

  function compare(old: unknown, now: unknown, key: string): void {
    if (isSame(old, now)) return
    const isDeep = changes.length < limit && hasParts(old) && kindOf(old) === kindOf(now)
    if (!isDeep) changes.push({ key, type: 'changed', before: old, after: now })
    else if (Array.isArray(old)) compareLists(old, old, now as object, now as unknown[], key)
    else if (old instanceof Set)
      compareLists(old, [...old], now as object, [...(now as Set<unknown>)], key)
    else {
      if (old instanceof Map) compareOrder(old, now as Map<unknown, unknown>, key)
      compareFields(old, now as object, key)
    }
  }

  function compareOrder(
    old: ReadonlyMap<unknown, unknown>,
    now: ReadonlyMap<unknown, unknown>,
    key: string,
  ): void {
    const places = new Map([...old.keys()].map((name, at) => [name, at]))
    if (isReordered([...now.keys()].map((name) => places.get(name) ?? -1)))
      changes.push({ key, type: 'moved', before: old, after: now })
  }

  function compareFields(old: object, now: object, key: string): void {
    const earlier = new Map<string, unknown>()
    for (const { id, value } of partsOf(old, ids)) earlier.set(id, value)
    for (const { id, value } of partsOf(now, ids)) {
      const isKnown = earlier.has(id)
      if (isKnown) compare(earlier.get(id), value, childKey(key, id))
      else
        changes.push({
          key: childKey(key, id),
          type: 'added',
          before: undefined,
          after: value,
        })
      earlier.delete(id)
    }
    for (const [id, value] of earlier)
      changes.push({ key: childKey(key, id), type: 'removed', before: value, after: undefined })
  }

  function compareLists(
    list: object,
    items: readonly unknown[],
    nextList: object,
    nextItems: readonly unknown[],
    key: string,
  ): void {
    const from = align({ list, items }, { list: nextList, items: nextItems }, ids)
    const count = changes.length
    const moved: Change = { key, type: 'moved', before: list, after: nextList }
    const hasMovedRecords = isReordered(from.filter((_, at) => hasParts(nextItems[at])))
    if (hasMovedRecords) changes.push(moved)
    const kept = new Uint8Array(items.length)
    for (let at = 0; at < from.length; at++) {
      const place = from[at]!
      const now = nextItems[at]
      if (place !== -1) {
        kept[place] = 1
        if (isSame(items[place], now)) continue
      }
      const itemKey = childKey(key, `${ids.idAt(nextList, at)}`)
      if (place === -1) changes.push({ key: itemKey, type: 'added', before: undefined, after: now })
      else compare(items[place], now, itemKey)
    }
    for (let at = 0; at < kept.length; at++)
      if (kept[at] === 0)
        changes.push({
          key: childKey(key, `${ids.idAt(list, at)}`),
          type: 'removed',
          before: items[at],
          after: undefined,
        })
    // Where values change, some of them become equal to others, which looks like a move.
    if (changes.length === count && isReordered(from)) changes.push(moved)
  }
}

/** @param places where each item was before; -1 for added ones */
function isReordered(places: Iterable<number>): boolean {
  let last = -1
  for (const place of places) {
    if (place === -1) continue
    if (place < last) return true
    last = place
  }
  return false
}

function isSame(old: unknown, now: unknown): boolean {
  if (Object.is(old, now)) return true
  if (old instanceof Date && now instanceof Date) return Object.is(old.getTime(), now.getTime())
  if (kindOf(old) !== 'bytes' || kindOf(now) !== 'bytes') return false
  if ((old as object).constructor !== (now as object).constructor) return false
  const [before, after] = [bytesOf(old as object), bytesOf(now as object)]
  return before.length === after.length && before.every((byte, at) => byte === after[at])
}
