import {
  computed,
  type ComputedRef,
  isRef,
  isShallow,
  reactive,
  type Ref,
  shallowReactive,
  toRaw,
  unref,
} from 'vue'
import { isContainer, type Json, share } from '../../protocol/index.ts'
import { addFinding, type Findings, isSameLoss } from '../core/findings.ts'
import {
  COLLECTION_LEVELS,
  CONTAINER,
  MOST_LEVELS,
  NOTHING,
  type OnUnplain,
  type Path,
  readKey,
  type ReadLeaf,
  sentKeys,
  toPlain,
  valueForm,
} from '../core/plain.ts'
import { copyContainer, divide, joined, markHolder } from '../core/runs.ts'
import { createRuns, LONG, type Run, trackElements } from './tracked-list.ts'

/**
 * Stands for a container that contains itself or nests too deep. Which part to leave out depends on where it is, so
 * it cannot be read apart from the field that it is in.
 */
const TANGLED = Symbol('tangled')

type Read = Json | typeof NOTHING | typeof TANGLED

/** A container, or a part of a long array, that is read again only after a change inside it. */
interface Node {
  value: ComputedRef<Read>
  /** What it gave last. */
  last: Read | undefined
  /** When it was made or renewed, as `age` of the reader says. */
  age: number
  /** Makes it read all of its own again, and its parts. It still shares with what it gave last. */
  renew: () => void
  /** Its levels. */
  height: number
  /** Whether a list in it is divided. */
  isDivided: boolean
  findings: Findings | undefined
  /** Nodes of more than one level that it contained when it was read last, and when it was read before. */
  parts: WeakSet<Node> | undefined
  earlierParts: WeakSet<Node> | undefined
}

function createNode(): Node {
  return {
    value: undefined!,
    last: undefined,
    age: 0,
    renew: undefined!,
    height: 0,
    isDivided: false,
    findings: undefined,
    parts: undefined,
    earlierParts: undefined,
  }
}

/** A long array. */
interface List {
  getRuns: (isUntracked: boolean) => readonly Run<Node>[]
  /** When its elements were compared last, as `age` of the reader says. */
  age: number
}

const isSame = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((item, index) => item === b[index])

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

/** Gives the reactive form of a value, so that Vue tracks the read. */
function trackedView(value: unknown): unknown {
  const inner = isRef(value) ? unref(value) : value
  return isObject(inner) ? reactive(toRaw(inner)) : inner
}

/**
 * Reads reactive state as immutable JSON with structural sharing. Each container is a `computed`, so a
 * read after a change walks only the containers around that change. All other parts keep their identity,
 * so two snapshots can be compared with `===`.
 *
 * @param onUnplain called in every read, for everything in the value that is not sent as it is
 * @param age a number. When it is another one, everything is read again, so that changes which Vue does not track
 * are found too. The effect around the reader must then run again.
 * @returns reads the value of a field
 */
