import { keyOf, parentKey, type View } from '../keys.ts'
import { type ItemIds, partsOf } from '../parts.ts'
import type { Filter } from '../rows.ts'
import { BETWEEN, fold, indexOf, needleOf } from './search-index.ts'

export interface Found extends Filter {
  /** The query of this search. */
  query: string
  /** Whether the search has ended. */
  isComplete: boolean
  matches: Set<string>
  around: Set<string>
  /** How many matches there are. `matches` contains only the first ones. */
  total: number
}

/** At most this many matches are listed. */
const MOST_MATCHES = 1000
/** A search pauses after this many characters, to let the page answer touches. */
const SLICE = 20_000

/** A container on the way to a part. */
interface Step {
  container: object
  /** The ids of its parts. They are made when the first of them matches. */
  ids: readonly string[] | undefined
  /** The place of the part that leads on. */
  at: number
}

/**
 * Searches the names of stores, fields and keys, and all values without parts. It pauses regularly and yields the matches
 * so far, always as the same object. The first search indexes the state. Later searches read one text for each container,
 * and after a change only the changed containers are indexed again.
 */
export function* search(view: View, query: string, ids: ItemIds): Generator<Found, Found> {
  const needle = needleOf(query)
  const found: Found = {
    query,
    isComplete: false,
    matches: new Set(),
    around: new Set(),
    total: 0,
  }
  const way: Step[] = []
  let store = ''
  let searched = 0

  function report(): void {
    found.total++
    if (found.matches.size >= MOST_MATCHES) return
    const key = [store]
    for (const step of way) {
      step.ids ??= [...partsOf(step.container, ids)].map(({ id }) => id)
      key.push(step.ids[step.at]!)
    }
    const matched = keyOf(key)
    found.matches.add(matched)
    addAround(found.around, matched)
  }

  function* visit(container: object): Generator<Found> {
    const { text, containers } = indexOf(container)
    if ((searched += text.length + 50) > SLICE) {
      searched = 0
      yield found
    }
    const step: Step = { container, ids: undefined, at: 0 }
    way.push(step)
    const next = containers[Symbol.iterator]()
    let inner = next.next()
    /** The number of the entry that begins at `start`. */
    let at = 0
    let start = 0
    for (;;) {
      const place = text.indexOf(needle, start)
      if (place === -1) break
      let end = text.indexOf(BETWEEN, start)
      for (; end !== -1 && end < place; end = text.indexOf(BETWEEN, start)) {
        start = end + 1
        at++
      }
      // Matches are in the order of the tree.
      for (; !inner.done && inner.value[0] < at; inner = next.next())
        yield* enter(step, inner.value)
      step.at = at
      report()
      if (end === -1) break
      start = end + 1
      at++
    }
    for (; !inner.done; inner = next.next()) yield* enter(step, inner.value)
    way.pop()
  }

  function* enter(step: Step, [at, container]: readonly [number, object]): Generator<Found> {
    step.at = at
    yield* visit(container)
  }

  if (needle === '') return Object.assign(found, { isComplete: true })
  for (const id of view.ids) {
    store = id
    if (fold(id).includes(needle)) report()
    yield* visit(view.stores.get(id)!)
  }
  found.isComplete = true
  return found
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
