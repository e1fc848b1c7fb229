import { parseLink, placeOf, type SyncAddress } from '../protocol/index.ts'
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

function isSamePlace(a: SyncAddress, b: SyncAddress): boolean {
  return placeOf(a) === placeOf(b)
}

/**
 * Whether `entry` replaces `other`, because it is
 * - the same session after the host has changed its secret, or has begun to encrypt. The reverse does not hold: a
 *   link without a secret replaces no link with one.
 * - the same page load of the host at another address of the relay. The epoch alone does not prove that, because a
 *   relay can send the epoch of any session that it knows, so both links need the same keys too.
 */
function replaces(entry: KnownSession, other: KnownSession): boolean {
  const [to, from] = [parseLink(entry.link), parseLink(other.link)]
  if (!to || !from) return false
  if (to.secret && isSamePlace(to, from)) return true
  const hasSameKeys =
    to.session === from.session &&
    to.key === from.key &&
    to.secret === from.secret &&
    to.signer === from.signer
  return entry.epoch === other.epoch && hasSameKeys
}

/**
 * Puts a session first. Above the limits it removes the oldest states, and only then whole sessions: the next
 * connection brings a state back, but not a key.
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
    .filter((other) => {
      const isReplaced = replaces(entry, other)
      if (isReplaced) dropped.push(other.id)
      return !isReplaced
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
