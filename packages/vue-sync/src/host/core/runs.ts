import type { Json } from '../../protocol/index.ts'

/** The runs of elements that a long array was joined from. */
const runsOf = new WeakMap<Json[], Json[][]>()

/** Joins runs into one array. Arrays that share runs can be compared run by run with `sharedRuns`. */
export function joinRuns(runs: Json[][]): Json[] {
  const list = ([] as Json[]).concat(...runs)
  runsOf.set(list, runs)
  return list
}

/** Gives how many elements at the start of two arrays, or at their end, are in runs that both have. */
export function sharedRuns(a: Json[], b: Json[], atEnd = false): number {
  const ofA = runsOf.get(a) ?? []
  const ofB = runsOf.get(b) ?? []
  let count = 0
  for (let index = 0; index < ofA.length; index++) {
    const run = ofA.at(atEnd ? -1 - index : index)!
    if (run !== ofB.at(atEnd ? -1 - index : index)) break
    count += run.length
  }
  return count
}
