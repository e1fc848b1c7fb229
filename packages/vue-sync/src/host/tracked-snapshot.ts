import {
  computed,
  type ComputedRef,
  isRef,
  isShallow,
  type Ref,
  shallowReactive,
  toRaw,
  unref,
} from 'vue'
import { type Json, safeKeys, share } from '../protocol/index.ts'
import { CONTAINER, leaf, NOTHING, type OnUnplain, type Path, toPlain } from './core/plain.ts'
import { createTrackedList, LONG, trackElements } from './tracked-list.ts'

type Read = Json | typeof NOTHING

/**
 * Reads reactive state as immutable JSON with structural sharing. Each container is a `computed`, so a
 * read after a change walks only the containers around that change. All other parts keep their identity,
 * so two snapshots can be compared with `===`.
 */
export function createTrackedReader(
  onUnplain: OnUnplain,
): (value: unknown, path: Path) => Json | typeof NOTHING {
  const nodes = new WeakMap<object, ComputedRef<Json>>()
  const lists = new WeakMap<object, ReturnType<typeof createTrackedList>>()
  const open = new Set<object>()

  function read(value: unknown, path: Path): Read {
    const known = typeof value === 'object' && value !== null && nodes.get(value)
    if (known && !open.has(value)) return known.value
    if (isRef(value) && isShallow(value)) return readShallow(value, path)
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

  /** Vue tracks nothing inside a shallow ref, so all of it is read again when the ref is set or triggered. */
  function readShallow(ref: Ref, path: Path): Read {
    let node = nodes.get(ref) as ComputedRef<Read> | undefined
    if (!node) {
      node = computed<Read>((old) => {
        const plain = toPlain(ref.value, path, onUnplain)
        return plain === NOTHING ? NOTHING : share(old as Json | undefined, plain)
      })
      nodes.set(ref, node as ComputedRef<Json>)
    }
    return node.value
  }

  function readArray(raw: unknown[], path: Path, old: Json[] | undefined): Json[] {
    if (raw.length > LONG) {
      let list = lists.get(raw)
      if (!list) lists.set(raw, (list = createTrackedList(raw, readItems.bind(undefined, path))))
      return list(old)
    }
    trackElements(raw)
    return readItems(path, raw, 0, old)
  }

  function readItems(up: Path, items: unknown[], from: number, old: Json[] | undefined): Json[] {
    const next: Json[] = []
    let same = old?.length === items.length
    for (let index = 0; index < items.length; index++) {
      const value = read(items[index], { up, key: from + index })
      const item = value === NOTHING ? null : value
      same &&= old![index] === item
      next.push(item)
    }
    return same ? old! : next
  }

  function readObject(
    raw: Record<string, unknown>,
    up: Path,
    old: Record<string, Json> | undefined,
  ): Record<string, Json> {
    // Tracks the same target as `reactive` but gives raw children, so the walk creates no deep proxies.
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
