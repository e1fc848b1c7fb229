import { useConfigStore, useSessionStore } from '@vue-sync/demo'
import { computed, type ComputedRef, type Ref } from 'vue'
import { useSyncedState, useSyncViewer } from '@vue-sync/vue/viewer'
import type { View } from '../device/look.ts'
import { isDemo } from '../scene/is-demo.ts'
import type { Description } from './condition/describe.ts'
import { useCondition } from './condition/use-condition.ts'
import type { UseSessionReturn } from './use-session.ts'

export interface UseSessionScreenReturn {
  said: ComputedRef<Description>
  /** Whether a card says what to do, because there is no state to show. */
  isCard: ComputedRef<boolean>
  hasScene: ComputedRef<boolean>
  /** The chosen view if the session has it. */
  shown: ComputedRef<View>
}

/** What a session shows. */
export function useSessionScreen(
  session: Pick<UseSessionReturn, 'link' | 'givenLink' | 'page'>,
  view: Readonly<Ref<View>>,
): UseSessionScreenReturn {
  // The stores must exist before the scene is first shown, so that the plugin has filled them by then.
  useSessionStore()
  useConfigStore()
  const demoSession = useSyncedState('session')
  const demoConfig = useSyncedState('config')
  const { storeIds } = useSyncViewer()
  const said = useCondition(session)
  const hasScene = computed(() => isDemo(demoSession.value, demoConfig.value))
  return {
    said,
    isCard: computed(() => storeIds.value.length === 0 && said.value.heading !== undefined),
    hasScene,
    shown: computed(() => (hasScene.value ? view.value : 'inspector')),
  }
}
