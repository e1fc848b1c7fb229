import { type AsyncComponentLoader, type Component, defineAsyncComponent } from 'vue'
import PartMissing from './PartMissing.vue'

const loaders: (() => Promise<unknown>)[] = []
/** Whether the parts are being fetched in the background. A part that is defined later is fetched at once. */
let isLoading = false

/**
 * Defines a component that the first screen does not need. Its code is a file of its own, which `loadLazyParts` fetches
 * in the background. If that failed, it is fetched again when the component is shown.
 *
 * @param fallback what to show if the code cannot be loaded. @default a text with a button that reloads the page
 */
export function lazily<T extends Component>(
  load: AsyncComponentLoader<T>,
  fallback: Component = PartMissing,
): T {
  let loading: ReturnType<typeof load> | undefined
  const once = (): ReturnType<typeof load> =>
    (loading ??= load().catch((error: unknown) => {
      loading = undefined
      throw error
    }))
  if (isLoading) once().catch(() => {})
  else loaders.push(once)
  return defineAsyncComponent<T>({ loader: once, errorComponent: fallback })
}

function loadAll(): void {
  isLoading = true
  for (const load of loaders) load().catch(() => {})
}

/**
 * Fetches the code of all lazy components when the browser has nothing else to do. Plain http allows no service worker
 * that would keep them, so they must be there before the network is gone.
 */
export function loadLazyParts(): void {
  // Safari has no `requestIdleCallback`.
  if ('requestIdleCallback' in window) requestIdleCallback(loadAll, { timeout: 1000 })
  else setTimeout(loadAll, 200)
}
