import { keyOf, parentKey, type View } from './keys.ts'
import { type ItemIds, partsOf } from './parts.ts'
import type { Filter } from './rows.ts'
import { hasParts, plainText } from './values.ts'

export interface Found extends Filter {
  matches: Set<string>
  around: Set<string>
  /** How many there are in all. `matches` has the first ones only. */
  total: number
}

/** More matches than this do not help anybody. */
const MOST_MATCHES = 1000
/** A search pauses after this many values, to let the page answer touches. */
const SLICE = 2000

/** Letters without case and accents: "é" is found by "E". */
export function fold(text: string): string {
  const lower = text.toLowerCase()
  // eslint-disable-next-line no-control-regex
  return /^[\u0000-\u007F]*$/.test(lower) ? lower : lower.normalize('NFKD').replace(/\p{M}/gu, '')
}

/**
 * Searches the names of stores, fields and keys, and all values without parts. Yields now and then: the caller
 * decides whether to go on. The time is a pass over the state; names, which repeat, are compared once.
 */
export function* search(view: View, query: string, ids: ItemIds): Generator<void, Found> {
  const needle = fold(query.trim())
  const found: Found = { matches: new Set(), around: new Set(), total: 0 }
  const names = new Map<string, boolean>()
  const way: string[] = []
  let count = 0

  function hasNeedle(name: string): boolean {
    let is = names.get(name)
    if (is === undefined) names.set(name, (is = fold(name).includes(needle)))
    return is
  }

  function* visit(value: unknown, name: string | undefined): Generator<void> {
    if (++count % SLICE === 0) yield
    const isLeaf = !hasParts(value)
    if ((name !== undefined && hasNeedle(name)) || (isLeaf && isFound(value, needle))) report()
    if (isLeaf) return
    // An index is no name that anybody looks for.
    const isList = Array.isArray(value) || value instanceof Set
    for (const part of partsOf(value, ids)) {
      way.push(part.id)
      if (hasParts(part.value)) {
        yield* visit(part.value, isList ? undefined : part.name)
      } else {
        if (++count % SLICE === 0) yield
        if ((!isList && hasNeedle(part.name)) || isFound(part.value, needle)) report()
      }
      way.pop()
    }
  }

  function report(): void {
    found.total++
    if (found.matches.size < MOST_MATCHES) found.matches.add(keyOf(way))
  }

  if (needle === '') return found
  for (const id of view.ids) {
    way.push(id)
    yield* visit(view.stores.get(id), id)
    way.pop()
  }
  for (const key of found.matches) addAround(found.around, key)
  return found
}

function isFound(value: unknown, needle: string): boolean {
  return (typeof value === 'string' ? fold(value) : plainText(value).toLowerCase()).includes(needle)
}

function addAround(around: Set<string>, key: string): void {
  let parent = parentKey(key)
  while (parent !== undefined && !around.has(parent)) {
    around.add(parent)
    parent = parentKey(parent)
  }
}

/** Shows only these parts, for example the recently changed ones. */
export function filterOf(keys: Iterable<string>): Filter {
  const matches = new Set(keys)
  const around = new Set<string>()
  for (const key of matches) addAround(around, key)
  return { matches, around }
}
