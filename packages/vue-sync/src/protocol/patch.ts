import type { Json, PatchOperation } from './envelope.ts'
import { equal, isContainer } from './share.ts'

type Container = Json[] | { [key: string]: Json }

export function escapeKey(key: string): string {
  return key.replace(/~/g, '~0').replace(/\//g, '~1')
}

function parsePath(path: string): string[] {
  const [root, ...keys] = path.split('/')
  if (root !== '' || keys.length === 0) throw new Error(`bad path ${path}`)
  return keys.map((key) => key.replace(/~1/g, '/').replace(/~0/g, '~'))
}

/** Gives `key` as a key of `holder`. For an array it is an index of at most `most`. */
function place(holder: Container, key: string, most: number): string | number {
  if (!Array.isArray(holder)) {
    if (key === '__proto__') throw new Error('bad key')
    return key
  }
  const index =
    key === '-' ? holder.length : /^(?:0|[1-9]\d*)$/.test(key) ? Number(key) : Number.NaN
  if (!(index <= most)) throw new Error(`bad index ${key}`)
  return index
}

/**
 * Applies RFC 6902 operations to immutable JSON. Gives a new root that shares all unchanged parts. `root` is
 * never written, so either all operations apply or none.
 *
 * @throws Error for an operation that does not fit
 */
export function applyPatch<T extends Container>(root: T, patch: readonly PatchOperation[]): T {
  // Containers that were copied here. Each is copied once, for any number of operations.
  const own = new Set<Json>()
  const open = <C extends Container>(value: C): C => {
    if (own.has(value)) return value
    const copy = (Array.isArray(value) ? [...value] : { ...value }) as C
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
      const at = place(holder, key, (holder as Json[]).length - 1) as never
      if (!Object.hasOwn(holder, at) || !isContainer(holder[at])) throw new Error(`no ${path}`)
      holder = holder[at] = open(holder[at])
    }
    return [holder, last]
  }

  function read(path: string): Json {
    const [holder, key] = holderOf(path)
    const at = place(holder, key, (holder as Json[]).length - 1) as never
    if (!Object.hasOwn(holder, at)) throw new Error(`no ${path}`)
    return holder[at]
  }

  function remove(path: string): Json {
    const value = read(path)
    const [holder, key] = holderOf(path)
    if (Array.isArray(holder)) holder.splice(Number(key), 1)
    else delete holder[key]
    return value
  }

  function add(path: string, value: Json | undefined): void {
    if (value === undefined) throw new Error(`no value for ${path}`)
    const [holder, key] = holderOf(path)
    const at = place(holder, key, (holder as Json[]).length)
    if (Array.isArray(holder)) holder.splice(at as number, 0, value)
    else holder[at] = value
  }

  for (const { op, path, from, value } of patch) {
    if (op === 'add') add(path, value)
    else if (op === 'remove') remove(path)
    else if (op === 'move') add(path, remove(from!))
    else if (op === 'copy') add(path, read(from!))
    else if (op === 'replace') {
      read(path)
      const [holder, key] = holderOf(path)
      if (value === undefined) throw new Error(`no value for ${path}`)
      holder[key as never] = value as never
    } else if (op !== 'test' || !equal(read(path), value)) throw new Error(`${op} ${path} failed`)
  }
  return result
}
