import { computed, type ComputedRef, isRef, shallowReactive, toRaw, unref } from 'vue'
import { type Json, safeKeys } from '../protocol/index.ts'
import { CONTAINER, leaf, NOTHING, type OnUnplain, type Path } from './plain.ts'

type Read = Json | typeof NOTHING

/**
 * Reads reactive state as immutable JSON with structural sharing. Each container is a `computed`, so a
 * read after a change walks only the containers on the way to it, and everything else keeps its
 * identity: two snapshots are compared with `===`.
 */
export function createTrackedReader(
  onUnplain: OnUnplain,
): (value: unknown, path: Path) => Json | typeof NOTHING {
  const nodes = new WeakMap<object, ComputedRef<Json>>()
  const open = new Set<object>()

  function read(value: unknown, path: Path): Read {
    const inner = isRef(value) ? unref(value) : value
    const plain = leaf(inner, path, onUnplain)
    if (plain !== CONTAINER) return plain
    const raw = toRaw(inner) as object
    if (open.has(raw)) {
      onUnplain('cycle', path)
      return NOTHING
    }
    let node = nodes.get(raw)
    if (!node) {
      node = computed<Json>((old) => {
        open.add(raw)
        try {
          return Array.isArray(raw)
            ? readArray(raw, path, old as Json[] | undefined)
            : readObject(raw as Record<string, unknown>, path, old as Record<string, Json>)
        } finally {
          open.delete(raw)
        }
      })
      nodes.set(raw, node)
    }
    return node.value
  }

  // `shallowReactive` tracks on the same target as `reactive`, but hands out raw children: no proxies
  // are made for the walk. Iterating an array is one dependency, not one for each index.
  function readArray(raw: unknown[], up: Path, old: Json[] | undefined): Json[] {
    const next: Json[] = []
    let same = old !== undefined
    let key = 0
    for (const item of shallowReactive(raw)) {
      const value = read(item, { up, key })
      next[key] = value === NOTHING ? null : value
      same &&= old![key] === next[key]
      key++
    }
    return same && old!.length === key ? old! : next
  }

  function readObject(
    raw: Record<string, unknown>,
    up: Path,
    old: Record<string, Json> | undefined,
  ): Record<string, Json> {
    const tracked = shallowReactive(raw)
    const next: Record<string, Json> = {}
    let count = 0
    let same = old !== undefined
    for (const key of safeKeys(tracked)) {
      const value = read(tracked[key], { up, key })
      if (value === NOTHING) continue
      next[key] = value
      count++
      same &&= old![key] === value
    }
    return same && Object.keys(old!).length === count ? old! : next
  }

  return read
}
