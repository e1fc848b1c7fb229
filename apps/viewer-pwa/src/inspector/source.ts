import { computed, getCurrentInstance, type Ref } from 'vue'
import { useSyncedState, useSyncViewer } from '@vue-sync/vue/viewer'
import type { View } from './model/index.ts'

/** Where the inspector gets the stores from: the live state, or a state of the past. */
export interface InspectorSource {
  /** Replaced on each change. Unchanged parts keep their identity. */
  view: Readonly<Ref<View>>
  /** Whether the view is the present state. @default always */
  isLive?: Readonly<Ref<boolean>>
  /** Names the session, whose pins are kept while the tab is open. @default pins are not kept */
  session?: Readonly<Ref<string | undefined>>
}

/** The live state. Call it in `setup`. */
export function useLiveSource(): InspectorSource {
  const { app } = getCurrentInstance()!.appContext
  const { storeIds } = useSyncViewer()
  const states = new Map<string, ReturnType<typeof useSyncedState>>()

  function stateOf(id: string) {
    let state = states.get(id)
    // A new store arrives outside of `setup`.
    if (!state) states.set(id, (state = app.runWithContext(() => useSyncedState(id))))
    return state
  }

  const view = computed<View>(() => {
    const stores = new Map<string, object>()
    for (const id of storeIds.value) {
      const state = stateOf(id).value
      if (state !== undefined) stores.set(id, state)
    }
    return { ids: [...stores.keys()], stores }
  })
  return { view }
}
