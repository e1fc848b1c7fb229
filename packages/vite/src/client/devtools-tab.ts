import type { addCustomTab } from '@vue/devtools-api'
import type { UseSyncHostReturn } from '@vue-sync/vue/host'
import { watch } from 'vue'

/**
 * Adds the viewer as a tab of Vue devtools, once there is a link to show. Returns a function that stops waiting for it:
 * devtools cannot remove a tab.
 */
export function addDevtoolsTab(
  { viewerUrls }: Pick<UseSyncHostReturn, 'viewerUrls'>,
  add: typeof addCustomTab,
): () => void {
  const stop = watch(
    viewerUrls,
    ([link]) => {
      if (!link) return
      const { pathname, hash } = new URL(link.url)
      // The page's own address reaches the relay for sure.
      const src = new URL(pathname + hash, location.origin).href
      add({
        name: 'vue-sync',
        title: 'vue-sync',
        icon: new URL('icon.svg', src).href,
        view: { type: 'iframe', src },
        category: 'app',
      })
      queueMicrotask(() => stop())
    },
    { immediate: true },
  )
  return stop
}
