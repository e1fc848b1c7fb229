import { isContainer, type Json } from '../../protocol/index.ts'

/** Steps that turn one array into another, in this order. Each index counts in the array as it then is. */
export interface ArrayChange {
  /** Remove the elements at these indices, highest first. */
  removed: number[]
  /** Then move elements. */
  moved: [from: number, to: number][]
  /** Then insert these elements of the new array, lowest first. */
  added: number[]
  /** Then compare these old and new elements in place. */
  changed: [before: number, after: number][]
}

/** A list of plain values that has shifted by up to this many elements is recognised. */
const MOST_SLIDE = 64
/** At most this many pairs of removed and added elements are compared. */
const MOST_PAIRS = 4096

const range = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index)

/** Whether two values are probably the same item before and after: at least half of the fields are equal. */
function isSimilar(a: Json, b: Json): boolean {
  if (!isContainer(a) || !isContainer(b) || Array.isArray(a) !== Array.isArray(b)) return false
  const keys = Object.keys(a)
  const same = keys.filter((key) => Object.hasOwn(b, key) && a[key as never] === b[key as never])
  return keys.length > 0 && same.length * 2 >= keys.length
}

/** Whether `before` from `start` on equals the beginning of `after`, as far as they overlap. */
function slides(before: Json[], after: Json[], start: number): boolean {
  const overlap = Math.min(before.length - start, after.length)
  if (overlap < 1 || overlap < before.length / 2) return false
  for (let index = 0; index < overlap; index++)
    if (before[start + index] !== after[index]) return false
  return true
}

/** Indices into `order` of a longest increasing subsequence (patience sorting). */
function longestRun(order: number[]): Set<number> {
  const tails: number[] = []
  const previous = Array.from<number>({ length: order.length })
  for (const [index, value] of order.entries()) {
    let low = 0
    let high = tails.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (order[tails[middle]!]! < value) low = middle + 1
      else high = middle
    }
    previous[index] = low > 0 ? tails[low - 1]! : -1
    tails[low] = index
  }
  const run = new Set<number>()
  for (let index = tails.at(-1) ?? -1; index >= 0; index = previous[index]!) run.add(index)
  return run
}

/** For each new element, the index of the same old one or -1. Plain values match only at the same index. */
function match(before: Json[], after: Json[]): number[] {
  const places = new Map<Json, number[]>()
  for (let index = before.length - 1; index >= 0; index--) {
    const value = before[index]!
    if (!isContainer(value)) continue
    const same = places.get(value)
    if (same) same.push(index)
    else places.set(value, [index])
  }
  return after.map((value, index) =>
    isContainer(value) ? (places.get(value)?.pop() ?? -1) : before[index] === value ? index : -1,
  )
}

/** Pairs new elements that `match` left over with the old elements that they replace. */
function pairChanged(before: Json[], after: Json[], from: number[]): [number, number][] {
  const kept = new Set(from)
  const gone = [...before.keys()].filter((index) => !kept.has(index))
  const come = [...after.keys()].filter((index) => from[index] === -1)
  const pairs: [number, number][] = []
  if (gone.length * come.length > MOST_PAIRS) return pairs
  for (const index of come) {
    const there = gone.indexOf(index)
    const sameLength = before.length === after.length
    const at =
      sameLength && there !== -1
        ? there
        : gone.findIndex((old) => isSimilar(before[old]!, after[index]!))
    if (at !== -1) pairs.push([gone.splice(at, 1)[0]!, index])
  }
  return pairs
}

/**
 * Compares two arrays that share unchanged elements. The cost is linear, and the number of moves is the
 * smallest possible.
 *
 * @returns `undefined` when more than `most` elements were removed, added or moved
 */
export function diffArrays(before: Json[], after: Json[], most: number): ArrayChange | undefined {
  // Plain values have no identity, so a shifted list of them is searched for.
  const slide = isContainer(before[0]) ? 0 : Math.min(MOST_SLIDE, before.length, after.length)
  for (let by = 1; by <= slide; by++) {
    if (slides(before, after, by)) {
      const kept = Math.min(before.length - by, after.length)
      const removed = [...range(0, by), ...range(by + kept, before.length)].toReversed()
      return { removed, moved: [], added: range(kept, after.length), changed: [] }
    }
    if (slides(after, before, by)) {
      const kept = Math.min(after.length - by, before.length)
      const added = [...range(0, by), ...range(by + kept, after.length)]
      return { removed: range(kept, before.length).toReversed(), moved: [], added, changed: [] }
    }
  }

  const from = match(before, after)
  const changed = pairChanged(before, after, from)
  for (const [old, index] of changed) from[index] = old
  const kept = new Set(from)
  const removed = [...before.keys()].filter((index) => !kept.has(index)).toReversed()
  const added = [...after.keys()].filter((index) => from[index] === -1)
  const order = from.filter((index) => index !== -1)
  const still = longestRun(order)
  if (removed.length + added.length + order.length - still.size > most) return undefined

  const moved: [number, number][] = []
  if (still.size < order.length) {
    const now = [...before.keys()].filter((index) => kept.has(index))
    // Each moved element is put behind the element that it follows in the new array.
    for (const [rank, source] of order.entries()) {
      if (still.has(rank)) continue
      const old = now.indexOf(source)
      now.splice(old, 1)
      const to = rank === 0 ? 0 : now.indexOf(order[rank - 1]!) + 1
      now.splice(to, 0, source)
      moved.push([old, to])
    }
  }
  return { removed, moved, added, changed }
}
