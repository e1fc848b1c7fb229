import { inject, type InjectionKey, type Ref, shallowRef } from 'vue'
import type { KnownSession, SessionCache } from '@vue-sync/vue/cache'

export const CACHE_KEY: InjectionKey<SessionCache> = Symbol('session cache')

export interface UseKnownSessionsReturn {
  /** Sorted by last use, latest first. */
  sessions: Readonly<Ref<KnownSession[]>>
  refresh: () => Promise<void>
  forget: (link: string) => Promise<void>
}

/** Lists the sessions that this device has shown. */
export function useKnownSessions(): UseKnownSessionsReturn {
  const cache = inject(CACHE_KEY)
  const sessions = shallowRef<KnownSession[]>([])
  async function refresh(): Promise<void> {
    sessions.value = (await cache?.list()) ?? []
  }
  void refresh()
  return {
    sessions,
    refresh,
    async forget(link) {
      await cache?.forget(link)
      await refresh()
    },
  }
}
