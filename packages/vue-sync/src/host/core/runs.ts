import type { Json } from '../../protocol/index.ts'

type Container = Json[] | { [key: string]: Json }

/**
 * A snapshot keeps a long list as an array of runs of elements, because copying an array of 100,000 elements for
 * each change takes milliseconds.
 */
const divided = new WeakSet<object>()

/** The plain JSON of divided lists and of everything around them; `undefined` until it is needed. */
const plainForms = new WeakMap<object, Json | undefined>()

/** Marks a container that may contain a divided list at any depth. */
export function markHolder(value: object): void {
  if (!plainForms.has(value)) plainForms.set(value, undefined)
}

/** Gives a list in a snapshot. Lists that share runs are compared run by run. */
export function divide(runs: Json[][]): Json[] {
  divided.add(runs)
  markHolder(runs)
  return runs
}

/** Gives the runs of a list. A list that is not divided is one run. */
export function runsOf(list: Json[]): Json[][] {
  return divided.has(list) ? (list as Json[][]) : [list]
}

export function copyContainer(value: Container): Container {
  if (!Array.isArray(value)) return { ...value }
  return divided.has(value) ? divide([...value] as Json[][]) : [...value]
}

export function joinRuns(runs: Json[][]): Json[] {
  return ([] as Json[]).concat(...runs)
}

/** Gives a part of a snapshot as plain JSON. Gives the same object for the same part. */
export function joined<T extends Json>(value: T): T {
  if (typeof value !== 'object' || value === null || !plainForms.has(value)) return value
  let plain = plainForms.get(value)
  if (plain === undefined) {
    plain = Array.isArray(value)
      ? value.map(joined)
      : Object.fromEntries(Object.entries(value).map(([key, part]) => [key, joined(part)]))
    if (divided.has(value)) plain = joinRuns(plain as Json[][])
    plainForms.set(value, plain)
  }
  return plain as T
}
