import { inject, type InjectionKey, type Ref, shallowRef } from 'vue'
import type { KnownSession, SessionCache } from '@vue-sync/vue/cache'

export const CACHE_KEY: InjectionKey<SessionCache> = Symbol('session cache')

export interface UseKnownSessionsReturn {
  /** The latest first. */
  sessions: Readonly<Ref<KnownSession[]>>
  refresh: () => Promise<void>
  forget: (link: string) => Promise<void>
}

/** The sessions that were shown on this device. */
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
