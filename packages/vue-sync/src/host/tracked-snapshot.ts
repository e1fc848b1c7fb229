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
import { CONTAINER, leaf, NOTHING, type OnUnplain, type Path, toPlain } from './core/plain.ts'

type Read = Json | typeof NOTHING

/** A long array is read in parts of this many, so that one changed element makes one part read again. */
const CHUNK = 128

/** The parts of a long array, what they last gave, and what makes all of them read again. */
interface Chunks {
  nodes: ComputedRef<Json[]>[]
  values: Json[][]
  elements: () => void
}

/**
 * Reads reactive state as immutable JSON with structural sharing. Each container is a `computed`, so a
 * read after a change walks only the containers on the way to it, and everything else keeps its
 * identity: two snapshots are compared with `===`.
 */
export function createTrackedReader(
  onUnplain: OnUnplain,
): (value: unknown, path: Path) => Json | typeof NOTHING {
  const nodes = new WeakMap<object, ComputedRef<Json>>()
  const chunks = new WeakMap<object, Chunks>()
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

  /** Nothing inside is tracked, so all of it is read again whenever the ref is replaced or triggered. */
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
    let parts = chunks.get(raw)
    if (!parts) chunks.set(raw, (parts = { nodes: [], values: [], elements: elementsOf(raw) }))
    const { nodes: own, values, elements } = parts
    elements()
    const count = Math.ceil(raw.length / CHUNK)
    let same = old?.length === raw.length && values.length === count
    own.length = values.length = Math.min(own.length, count)
    for (let index = 0; index < count; index++) {
      own[index] ??= computed((before?: Json[]) => {
        elements()
        const from = index * CHUNK
        return readPart(raw, path, from, Math.min(from + CHUNK, raw.length), before)
      })
      const { value } = own[index]!
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
    // Tracks on the same target as `reactive`, but hands out raw children: the walk makes no deep proxies.
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

/** Any element written, added or removed: one dependency for all of them. An iterator's making is what tracks it. */
function trackElements(raw: unknown[]): void {
  shallowReactive(raw).values()
}

/**
 * The same for many readers at once. Each element that a sort or a shift writes would tell every one of
 * them; here the first tells them, and the rest find it said.
 */
function elementsOf(raw: unknown[]): () => void {
  const version = shallowRef(0)
  let told = false
  const effect = new ReactiveEffect(() => trackElements(raw))
  effect.scheduler = () => {
    if (told) return
    told = true
    version.value++
  }
  effect.run()
  return () => {
    told = false
    void version.value
  }
}
