import { MOST_BYTES, sizeOf } from './bounds.ts'
import type { Json, PatchOperation } from '../envelope.ts'
import type { HashCache } from './hash.ts'
import { clone, equal, isContainer, put } from './share.ts'

type Container = Json[] | { [key: string]: Json }

export function escapeKey(key: string): string {
  return key.replace(/~/g, '~0').replace(/\//g, '~1')
}

function parsePath(path: string): string[] {
  const [root, ...keys] = path.split('/')
  // RFC 6901 defines `~0` and `~1` only.
  if (root !== '' || keys.length === 0 || /~(?![01])/.test(path))
    throw new Error(`bad path ${path}`)
  return keys.map((key) => key.replace(/~1/g, '/').replace(/~0/g, '~'))
}

const depthOf = (path: string): number => path.split('/').length - 1

/** Gives `key` as a key of `holder`. For an array it is the index of an element, or with `isNew` also the end. */
function place(holder: Container, key: string, isNew = false): string | number {
  if (!Array.isArray(holder)) return key
  const index =
    key === '-' ? holder.length : /^(?:0|[1-9]\d*)$/.test(key) ? Number(key) : Number.NaN
  if (!(index < holder.length + Number(isNew))) throw new Error(`bad index ${key}`)
  return index
}

/** Shifting this many elements of an array takes about as long as measuring one character of JSON. */
const SHIFTED_PER_UNIT = 16
/** Copying takes this many times as long as measuring. Hosts of this version do not send `copy`. */
const COPY_FACTOR = 8

/** What `applyPatch` may write into, because a large array takes milliseconds to allocate. */
export interface Reuse {
  /**
   * The long arrays that patches have made and nothing else holds, each with the array that it was made from if
   * nothing else holds that either. Replace the map when something else may hold parts of the state.
   */
  lists: WeakMap<Json[], Json[] | undefined>
  hashes: HashCache
}

/** Copying a shorter array costs less than updating one. */
const LONG = 1024

/** Makes `spare`, an earlier version of `list`, equal to it. Gives a new array if that costs less. */
function updateSpare(spare: Json[], list: Json[]): Json[] {
  const shift = spare.length - list.length
  let end = list.length
  let head = 0
  while (head < end && spare[head] === list[head]) head++
  const least = Math.max(head, head - shift)
  while (end > least && spare[end - 1 + shift] === list[end - 1]) end--
  if (shift > 0) spare.splice(head, shift)
  else if (-shift > LONG) return [...list]
  else spare.splice(head, 0, ...list.slice(head, head - shift))
  for (let index = head; index < end; index++) spare[index] = list[index]!
  return spare
}

/**
 * Applies RFC 6902 operations to immutable JSON. Gives a new root that shares all unchanged parts. `root` is
 * never written, so either all operations apply or none. No two places of the result share a copied part.
 *
 * @param onCost called at the end with what the patch may have added, in characters of JSON
 * @param reuse arrays that are no longer part of a state. Those that this patch replaces are added.
 * @throws Error for an operation that does not fit, and when the patch costs or nests too much
 */
export function applyPatch<T extends Container>(
  root: T,
  patch: readonly PatchOperation[],
  onCost?: (units: number) => void,
  reuse?: Reuse,
): T {
  // Containers that were copied here. Each is copied once, for any number of operations.
  const own = new Set<Json>()
  function openList(list: Json[]): Json[] {
    if (!reuse || list.length < LONG) return [...list]
    const { lists, hashes } = reuse
    const spare = lists.get(list)
    const copy = spare ? updateSpare(spare, list) : [...list]
    hashes.delete(copy)
    // If the patch is refused, `list` stays a part of the state, and nothing holds `copy`.
    lists.set(copy, lists.has(list) ? list : undefined)
    return copy
  }
  const open = <C extends Container>(value: C): C => {
    if (own.has(value)) return value
    const copy = (Array.isArray(value) ? openList(value) : { ...value }) as C
    own.add(copy)
    return copy
  }
  const result = open(root)

  /** Gives a writable copy of the container at the end of a path, and the last key. */
  function holderOf(path: string): [holder: Container, key: string] {
    const keys = parsePath(path)
    const last = keys.pop()!
    let holder: Container = result
    for (const key of keys) {
      const at = place(holder, key) as never
      if (!Object.hasOwn(holder, at) || !isContainer(holder[at])) throw new Error(`no ${path}`)
      holder = holder[at] = open(holder[at])
    }
    return [holder, last]
  }

  let cost = 0
  function spend(units: number): void {
    if ((cost += units) > MOST_BYTES) throw new Error('too expensive')
  }
  function splice(list: Json[], at: number, count: number, ...items: Json[]): void {
    spend((list.length - at) / SHIFTED_PER_UNIT)
    list.splice(at, count, ...items)
  }

  /** Gives `value`, which is to be written at `path`. */
  function measured<V extends Json | undefined>(value: V, path: string, factor = 1): V {
    if (value !== undefined) spend(factor * sizeOf(value, depthOf(path)))
    return value
  }

  function read(path: string): Json {
    const [holder, key] = holderOf(path)
    const at = place(holder, key) as never
    if (!Object.hasOwn(holder, at)) throw new Error(`no ${path}`)
    return holder[at]
  }

  function remove(path: string): Json {
    const value = read(path)
    const [holder, key] = holderOf(path)
    if (Array.isArray(holder)) splice(holder, Number(key), 1)
    else delete holder[key]
    return value
  }

  function add(path: string, value: Json | undefined): void {
    if (value === undefined) throw new Error(`no value for ${path}`)
    const [holder, key] = holderOf(path)
    const at = place(holder, key, true)
    if (Array.isArray(holder)) splice(holder, at as number, 0, value)
    else put(holder, at, value)
  }

  function move(from: string, path: string): void {
    const value = remove(from)
    // Only a deeper place can make it nest too deep.
    if (depthOf(path) > depthOf(from)) measured(value, path)
    add(path, value)
  }

  for (const { op, path, from, value } of patch) {
    if (op === 'add') add(path, measured(value, path))
    else if (op === 'remove') remove(path)
    else if (op === 'move') move(from!, path)
    // A copy by reference would let a small patch double the state again and again.
    else if (op === 'copy') add(path, clone(measured(read(from!), path, COPY_FACTOR)))
    else if (op === 'replace') {
      read(path)
      const [holder, key] = holderOf(path)
      if (value === undefined) throw new Error(`no value for ${path}`)
      holder[key as never] = measured(value, path) as never
    } else if (op !== 'test' || !equal(measured(read(path), path), value))
      throw new Error(`${op} ${path} failed`)
  }
  onCost?.(cost)
  return result
}
