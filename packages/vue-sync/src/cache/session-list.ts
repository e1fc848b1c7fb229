import type { KnownSession } from './records.ts'

export interface ListLimits {
  maxSize: number
  maxSessions: number
}

export interface Listed {
  list: KnownSession[]
  /** Ids whose state no longer has a place. */
  dropped: string[]
}

/**
 * Puts a session first. Beyond the limits, the states seen longest ago go, and only then whole sessions: a
 * state comes back with the next connection, a key does not. An entry with the same epoch is the same page
 * load of the same host, so its relay has moved: the new address takes its place.
 */
export function putFirst(
  known: readonly KnownSession[],
  entry: KnownSession,
  { maxSize, maxSessions }: ListLimits,
): Listed {
  const dropped: string[] = []
  const others = known
    .filter(({ id }) => id !== entry.id)
    .toSorted((a, b) => b.asOf - a.asOf)
    .filter(({ id, epoch }) => {
      const moved = epoch === entry.epoch
      if (moved) dropped.push(id)
      return !moved
    })
  const list = [entry, ...others]
  for (const { id } of list.splice(maxSessions)) dropped.push(id)
  let total = 0
  for (const [index, session] of list.entries()) {
    total += session.size
    if (session.size === 0 || total <= maxSize) continue
    dropped.push(session.id)
    list[index] = { ...session, size: 0 }
  }
  return { list, dropped }
}
