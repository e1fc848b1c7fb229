import { onScopeDispose, type Ref, shallowRef } from 'vue'
import { SyncError } from '@vue-sync/vue/viewer'
import { noLink, PairingProblem } from './pairing.ts'

export interface UseAttemptsReturn {
  /** Whether the link is still being looked for. */
  busy: Readonly<Ref<boolean>>
  /** Why the last attempt failed. */
  problem: Readonly<Ref<PairingProblem | undefined>>
  /** Opens the link that `find` returns. It replaces an attempt that has not ended. */
  attempt: (find: () => Promise<string>) => Promise<void>
  /** Makes the last attempt again. */
  retry: () => void
  /** Gives up the attempt and forgets its problem. */
  cancel: () => void
}

/**
 * Opens links that take time to find. Only the newest attempt opens a link or shows a problem, and none does after the
 * scope has ended.
 *
 * @param open throws a `SyncError` if the link is invalid
 */
export function useAttempts(open: (link: string) => void): UseAttemptsReturn {
  const busy = shallowRef(false)
  const problem = shallowRef<PairingProblem>()
  let newest: (() => Promise<string>) | undefined
  let count = 0

  function cancel(): void {
    count++
    busy.value = false
    problem.value = undefined
  }
  onScopeDispose(cancel)

  async function attempt(find: () => Promise<string>): Promise<void> {
    cancel()
    newest = find
    busy.value = true
    const own = count
    try {
      const link = await find()
      if (own === count) open(link)
    } catch (error) {
      const shown = error instanceof SyncError ? noLink(error.code) : error
      if (!(shown instanceof PairingProblem)) throw error
      if (own === count) problem.value = shown
    } finally {
      if (own === count) busy.value = false
    }
  }

  return {
    busy,
    problem,
    attempt,
    retry() {
      if (newest) void attempt(newest)
    },
    cancel,
  }
}
