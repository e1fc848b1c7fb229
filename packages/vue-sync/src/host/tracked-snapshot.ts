import {
  computed,
  type ComputedRef,
  isRef,
  isShallow,
  ReactiveEffect,
  type Ref,
  shallowReactive,
  shallowRef,
  toRaw,
  unref,
} from 'vue'
import { type Json, safeKeys, share } from '../protocol/index.ts'
import {
  CONTAINER,
  JSON_FORM,
  leaf,
  NOTHING,
  type OnUnplain,
  type Path,
  toPlain,
} from './core/plain.ts'

type Read = Json | typeof NOTHING

/** A long array is read in chunks of this many elements, so that a changed element re-reads one chunk. */
const CHUNK = 128

/** The chunks of one long array. */
interface Chunks {
  nodes: ComputedRef<Json[]>[]
  /** What the nodes gave last. */
  values: Json[][]
  /** Tracks all elements. */
  trackAll: () => void
}

/**
 * Reads reactive state as immutable JSON with structural sharing. Each container is a `computed`, so a
 * read after a change walks only the containers around that change. All other parts keep their identity,
 * so two snapshots can be compared with `===`.
 */
export function createTrackedReader(
  onUnplain: OnUnplain,
  form = JSON_FORM,
): (value: unknown, path: Path) => Json | typeof NOTHING {
  const nodes = new WeakMap<object, ComputedRef<Json>>()
  const chunks = new WeakMap<object, Chunks>()
  const open = new Set<object>()

  function read(value: unknown, path: Path): Read {
    const known = typeof value === 'object' && value !== null && nodes.get(value)
    if (known && !open.has(value)) return known.value
    if (isRef(value) && isShallow(value)) return readShallow(value, path)
    const inner = isRef(value) ? unref(value) : value
    const plain = leaf(inner, path, onUnplain, form)
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
          return form.isCollection?.(raw)
            ? readCollection(raw, path, old)
            : Array.isArray(raw)
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
        const plain = toPlain(ref.value, path, onUnplain, form)
        return plain === NOTHING ? NOTHING : share(old as Json | undefined, plain)
      })
      nodes.set(ref, node as ComputedRef<Json>)
    }
    return node.value
  }

  function readCollection(raw: object, up: Path, old: Json | undefined): Json {
    const readPart = (part: unknown, key: number): Json | undefined => {
      const value = read(part, { up, key })
      return value === NOTHING ? undefined : value
    }
    // Iterating tracks the keys and the values.
    return form.collection!(shallowReactive(raw), readPart, old)
  }

  function readArray(raw: unknown[], path: Path, old: Json[] | undefined): Json[] {
    trackElements(raw)
    return raw.length > 2 * CHUNK
      ? readChunks(raw, path, old)
      : readPart(raw, path, 0, raw.length, old)
  }

  function readPart(raw: unknown[], up: Path, from: number, to: number, old?: Json[]): Json[] {
    const next: Json[] = []
    let same = old?.length === to - from
    for (let key = from; key < to; key++) {
      const value = read(raw[key], { up, key })
      const item = value === NOTHING ? null : value
      same &&= old![key - from] === item
      next.push(item)
    }
    return same ? old! : next
  }

  function readChunks(raw: unknown[], path: Path, old: Json[] | undefined): Json[] {
    let found = chunks.get(raw)
    if (!found)
      chunks.set(raw, (found = { nodes: [], values: [], trackAll: trackElementsOnce(raw) }))
    const { nodes, values, trackAll } = found
    trackAll()
    const count = Math.ceil(raw.length / CHUNK)
    let same = old?.length === raw.length && values.length === count
    nodes.length = values.length = Math.min(nodes.length, count)
    for (let index = 0; index < count; index++) {
      nodes[index] ??= computed((before?: Json[]) => {
        trackAll()
        const from = index * CHUNK
        return readPart(raw, path, from, Math.min(from + CHUNK, raw.length), before)
      })
      const { value } = nodes[index]!
      same &&= values[index] === value
      values[index] = value
    }
    return same ? old! : ([] as Json[]).concat(...values)
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
      const name = form.text(key)
      next[name] = value
      count++
      same &&= old![name] === value
    }
    return same && Object.keys(old!).length === count ? old! : next
  }

  return read
}

/** Tracks writes, additions and removals of all elements as one dependency. Creating the iterator tracks it. */
function trackElements(raw: unknown[]): void {
  shallowReactive(raw).values()
}

/**
 * Like `trackElements`, for many readers of one array. A sort or a shift writes every element, and each write
 * would notify each reader. Here only the first write notifies them.
 */
function trackElementsOnce(raw: unknown[]): () => void {
  const version = shallowRef(0)
  let notified = false
  const effect = new ReactiveEffect(() => trackElements(raw))
  effect.scheduler = () => {
    if (notified) return
    notified = true
    version.value++
  }
  effect.run()
  return () => {
    notified = false
    void version.value
  }
}
