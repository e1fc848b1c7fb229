import { syncViewer, useSyncViewer } from '@vue-sync/vue/viewer'
import type { NuxtApp, RuntimeConfig } from './nuxt-app.ts'

/** Installs the viewer plugin, and connects it to the configured link when the page is hydrated. */
export function installViewer({ vueApp, hooks }: NuxtApp, config: RuntimeConfig): void {
  const { link } = config.public.vueSync
  vueApp.use(syncViewer)
  if (typeof window === 'undefined' || !link) return
  const { connect } = vueApp.runWithContext(useSyncViewer)
  hooks.hookOnce('app:suspense:resolve', () => connect(link))
}
