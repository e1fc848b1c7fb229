import { toRaw } from 'vue'
import { clone, equal, isContainer, type Json, safeKeys } from '../protocol/index.ts'

type Fields = Record<string, unknown>

/** Engines limit the arguments of one call, so a long array is spliced in batches of this size. */
const BATCH = 8192

const isSame = (now: unknown, next: unknown, prev: unknown): boolean =>
  (prev === next && prev !== undefined) || equal(now as Json, next as Json)

/**
 * Writes one value into reactive `target`, or only the differences inside it.
 *
 * @param prev the value that was written before, which shares unchanged parts with `next`; without it all
 *   parts are compared
 */
export function write(target: object, key: string | number, next: unknown, prev?: unknown): void {
  const current = (target as Fields)[key]
  const raw = toRaw(current)
  if (isSame(raw, next, prev)) return
  if (isContainer(raw) && isContainer(next) && Array.isArray(raw) === Array.isArray(next))
    reconcile(current as object, next, prev as object | undefined)
  else (target as Fields)[key] = clone(next as Json)
}

/**
 * Makes reactive `target` deeply equal to `next`, in place. Equal parts are not written, so components that
 * show them do not re-render. Arrays are aligned at both ends. With `prev`, a moved element stays the same
 * object.
 */
export function reconcile(target: object, next: object, prev?: object): void {
  if (Array.isArray(target))
    return reconcileArray(target, next as Json[], prev as Json[] | undefined)
  for (const key of Object.keys(target)) {
    if (!Object.hasOwn(next, key)) delete (target as Fields)[key]
  }
  for (const key of safeKeys(next))
    write(target, key, (next as Fields)[key], (prev as Fields)?.[key])
}

function reconcileArray(target: unknown[], next: Json[], given: Json[] | undefined): void {
  const raw = toRaw(target)
  const prev = given?.length === raw.length ? given : undefined
  const shift = raw.length - next.length
  const same = (index: number, from: number) => isSame(raw[from], next[index], prev?.[from])
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
  for (let index = head; index < kept; index++) {
    const item = next[index]!
    if (moved.has(item)) target[index] = known.get(item)
    // The old element at this index has moved, so it must not be written into.
    else if (prev && moved.has(prev[index]!)) target[index] = clone(item)
    else write(target, index, item, prev?.[index])
  }
  if (shift > 0) target.splice(kept, shift)
  for (let at = kept; at < end; at += BATCH) {
    const items = next.slice(at, Math.min(at + BATCH, end))
    target.splice(at, 0, ...items.map((item) => (moved.has(item) ? known.get(item) : clone(item))))
  }
}
