import { defineAsyncComponent } from 'vue'
import InspectorMissing from './InspectorMissing.vue'
import { loadEarly } from './load-early.ts'

/** The network may come back, or the relay may be restarting. */
const RETRIES = 3
const RETRY_MS = 1500

/** The inspector. The first screen does not wait for it. If it cannot be loaded, a card says so. */
export const AsyncInspector = defineAsyncComponent({
  loader: loadEarly(() => import('./InspectorScreen.vue')),
  errorComponent: InspectorMissing,
  onError(_, retry, fail, attempts) {
    if (attempts > RETRIES) fail()
    else setTimeout(retry, RETRY_MS)
  },
})
