import { toRaw } from 'vue'
import { clone, equal, isContainer, type Json, safeKeys } from '../protocol/index.ts'

type Fields = Record<string, unknown>

/** Engines limit the arguments of one call, so a long array is spliced in batches of this size. */
const BATCH = 8192
/**
 * An array in which more elements than this would change their place is replaced. Each one takes microseconds
 * through Vue's proxy, so one insertion into a very long array would block the page for seconds.
 */
const MOST_PLACED = 65_536

/** Each pair of containers is compared once. Otherwise each level of a nested state would compare all below. */
type Unequal = WeakMap<object, object>

const isSame = (now: unknown, next: unknown, prev: unknown, unequal: Unequal): boolean =>
  (prev === next && prev !== undefined) || equal(now as Json, next as Json, unequal)

/**
 * Writes one value into reactive `target`, or only the differences inside it.
 *
 * @param prev the value that was written before, which shares unchanged parts with `next`; without it all
 *   parts are compared
 */
export function write(
  target: object,
  key: string | number,
  next: unknown,
  prev?: unknown,
  unequal: Unequal = new WeakMap(),
): void {
  const current = (target as Fields)[key]
  const raw = toRaw(current)
  if (isSame(raw, next, prev, unequal)) return
  const set = (value: unknown) => ((target as Fields)[key] = value)
  if (!isContainer(raw) || !isContainer(next) || Array.isArray(raw) !== Array.isArray(next))
    set(clone(next as Json))
  else if (Array.isArray(raw))
    reconcileArray(current as unknown[], next as Json[], prev as Json[] | undefined, unequal, set)
  else reconcile(current as object, next, prev as object | undefined, unequal)
}

/**
 * Makes reactive `target`, an object, deeply equal to `next`, in place. Equal parts are not written, so
 * components that show them do not re-render. Arrays are aligned at both ends. With `prev`, a moved element
 * stays the same object.
 */
export function reconcile(
  target: object,
  next: object,
  prev?: object,
  unequal: Unequal = new WeakMap(),
): void {
  for (const key of Object.keys(target)) {
    if (!Object.hasOwn(next, key)) delete (target as Fields)[key]
  }
  for (const key of safeKeys(next))
    write(target, key, (next as Fields)[key], (prev as Fields)?.[key], unequal)
}

function reconcileArray(
  target: unknown[],
  next: Json[],
  given: Json[] | undefined,
  unequal: Unequal,
  replace: (array: unknown[]) => void,
): void {
  const raw = toRaw(target)
  const prev = given?.length === raw.length ? given : undefined
  const shift = raw.length - next.length
  const same = (index: number, from: number) =>
    isSame(raw[from], next[index], prev?.[from], unequal)
  let head = 0
  while (head < next.length && head < raw.length && same(head, head)) head++
  let end = next.length
  while (end > head && end + shift > head && same(end - 1, end - 1 + shift)) end--

  // Old elements of the changed range, by the value that they were made from. They may have moved.
  const known = new Map<Json, unknown>()
  if (prev) {
    for (let index = head; index < end + shift; index++)
      if (isContainer(prev[index])) known.set(prev[index]!, raw[index])
  }
  const moved = new Set(next.slice(head, end).filter((item) => known.has(item)))
  const kept = Math.min(end, end + shift)
  const make = (item: Json) => (moved.has(item) ? known.get(item) : clone(item))
  const splices = Math.ceil((end - kept) / BATCH) + Number(shift > 0)
  const rewritten = isContainer(next[head]) ? moved.size : kept - head
  if (rewritten + end - kept + splices * (next.length - end) > MOST_PLACED)
    return replace(
      raw.slice(0, head).concat(next.slice(head, end).map(make), raw.slice(end + shift)),
    )
  for (let index = head; index < kept; index++) {
    const item = next[index]!
    // The old element at this index must not be written into when it has moved.
    if (moved.has(item) || (prev && moved.has(prev[index]!))) target[index] = make(item)
    else write(target, index, item, prev?.[index], unequal)
  }
  if (shift > 0) target.splice(kept, shift)
  for (let at = kept; at < end; at += BATCH)
    target.splice(at, 0, ...next.slice(at, Math.min(at + BATCH, end)).map(make))
}
