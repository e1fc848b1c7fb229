import type { KnownSession } from './records.ts'

export interface ListLimits {
  maxSize: number
  maxSessions: number
}

export interface Listed {
  list: KnownSession[]
  /** Ids of sessions whose state must be deleted. */
  dropped: string[]
}

/**
 * Puts a session first. Above the limits it removes the oldest states, and only then whole sessions: the next
 * connection brings a state back, but not a key. A session with the same epoch is the same page load of the
 * same host at another relay address, so the new entry replaces it.
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
