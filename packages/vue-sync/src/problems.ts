import type { ErrorCode, WarningCode } from './diagnostics.ts'

/** One part of the state that could not be sent or shown. Also reported in production. */
export interface SyncProblem {
  /** The code of an error or of a warning. */
  code: ErrorCode | WarningCode
  /** The store's id. Missing if the problem concerns the whole state. */
  store?: string
  /** The path inside the store, such as `rows[].due`. Array indexes are left out, so a list is one problem. */
  path?: string
  /** For developers, in English. */
  reason: string
}

/** The present problems of a host or viewer, oldest first, at most `MOST_PROBLEMS`. */
export interface Problems {
  readonly list: readonly SyncProblem[]
  /** Adds a problem, unless one with the same code, store and path is listed. Drops the oldest if the list is full. */
  add: (problem: SyncProblem) => void
  /** Removes the problems that no longer exist. */
  remove: (matches: (problem: SyncProblem) => boolean) => void
  /**
   * Replaces the problems of one store that were found by reading or filling it. Those that a codec has found, and VS218,
   * are kept: their callers remove them.
   */
  replaceOf: (store: string, present: readonly SyncProblem[]) => void
}

/** Names the place of a problem and its reason, for a warning in development. */
export function describeProblem({ store, path, reason }: SyncProblem): string {
  return `${store === undefined ? '' : `store "${store}"${path ? `, ${path}` : ''}: `}${reason}`
}

export const MOST_PROBLEMS = 50

/** Whether two problems are one entry of the list. */
export function isSameProblem(a: SyncProblem, b: SyncProblem): boolean {
  return a.code === b.code && a.store === b.store && a.path === b.path
}

/** The codes that are not found by reading or filling a store: those of `CodecProblem`, and VS218. */
const OF_OTHERS = /^VS(?:124|125|21[78])$/

/** @param list an empty list, which may be observed */
export function createProblems(list: SyncProblem[] = []): Problems {
  function add(problem: SyncProblem): void {
    if (list.some((known) => isSameProblem(known, problem))) return
    if (list.length >= MOST_PROBLEMS) list.shift()
    list.push(problem)
  }

  function remove(matches: (problem: SyncProblem) => boolean): void {
    for (let index = list.length - 1; index >= 0; index--)
      if (matches(list[index]!)) list.splice(index, 1)
  }

  return {
    list,
    add,
    remove,
    replaceOf(store, present) {
      remove(
        (known) =>
          known.store === store &&
          !OF_OTHERS.test(known.code) &&
          !present.some((problem) => isSameProblem(problem, known)),
      )
      for (const problem of present) add(problem)
    },
  }
}
