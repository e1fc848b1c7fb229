import { ReactiveEffect, shallowReactive, shallowRef } from 'vue'

/** Neighbouring elements of a long array, which are read together. It is replaced when one of them is. */
export interface Run<T> {
  /** The raw elements. */
  items: unknown[]
  /** The index of the first element. */
  from: number
  /** Reads the elements. */
  node: T
}

const LEAST_RUN = 128

/** An array that is longer is worth the runs. */
export const LONG = 2 * LEAST_RUN

/** Tracks writes, additions and removals of all elements as one dependency. Creating the iterator tracks it. */
export function trackElements(raw: unknown[]): void {
  shallowReactive(raw).values()
}

/**
 * Divides a long array into runs, so that a change reads only the runs around it. A run follows its elements to
 * another place, so an insertion does not touch those behind it.
 *
 * @returns gives the present runs and tracks the elements; the same array of runs if no element was replaced. Elements
 * may have been replaced without Vue's knowledge if `isUntracked`.
 */
export function createRuns<T>(
  raw: unknown[],
  createNode: (run: Omit<Run<T>, 'node'>) => T,
): (isUntracked?: boolean) => readonly Run<T>[] {
  let runs: Run<T>[] = []
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

  function isAt({ items }: Run<T>, from: number, to: number): boolean {
    if (items.length > to - from) return false
    // As Vue compares a write, so `-0` is not 0. It is also twice as fast as `===` for objects.
    for (let index = 0; index < items.length; index++)
      if (!Object.is(items[index], raw[from + index])) return false
    return true
  }

  function createRun(items: unknown[]): Run<T> {
    const run = { items, from: 0 } as Run<T>
    run.node = createNode(run)
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
      if (!isAt(runs[tail - 1]!, start, to) || start < from) break
      to = start
      tail--
    }
    if (head === tail && from === to) return
    // The square root keeps the cost of reading one run near the cost of joining all.
    const size = Math.max(LEAST_RUN, Math.sqrt(raw.length))
    while (from < to && to - from < size / 2 && tail - head < runs.length) {
      if (head > 0) from -= runs[--head]!.items.length
      else to += runs[tail++]!.items.length
    }
    const step = Math.ceil((to - from) / Math.ceil((to - from) / size))
    const made: Run<T>[] = []
    for (let at = from; at < to; at += step)
      made.push(createRun(raw.slice(at, Math.min(at + step, to))))
    runs = [...runs.slice(0, head), ...made, ...runs.slice(tail)]
    let at = 0
    for (const run of runs) {
      run.from = at
      at += run.items.length
    }
  }

  return (isUntracked) => {
    void version.value
    if (isStale || isUntracked) align()
    isStale = false
    return runs
  }
}
