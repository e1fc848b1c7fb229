import { type ComputedRef, inject, type InjectionKey } from 'vue'
import type { UseSyncHostReturn } from '../host/use-sync-host.ts'
import type { ShareTexts } from './texts.ts'
import type { UseShareReturn } from './use-share.ts'

export interface ShareContext {
  host: UseSyncHostReturn
  share: UseShareReturn
  texts: ComputedRef<ShareTexts>
}

export const SHARE_KEY: InjectionKey<ShareContext> = Symbol('vue-sync share panel')

/** What the parts of the panel have in common. */
export function useShareContext(): ShareContext {
  return inject(SHARE_KEY)!
}
