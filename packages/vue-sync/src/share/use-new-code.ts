import { type Ref, shallowRef } from 'vue'
import type { UseSyncHostReturn } from '../host/use-sync-host.ts'

export interface UseNewCodeReturn {
  /**
   * Replaces the pair code, unless that is under way. Connected viewers stay, and links go on working. The relay's
   * audit log gets one entry about a revoked link.
   */
  renew: () => Promise<void>
  isRenewing: Readonly<Ref<boolean>>
  /** Whether the latest attempt failed. */
  hasFailed: Readonly<Ref<boolean>>
}

/** How long the link of a renewal is valid. It leaves the list of revoked links an hour later. */
const SHORT_MS = 1000

/**
 * On each change of the list of revoked links, relays end the code on every node and make another. The protocol has no
 * request for that alone, so this issues a link that nobody gets, and revokes it.
 */
export function useNewCode({
  issue,
  revoke,
}: Pick<UseSyncHostReturn, 'issue' | 'revoke'>): UseNewCodeReturn {
  const isRenewing = shallowRef(false)
  const hasFailed = shallowRef(false)

  async function renew(): Promise<void> {
    // Each renewal takes a place in the list for an hour, so impatient clicks must not add more.
    if (isRenewing.value) return
    isRenewing.value = true
    try {
      await revoke(issue({ expiresIn: SHORT_MS }))
      hasFailed.value = false
    } catch {
      hasFailed.value = true
    }
    isRenewing.value = false
  }
  return { renew, isRenewing, hasFailed }
}
