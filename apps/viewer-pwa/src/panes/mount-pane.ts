import { createPinia } from 'pinia'
import { createApp } from 'vue'
import { syncViewer } from '@vue-sync/vue/viewer'
import { KNOWN_SESSIONS_KEY, type KnownSessions } from '../session/known/use-known-sessions.ts'
import { viewerOptions } from '../session/viewer-options.ts'
import type { Language } from '../texts/language.ts'
import PaneApp from './PaneApp.vue'
import type { PaneProps } from './pane.ts'

/**
 * Shows one more session in the page. It is an app of its own, with its own stores and connection, but it shares code
 * and cache with the others, and its link is in no address. Returns a function that ends it.
 */
export function mountPane(
  element: Element,
  { language, known }: { language: Language; known: KnownSessions },
  props: PaneProps,
): () => void {
  const app = createApp(PaneApp, { ...props })
  app.provide(KNOWN_SESSIONS_KEY, known)
  app.use(language).use(createPinia()).use(syncViewer, viewerOptions)
  app.mount(element)
  return () => app.unmount()
}
