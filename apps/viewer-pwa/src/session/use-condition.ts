import { useIntervalFn, useOnline } from '@vueuse/core'
import { computed, type ComputedRef, shallowRef } from 'vue'
import { useSyncViewer } from '@vue-sync/vue/viewer'
import { useLanguage } from '../texts/language.ts'
import { describe, type Description } from './describe.ts'
import { encryptedAt } from './session-link.ts'
import type { UseSessionReturn } from './use-session.ts'

/** The state of the connection in words, kept up to date. */
export function useCondition({
  link,
  givenLink,
  page,
}: Pick<UseSessionReturn, 'link' | 'givenLink' | 'page'>): ComputedRef<Description> {
  const viewer = useSyncViewer()
  const { texts, formats } = useLanguage()
  const online = useOnline()
  const now = shallowRef(Date.now())
  useIntervalFn(() => (now.value = Date.now()), 500)
  return computed(() =>
    describe(
      {
        status: viewer.status.value,
        host: viewer.host.value,
        behind: viewer.behind.value,
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
      },
      now.value,
      texts.value.session,
      formats.value,
    ),
  )
}
