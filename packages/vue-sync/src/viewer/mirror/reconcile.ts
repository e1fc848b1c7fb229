import { isReactive, isReadonly, markRaw, toRaw } from 'vue'
import { equal, isContainer, type Json, type RichValues, share } from '../../protocol/index.ts'

type Fields = Record<string, unknown>

/** Engines limit the arguments of one call, so a long array is spliced in batches of this size. */
const BATCH = 8192
/** When more elements than this change their place, they are written past Vue's proxy, which takes a microsecond for each. */
const MOST_TRACKED = 32

/** What the writes into one field have in common. */
export interface Writing {
  /** Each pair of containers is compared once. Otherwise each level of a nested state would compare all below. */
  unequal: WeakMap<object, object>
  /** A key that no store can have, and that was left out. */
  reserved: string | undefined
  values: RichValues | undefined
}

export const createWriting = (values?: RichValues): Writing => ({
  unequal: new WeakMap(),
  reserved: undefined,
  values,
})

/** `__proto__`, which the app's own code could turn into a prototype, and the flags of Vue's proxies and refs. */
const RESERVED = /^__(?:proto__$|v_)/

/** The keys of `value` that a store can have. */
function keysOf(value: object, writing: Writing): string[] {
  return Object.keys(value).filter((key) => {
    if (!key.startsWith('__') || !RESERVED.test(key)) return true
    writing.reserved = key
    return false
  })
}

export function copy(value: unknown, writing: Writing): unknown {
  if (!isContainer(value))
    return writing.values?.copy(value, (part) => copy(part, writing)) ?? value
  if (Array.isArray(value)) return value.map((item) => copy(item, writing))
  const made: Fields = {}
  for (const key of keysOf(value, writing)) made[key] = copy(value[key], writing)
  return made
}

/**
 * Sets one value. Nobody else may hold `value`.
 *
 * @throws Error if the target does not keep the value
 */
function set(target: object, key: string | number, value: unknown): void {
  ;(target as Fields)[key] = value
  // Readonly refs ignore the write, and the setter of a custom ref can do anything.
  const kept = toRaw((target as Fields)[key])
  if (!Object.is(kept, toRaw(value)) && !equal(kept as Json, value as Json))
    throw new Error('its setter did not keep the value')
}

/** Gives a new value for a place that Vue does not track inside. Equal parts of `old` keep their identity. */
function renew(old: unknown, next: unknown, writing: Writing): unknown {
  const made = share(old as Json, copy(next, writing) as Json)
  const isMarked = isContainer(old) && '__v_skip' in old && isContainer(made)
  return isMarked ? markRaw(made) : made
}

/** Makes a reactive map or set equal to `next` in place. Gives `false` for any other value. */
export function mergeCollection(current: unknown, next: unknown, writing: Writing): boolean {
  const writePart = (entry: object, key: string, part: unknown): void =>
    write(entry, key, part, undefined, writing)
  return writing.values?.merge(current, next, writePart) ?? false
}

/**
 * Writes one value into reactive `target`, or only the differences inside it. Values of a `shallowRef` and
 * `shallowReactive`, and objects that are marked raw, frozen, sealed or readonly, are replaced, because Vue does not
 * notice a write into them.
 *
 * @param prev the value that was written before, which shares unchanged parts with `next`; without it all
 *   parts are compared
 * @throws Error if the target does not keep the value
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
  let old: unknown
  if (prev !== undefined && Object.is(prev, next)) return
  try {
    const isOpen = isReactive(current) && !isReadonly(current)
    if (isOpen && mergeCollection(current, next, writing)) return
    const isMerged =
      isOpen && isContainer(raw) && isContainer(next) && Array.isArray(raw) === Array.isArray(next)
    // The parts of an array are compared when it is aligned.
    const isCompared = isMerged && (isContainer(prev) || Array.isArray(raw))
    const isHere = raw !== undefined || key in target
    if (isHere && !isCompared && equal(raw as Json, next as Json, writing.unequal)) return
    if (isMerged) return reconcile(current as object, next, prev as object | undefined, writing)
    old = raw
  } catch {
    // A part of it is readonly, or has a getter or setter that fails, so all of it is replaced.
  }
  set(target, key, renew(old, next, writing))
}

/**
 * Makes reactive `target`, an array or object, deeply equal to `next`, in place. Equal parts are not written,
 * so components that show them do not re-render. Arrays are aligned at both ends. With `prev`, a moved element
 * stays the same object.
 *
 * @throws Error if a part does not keep its value
 */