export function createTrackedReader(
  onUnplain: OnUnplain,
  form = valueForm(),
  age = () => 0,
): (value: unknown, path: Path) => Json | typeof NOTHING {
  const { readLeaf, values: rich } = form
  const nodes = new WeakMap<object, Node>()
  const lists = new WeakMap<object, List>()
  /** The last JSON of objects that are not a node. */
  const copies = new WeakMap<object, Json>()
  /** The containers that are being read. */
  const open = new Set<object>()
  /** The node that is being read. */
  let current = createNode()

  const note: OnUnplain = (...finding) => addFinding((current.findings ??= new Map()), finding)

  /** A node for `raw`, or for a part of it. */
  function createContainer(
    raw: object,
    path: Path,
    readParts: (old: Json | undefined) => Read,
  ): Node {
    const node = createNode()
    function compute(): Read {
      const before = node.last
      const outer = current
      const found = node.findings
      const isOpen = open.has(raw)
      current = node
      node.height = 0
      node.isDivided = false
      node.findings = undefined
      node.earlierParts = node.parts
      node.parts = undefined
      open.add(raw)
      try {
        const old = isContainer(before) ? before : undefined
        let next = readParts(old)
        if (!isContainer(next)) return next
        // The containers around it must read the findings again.
        if (next === before && !isSameLoss(found, node.findings)) next = copyContainer(next)
        if (node.isDivided) markHolder(next)
        return next
      } catch (error) {
        note('thrown', path, true, error)
        return NOTHING
      } finally {
        node.height++
        if (!isOpen) open.delete(raw)
        current = outer
      }
    }
    node.renew = () => {
      node.age = age()
      node.value = computed(() => (node.last = compute()))
    }
    node.renew()
    return node
  }

  function use(node: Node): Read {
    if (node.age !== age()) node.renew()
    const { value } = node.value
    if (node.height > current.height) current.height = node.height
    current.isDivided ||= node.isDivided
    if (node.findings)
      for (const finding of node.findings.values())
        addFinding((current.findings ??= new Map()), finding)
    if (node.height > 1) (current.parts ??= new WeakSet()).add(node)
    return value
  }

  /**
   * Whether an object contains one that is being read. A node that was read before may have been put inside
   * a part of itself, and Vue would then give its former value.
   */
  function containsOpen(value: unknown, visited = new Set<unknown>()): boolean {
    const raw = toRaw(unref(value))
    if (!isObject(raw) || visited.has(raw)) return false
    visited.add(raw)
    return open.has(raw) || partsOf(raw).some((part) => containsOpen(part, visited))
  }

  function partsOf(raw: object): unknown[] {
    if (!rich?.isCollection(raw)) return Object.values(raw)
    const collection = raw as Map<unknown, unknown> | Set<unknown>
    return [...collection.keys(), ...collection.values()]
  }

  function isTangled(node: Node, raw: object): boolean {
    if (node.height < 2 || open.size === 0 || current.earlierParts?.has(node)) return false
    try {
      return containsOpen(raw)
    } catch {
      return true
    }
  }

  function read(value: unknown, path: Path): Read {
    const known = isObject(value) ? nodes.get(value) : undefined
    if (known && !open.has(value as object))
      return isTangled(known, value as object) ? TANGLED : use(known)
    if (isRef(value) && isShallow(value)) return readShallow(value, path)
    const inner = isRef(value) ? unref(value) : value
    const plain = readPlain(inner, path)
    if (plain !== CONTAINER) return plain
    const raw = toRaw(inner) as object
    if (open.has(raw) || open.size >= MOST_LEVELS) return TANGLED
    let node = nodes.get(raw)
    if (node && isTangled(node, raw)) return TANGLED
    if (!node) {
      node = createContainer(raw, path, (old) =>
        rich?.isCollection(raw)
          ? readCollection(raw, path, old)
          : Array.isArray(raw)
            ? readArray(raw, path, old as Json[] | undefined)
            : readObject(raw as Record<string, unknown>, path, old as Record<string, Json>),
      )
      nodes.set(raw, node)
    }
    return use(node)
  }

  /** An object with `toJSON` is not a node, because what that function reads is tracked by the node around it. */
  function readPlain(value: unknown, path: Path): Json | typeof NOTHING | typeof CONTAINER {
    if (!isObject(value) || !('toJSON' in value)) return readLeaf(value, path, note)
    let plain: ReturnType<ReadLeaf>
    try {
      plain = readLeaf(reactive(value), path, note)
    } catch {
      // A class with private fields works without a proxy only.
      plain = readLeaf(toRaw(value), path, note)
    }
    if (!isContainer(plain)) return plain
    const shared = share(copies.get(toRaw(value)), plain)
    copies.set(toRaw(value), shared)
    return shared
  }

  /** Vue tracks nothing inside a shallow ref, so all of it is read again when the ref is set or triggered. */
  function readShallow(ref: Ref, path: Path): Read {
    let node = nodes.get(ref)
    if (!node) {
      node = createContainer(ref, path, (old) => {
        const plain = toPlain(ref.value, path, note, { form })
        return plain === NOTHING ? NOTHING : share(old, plain)
      })
      nodes.set(ref, node)
    }
    return use(node)
  }

  function readCollection(raw: object, up: Path, old: Json | undefined): Read {
    let isTangledPart = false
    // Iterating tracks the keys and the values.
    const next = rich!.collection(
      shallowReactive(raw),
      (part, key) => {
        const value = readSafely(part, { up, key, levels: COLLECTION_LEVELS })
        isTangledPart ||= value === TANGLED
        return typeof value === 'symbol' ? undefined : joined(value)
      },
      old,
    )
    current.height += COLLECTION_LEVELS - 1
    return isTangledPart ? TANGLED : next
  }

  function readArray(raw: unknown[], path: Path, old: Json[] | undefined): Read {
    if (raw.length > LONG) return readList(raw, path, old)
    trackElements(raw)
    return readItems(raw, path, 0, old)
  }

  /** @param from the index of the first item */
  function readItems(items: unknown[], up: Path, from: number, old: Json[] | undefined): Read {
    const next: Json[] = []
    let same = old?.length === items.length
    for (let index = 0; index < items.length; index++) {
      const value = readSafely(items[index], { up, key: from + index })
      if (value === TANGLED) return TANGLED
      const item = value === NOTHING ? null : value
      same &&= old![index] === item
      next.push(item)
    }
    return same ? old! : next
  }

  function readList(raw: unknown[], path: Path, old: Json[] | undefined): Read {
    let list = lists.get(raw)
    if (!list) {
      const getRuns = createRuns<Node>(raw, (run) =>
        createContainer(raw, path, (before) =>
          readItems(run.items, path, run.from, before as Json[] | undefined),
        ),
      )
      lists.set(raw, (list = { getRuns, age: age() }))
    }
    const runs = list.getRuns(list.age !== age())
    list.age = age()
    const values: Json[][] = []
    for (const { node } of runs) {
      const value = use(node)
      if (value === TANGLED || value === NOTHING) return value
      values.push(value as Json[])
    }
    current.isDivided = true
    return old && isSame(values, old) ? old : divide(values)
  }

  function readObject(
    raw: Record<string, unknown>,
    up: Path,
    old: Record<string, Json> | undefined,
  ): Read {
    // Tracks the same target as `reactive` but gives raw children, so the walk creates no deep proxies.
    const tracked = shallowReactive(raw)
    const next: Record<string, Json> = {}
    let count = 0
    let same = old !== undefined
    for (const key of sentKeys(tracked, up, note)) {
      const at = { up, key }
      const value = readSafely(readKey(tracked, at, note), at)
      if (value === TANGLED) return TANGLED
      if (value === NOTHING) continue
      const name = form.text(key)
      next[name] = value
      count++
      same &&= old![name] === value
    }
    return same && Object.keys(old!).length === count ? old! : next
  }

  /** A value that throws an error is left out, and the parts beside it are not. */
  function readSafely(value: unknown, path: Path): Read {
    try {
      return read(value, path)
    } catch (error) {
      note('thrown', path, true, error)
      return NOTHING
    }
  }

  return (value, path) => {
    current = createNode()
    let result = readSafely(value, path)
    if (result === TANGLED || current.height > MOST_LEVELS) {
      const raw = toRaw(unref(value)) as object
      current = createNode()
      const plain = toPlain(value, path, note, { form, view: trackedView })
      result = plain === NOTHING ? NOTHING : share(copies.get(raw), plain)
      if (isContainer(result)) copies.set(raw, result)
    }
    for (const finding of current.findings?.values() ?? []) onUnplain(...finding)
    return result
  }
}
