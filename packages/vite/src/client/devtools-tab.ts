import type { addCustomTab } from '@vue/devtools-api'
import type { UseSyncHostReturn } from '@vue-sync/vue/host'
import { watch } from 'vue'

/** A phone, which devtools shows without loading anything. */
const ICON = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="#42b883" stroke-width="2"><rect x="7" y="2" width="10" height="20" rx="2"/><path d="M11 18h2"/></svg>',
)}`

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
        icon: ICON,
        view: { type: 'iframe', src },
        category: 'app',
      })
      queueMicrotask(() => stop())
    },
    { immediate: true },
  )
  return stop
}
