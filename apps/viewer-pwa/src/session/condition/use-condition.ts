import { useIntervalFn, useOnline } from '@vueuse/core'
import { computed, type ComputedRef, shallowRef } from 'vue'
import { equal, type Json } from '@vue-sync/vue/protocol'
import { useSyncViewer } from '@vue-sync/vue/viewer'
import { hasCamera } from '../../device/has-camera.ts'
import { useLanguage } from '../../texts/language.ts'
import { describe, type Description } from './describe.ts'
import { encryptedAt, hasKey } from '../session-link.ts'
import type { UseSessionReturn } from '../use-session.ts'

/** The state of the connection in words, kept up to date. */
export function useCondition({
  link,
  givenLink,
  page,
}: Pick<UseSessionReturn, 'link' | 'givenLink' | 'page'>): ComputedRef<Description> {
  const viewer = useSyncViewer()
  const { texts, formats } = useLanguage()
  const online = useOnline()
  const canScan = hasCamera()
  const now = shallowRef(Date.now())
  useIntervalFn(() => (now.value = Date.now()), 500)
  return computed<Description>((before) => {
    const next = describe(
      {
        status: viewer.status.value,
        host: viewer.host.value,
        behind: viewer.behind.value,
        stale: viewer.stale.value,
        retryAt: viewer.retryAt.value,
        lastUpdate: viewer.lastUpdate.value,
        asOf: viewer.asOf.value,
        online: online.value,
        error: viewer.error.value,
        encryptedAt: encryptedAt(link.value),
        plainLink: givenLink.value,
        ownPage: isSecureContext ? undefined : page.value,
        problem: viewer.problem.value,
        progress: viewer.progress.value,
        problems: viewer.problems.value,
        hasKey: hasKey(link.value),
        canScan,
      },
      now.value,
      texts.value.session,
      formats.value,
    )
    // The clock ticks also while nothing changes, and the whole app would render.
    return before && equal(before as unknown as Json, next as unknown as Json) ? before : next
  })
}
