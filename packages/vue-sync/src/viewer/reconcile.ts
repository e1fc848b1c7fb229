import { isReactive, toRaw } from 'vue'
import { equal, isContainer, type Json, type RichValues, safeKeys } from '../protocol/index.ts'

type Fields = Record<string, unknown>

/** Engines limit the arguments of one call, so a long array is spliced in batches of this size. */
const BATCH = 8192
/**
 * An array in which more elements than this would change their place is replaced. Each one takes microseconds
 * through Vue's proxy, so one insertion into a very long array would block the page for seconds.
 */
const MOST_PLACED = 65_536

/** What the writes into one field have in common. */
export interface Writing {
  /** Each pair of containers is compared once. Otherwise each level of a nested state would compare all below. */
  unequal: WeakMap<object, object>
  values?: RichValues | undefined
}

export const createWriting = (values?: RichValues): Writing => ({ unequal: new WeakMap(), values })

function copy(value: unknown, writing: Writing): unknown {
  if (Array.isArray(value)) return value.map((item) => copy(item, writing))
  if (!isContainer(value))
    return writing.values ? writing.values.copy(value, (part) => copy(part, writing)) : value
  const made: Fields = {}
  for (const key of safeKeys(value)) made[key] = copy((value as Fields)[key], writing)
  return made
}

const isSame = (now: unknown, next: unknown, prev: unknown, { unequal }: Writing): boolean =>
  (prev !== undefined && Object.is(prev, next)) || equal(now as Json, next as Json, unequal)

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
  writing = createWriting(),
): void {
  const current = (target as Fields)[key]
  const raw = toRaw(current)
  if ((raw !== undefined || key in target) && isSame(raw, next, prev, writing)) return
  const writePart = (holder: object, name: string, part: unknown): void =>
    write(holder, name, part, undefined, writing)
  if (isReactive(current) && writing.values?.merge(current, next, writePart)) return
  const set = (value: unknown) => ((target as Fields)[key] = value)
  if (!isContainer(raw) || !isContainer(next) || Array.isArray(raw) !== Array.isArray(next))
    set(copy(next, writing))
  else if (Array.isArray(raw))
    reconcileArray(current as unknown[], next as Json[], prev as Json[] | undefined, writing, set)
  else reconcile(current as object, next, prev as object | undefined, writing)
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
  writing = createWriting(),
): void {
  for (const key of Object.keys(target)) {
    if (!Object.hasOwn(next, key)) delete (target as Fields)[key]
  }
  for (const key of safeKeys(next))
    write(target, key, (next as Fields)[key], (prev as Fields)?.[key], writing)
}

function reconcileArray(
  target: unknown[],
  next: Json[],
  given: Json[] | undefined,
  writing: Writing,
  replace: (array: unknown[]) => void,
): void {
  const raw = toRaw(target)
  const prev = given?.length === raw.length ? given : undefined
  const shift = raw.length - next.length
  const same = (index: number, from: number) =>
    isSame(raw[from], next[index], prev?.[from], writing)
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
  const make = (item: Json) => (moved.has(item) ? known.get(item) : copy(item, writing))
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
    else write(target, index, item, prev?.[index], writing)
  }
  if (shift > 0) target.splice(kept, shift)
  for (let at = kept; at < end; at += BATCH)
    target.splice(at, 0, ...next.slice(at, Math.min(at + BATCH, end)).map(make))
}
