import { useEventListener } from '@vueuse/core'
import { type Component, h, shallowRef } from 'vue'
import PartMissing from './PartMissing.vue'

const loaders: (() => void)[] = []
/** Whether the parts are being fetched in the background. A part that is defined later is fetched at once. */
let isLoading = false
const failedSheets = new Set<HTMLLinkElement>()
let preparing: Promise<void> | undefined

function noteFailure({ target }: Event): void {
  if (target instanceof HTMLLinkElement && target.rel === 'stylesheet') failedSheets.add(target)
}

/** Vite fetches each style sheet once, and takes one that failed for loaded. */
async function fetchAgain(failed: HTMLLinkElement): Promise<void> {
  failedSheets.delete(failed)
  const sheet = failed.cloneNode() as HTMLLinkElement
  await new Promise((resolve, reject) => {
    sheet.addEventListener('load', resolve)
    sheet.addEventListener('error', reject)
    failed.replaceWith(sheet)
  })
}

/**
 * Rejects while the server cannot be reached. Firefox never fetches a module again that it could not fetch once, so it
 * must not be asked for one in vain. A page that starts has just been fetched, and a service worker has the files.
 */
async function prepare(): Promise<void> {
  if (isLoading && !navigator.serviceWorker?.controller)
    await fetch(location.href, { method: 'HEAD', cache: 'no-store' })
  await Promise.all(Array.from(failedSheets, fetchAgain))
}

/**
 * Defines a component that the first screen does not need. Its code is a file of its own, which `loadLazyParts` fetches
 * in the background. If that failed, it is fetched again when the component is shown, with each click while it is
 * shown, and by `retryLazyParts`.
 *
 * @param fallback what to show if the code cannot be loaded. @default a text with a button that reloads the page
 */
export function lazily<T extends Component>(
  load: () => Promise<{ default: T }>,
  fallback: Component = PartMissing,
): T {
  const part = shallowRef<Component>()
  const isMissing = shallowRef(false)
  let wasAsked = false
  /** The network may have come back while a request was still on its way to fail. */
  let isAskedAgain = false
  async function fetchOnce(): Promise<void> {
    if (wasAsked) return
    wasAsked = true
    do {
      isAskedAgain = false
      try {
        await (preparing ??= prepare().finally(() => (preparing = undefined)))
        part.value = (await load()).default
        return
      } catch {
        isMissing.value = true
      }
    } while (isAskedAgain)
    wasAsked = false
  }
  loaders.push(() => {
    isAskedAgain = true
    void fetchOnce()
  })
  if (isLoading) void fetchOnce()
  const stand: Component = {
    inheritAttrs: false,
    setup(_, { attrs, slots }) {
      void fetchOnce()
      useEventListener(window, 'click', fetchOnce)
      return () => {
        if (part.value) return h(part.value, attrs, slots)
        return isMissing.value ? h(fallback) : undefined
      }
    },
  }
  return stand as T
}

/** Fetches the parts that could not be loaded: call it when the network may be back. */
export function retryLazyParts(): void {
  if (isLoading) for (const load of loaders) load()
}

function loadAll(): void {
  isLoading = true
  retryLazyParts()
}

/**
 * Fetches the code of all lazy components when the browser has nothing else to do. Plain http allows no service worker
 * that would keep them, so they must be there before the network is gone.
 */
export function loadLazyParts(): void {
  addEventListener('error', noteFailure, true)
  // Safari has no `requestIdleCallback`.
  if ('requestIdleCallback' in window) requestIdleCallback(loadAll, { timeout: 1000 })
  else setTimeout(loadAll, 200)
}
