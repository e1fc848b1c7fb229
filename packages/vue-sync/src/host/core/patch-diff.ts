import { escapeKey, isContainer, type Json, type PatchOperation } from '../../protocol/index.ts'
import { diffArrays } from './array-diff.ts'
import { joined, joinRuns, runsOf } from './runs.ts'

/** With more operations than this, the whole value is sent instead. */
const MOST_OPERATIONS = 256

class TooMany extends Error {}

type JsonObject = { [key: string]: Json }

/** Gives what is between the same elements at the start, of which there are `head`, and those at the end. */
function trim<T>(before: T[], after: T[]): { old: T[]; now: T[]; head: number } {
  const shift = before.length - after.length
  const shorter = Math.min(before.length, after.length)
  let head = 0
  while (head < shorter && before[head] === after[head]) head++
  let end = after.length
  while (end > head && end + shift > head && before[end - 1 + shift] === after[end - 1]) end--
  return { old: before.slice(head, end + shift), now: after.slice(head, end), head }
}

/**
 * Gives RFC 6902 operations (add, remove, replace, move) that turn `prev` into `next`; `undefined` when they
 * would be too many. Compares by identity, so the snapshots must share unchanged parts.
 *
 * @param path the path of the value, e.g. `/board/rows`
 */
export function diffValue(prev: Json, next: Json, path: string): PatchOperation[] | undefined {
  const operations: PatchOperation[] = []

  function push(operation: PatchOperation): void {
    if (operation.value !== undefined) operation.value = joined(operation.value)
    if (operations.push(operation) > MOST_OPERATIONS) throw new TooMany()
  }

  function visit(before: Json, after: Json, at: string): void {
    if (before === after) return
    if (
      isContainer(before) &&
      isContainer(after) &&
      Array.isArray(before) === Array.isArray(after)
    ) {
      if (Array.isArray(after)) visitArray(before as Json[], after, at)
      else visitObject(before as JsonObject, after, at)
    } else push({ op: 'replace', path: at, value: after })
  }

  function visitObject(before: JsonObject, after: JsonObject, at: string): void {
    const keys = Object.keys(after)
    if (
      !keys.some((key) => before[key] === after[key] && Object.hasOwn(before, key)) &&
      keys.length > 1
    )
      return push({ op: 'replace', path: at, value: after })
    for (const key of Object.keys(before))
      if (!Object.hasOwn(after, key)) push({ op: 'remove', path: `${at}/${escapeKey(key)}` })
    for (const key of keys) {
      const inside = `${at}/${escapeKey(key)}`
      if (Object.hasOwn(before, key)) visit(before[key]!, after[key]!, inside)
      else push({ op: 'add', path: inside, value: after[key]! })
    }
  }

  function visitArray(before: Json[], after: Json[], at: string): void {
    const runs = trim(runsOf(before), runsOf(after))
    const { old, now, head: start } = trim(joinRuns(runs.old), joinRuns(runs.now))
    let head = start
    for (let run = 0; run < runs.head; run++) head += runsOf(after)[run]!.length
    const change = diffArrays(old, now, MOST_OPERATIONS)
    if (!change) throw new TooMany()
    const place = (index: number) => `${at}/${head + index}`
    for (const index of change.removed) push({ op: 'remove', path: place(index) })
    for (const [from, to] of change.moved) push({ op: 'move', from: place(from), path: place(to) })
    for (const index of change.added) push({ op: 'add', path: place(index), value: now[index]! })
    for (const [index, to] of change.changed) visit(old[index]!, now[to]!, place(to))
  }

  try {
    visit(prev, next, path)
  } catch (error) {
    if (error instanceof TooMany) return undefined
    throw error
  }
  return operations
}