export function reconcile(
  target: object,
  next: object,
  prev?: object,
  writing = createWriting(),
): void {
  if (Array.isArray(next))
    return reconcileArray(target as unknown[], next, prev as Json[] | undefined, writing)
  for (const key of Object.keys(target)) {
    if (!Object.hasOwn(next, key)) delete (target as Fields)[key]
  }
  for (const key of keysOf(next, writing))
    write(target, key, (next as Fields)[key], (prev as Fields)?.[key], writing)
}

/** Notifies what reads an element of a reactive array from index `from` on, all elements, or the length. */
function notifyFrom(target: unknown[], from: number): void {
  const { length } = toRaw(target)
  let reads = 0
  // A write of the length notifies all of these at once. The engine reads the new length twice, so it does not
  // change. Then Vue reads it, to see from which index on elements are gone.
  target.length = { valueOf: () => (++reads > 2 ? from : length) } as never
}

/** Gives, for each container of `next`, its index in `prev`. Runs that are the same need no map. */
function findMoved(prev: Json[], next: Json[]): (number | undefined)[] {
  const rest = new Map<Json, number>()
  let at = 0
  const from = next.map((item, index) => {
    if (!isContainer(item)) return undefined
    if (at < prev.length && prev[at] !== item && prev[at] !== next[index + 1])
      rest.set(prev[at]!, at++)
    return prev[at] === item ? at++ : undefined
  })
  while (at < prev.length) rest.set(prev[at]!, at++)
  if (rest.size > 0)
    for (const [index, item] of next.entries())
      if (isContainer(item)) from[index] ??= rest.get(item)
  return from
}

function reconcileArray(
  target: unknown[],
  next: Json[],
  given: Json[] | undefined,
  writing: Writing,
): void {
  const raw = toRaw(target)
  const prev = given?.length === raw.length ? given : undefined
  const shift = raw.length - next.length
  const same = (index: number, from: number) =>
    (prev && prev[from] === next[index]) || equal(raw[from] as Json, next[index], writing.unequal)
  const shorter = Math.min(raw.length, next.length)
  let head = 0
  // Most elements are known to be the same. This loop is several times faster than the one that may compare.
  if (prev) while (head < shorter && prev[head] === next[head]) head++
  while (head < shorter && same(head, head)) head++
  let end = next.length
  const least = Math.max(head, head - shift)
  if (prev) while (end > least && prev[end - 1 + shift] === next[end - 1]) end--
  while (end > least && same(end - 1, end - 1 + shift)) end--

  // The changed range before. Its elements may have moved.
  const old = raw.slice(head, end + shift)
  const from: (number | undefined)[] = prev
    ? findMoved(prev.slice(head, end + shift), next.slice(head, end))
    : []
  const hasMoved: boolean[] = []
  let moved = 0
  for (const at of from) {
    if (at === undefined) continue
    hasMoved[at] = true
    moved++
  }
  const make = (item: Json, at: number) => {
    const before = from[at]
    return before === undefined ? copy(item, writing) : old[before]
  }
  const kept = Math.min(end, end + shift)
  const placed = isContainer(next[head]) ? moved : kept - head
  const isBulk = placed + (shift === 0 ? 0 : next.length - kept) > MOST_TRACKED
  const written = isBulk ? raw : target
  for (let index = head; index < kept; index++) {
    const item = next[index]!
    const at = index - head
    // The old element at this index must not be written into when it has moved.
    if (from[at] !== undefined || hasMoved[at] || (isBulk && !isContainer(item)))
      written[index] = make(item, at)
    else write(target, index, item, prev?.[index], writing)
  }
  if (shift > 0) written.splice(kept, shift)
  for (let at = kept; at < end; at += BATCH) {
    const items = next.slice(at, Math.min(at + BATCH, end))
    written.splice(at, 0, ...items.map((item, index) => make(item, at - head + index)))
  }
  if (isBulk) notifyFrom(target, head)
}
