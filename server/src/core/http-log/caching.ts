import { isEncryptedEntry } from '../session/encrypted-entry.ts'
import type { Entry } from '../session/retained.ts'

const PRIVATE = 'private, no-store'
export interface CachedAnswer {
  entries: readonly Entry[]
  /** Whether the messages of the session are encrypted. */
  isEncrypted: boolean
  /** Whether the operator has declared the state public. */
  isPublic: boolean
  isLive: boolean
  isState: boolean
}

/**
 * The `Cache-Control` of an answer. Shared caches do not know which keys are valid, so they keep only bytes that
 * everybody may have.
 */
export function cacheControl(answer: CachedAnswer): string {
  const { entries, isEncrypted, isPublic, isLive, isState } = answer
  if (!isPublic && !(isEncrypted && entries.every(isEncryptedEntry))) return PRIVATE
  // A whole state is the latest only for a moment. What follows a position never changes.
  const isFleeting = entries.length === 0 || entries.some(({ snapshot }) => snapshot)
  if (isState || isFleeting) return 'public, max-age=1'
  return isLive ? 'public, max-age=5' : 'public, max-age=31536000, immutable'
}
