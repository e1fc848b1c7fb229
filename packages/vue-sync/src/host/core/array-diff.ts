import { isContainer, type Json } from '../../protocol/index.ts'

/** What turns one array into another, in this order. Indices are those of the moment. */
export interface ArrayChange {
  /** Remove at these, highest first. */
  removed: number[]
  /** Then take from one place and put at another. */
  moved: [from: number, to: number][]
  /** Then insert these elements of the new array, lowest first. */
  added: number[]
  /** Then compare in place: which old element each of these new ones was. */
  changed: [before: number, after: number][]
}

/** A window that slides by up to this many elements is recognised. */
const MOST_SLIDE = 64
/** Pairs tried when as many elements changed as came or went. */
const MOST_PAIRS = 4096

const range = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index)

/** Whether two values look like two states of one thing: at least half of the fields are the same. */
function isAkin(a: Json, b: Json): boolean {
  if (!isContainer(a) || !isContainer(b) || Array.isArray(a) !== Array.isArray(b)) return false
  const keys = Object.keys(a)
  const same = keys.filter((key) => Object.hasOwn(b, key) && a[key as never] === b[key as never])
  return keys.length > 0 && same.length * 2 >= keys.length
}

/** Whether `before` from `start` on is `after` from its start on, for all that overlaps. */
function slides(before: Json[], after: Json[], start: number): boolean {
  const overlap = Math.min(before.length - start, after.length)
  if (overlap < 1 || overlap < before.length / 2) return false
  for (let index = 0; index < overlap; index++)
    if (before[start + index] !== after[index]) return false
  return true
}

/** Indices into `order` of a longest increasing run (patience sorting). */
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

/** Which old element each new one is: by identity, else where it stands. -1: none. */
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

/** Pairs what changed with what it was, among the elements that `match` left over. */
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
        : gone.findIndex((old) => isAkin(before[old]!, after[index]!))
    if (at !== -1) pairs.push([gone.splice(at, 1)[0]!, index])
  }
  return pairs
}

/**
 * Compares two arrays that share the elements that did not change. Cost is linear; the moves are the
 * fewest, but at most `most` of them are worked out.
 *
 * @returns `undefined` when more than `most` elements would have to be touched
 */
export function diffArrays(before: Json[], after: Json[], most: number): ArrayChange | undefined {
  // Plain values have no identity to be found by, so a list of them that slides is looked for.
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
    // Each element that does not stay is put behind the one that it follows in the end.
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
