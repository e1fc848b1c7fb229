import { computed, type ComputedRef, ReactiveEffect, shallowReactive, shallowRef } from 'vue'
import type { Json } from '../protocol/index.ts'
import { joinRuns } from './core/runs.ts'

/** Neighbouring elements of a long array, which are read together. */
interface Run {
  /** The raw elements. A run is replaced when one of them is. */
  items: unknown[]
  /** The index of the first element. */
  from: number
  node: ComputedRef<Json[]>
}

/** Reads raw elements, of which the first has the index `from`. Gives `old` if nothing has changed. */
export type ReadItems = (items: unknown[], from: number, old: Json[] | undefined) => Json[]

const LEAST_RUN = 128

/** An array that is longer is worth the runs. */
export const LONG = 2 * LEAST_RUN

/** Tracks writes, additions and removals of all elements as one dependency. Creating the iterator tracks it. */
export function trackElements(raw: unknown[]): void {
  shallowReactive(raw).values()
}

/**
 * Reads a long array in runs, so that a change reads only the runs around it. A run follows its elements to
 * another place, so an insertion does not touch those behind it.
 *
 * @returns reads the array; gives `old` if nothing has changed
 */
export function createTrackedList(
  raw: unknown[],
  readItems: ReadItems,
): (old: Json[] | undefined) => Json[] {
  const runs: Run[] = []
  let values: Json[][] = []
  const version = shallowRef(0)
  let isStale = true
  // A sort or a shift writes every element. Only the first write notifies the readers.
  const effect = new ReactiveEffect(() => trackElements(raw))
  effect.scheduler = () => {
    if (isStale) return
    isStale = true
    version.value++
  }
  effect.run()

  function isAt({ items }: Run, from: number, to: number): boolean {
    if (items.length > to - from) return false
    for (let index = 0; index < items.length; index++)
      if (items[index] !== raw[from + index]) return false
    return true
  }

  function createRun(items: unknown[]): Run {
    const run: Run = {
      items,
      from: 0,
      node: computed<Json[]>((old) => readItems(items, run.from, old)),
    }
    return run
  }

  /** Replaces the runs whose elements have changed. */
  function align(): void {
    let from = 0
    let to = raw.length
    let head = 0
    let tail = runs.length
    while (head < tail && isAt(runs[head]!, from, to)) from += runs[head++]!.items.length
    while (head < tail) {
      const start = to - runs[tail - 1]!.items.length
      if (start < from || !isAt(runs[tail - 1]!, start, to)) break
      to = start
      tail--
    }
    // The square root keeps the cost of reading one run near the cost of joining all.
    const size = Math.max(LEAST_RUN, Math.sqrt(raw.length))
    while (from < to && to - from < size / 2 && tail - head < runs.length) {
      if (head > 0) from -= runs[--head]!.items.length
      else to += runs[tail++]!.items.length
    }
    const count = Math.ceil((to - from) / size)
    const step = Math.ceil((to - from) / count)
    const made = Array.from({ length: count }, (_, index) => {
      const start = from + index * step
      return createRun(raw.slice(start, Math.min(start + step, to)))
    })
    runs.splice(head, tail - head, ...made)
    let at = 0
    for (const run of runs) {
      run.from = at
      at += run.items.length
    }
  }

  return (old) => {
    void version.value
    const wasStale = isStale
    if (isStale) align()
    isStale = false
    const before = values
    values = runs.map(({ node }) => node.value)
    const isSame = (a: unknown[], b: unknown[]) =>
      a.length === b.length && a.every((value, index) => value === b[index])
    if (old && isSame(values, before)) return old
    const next = joinRuns(values)
    return wasStale && old && isSame(next, old) ? old : next
  }
}
