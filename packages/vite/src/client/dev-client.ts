import { addCustomTab } from '@vue/devtools-api'
import { useSyncHost } from '@vue-sync/vue/host'
import type { App } from 'vue'
import { addCornerButton } from './corner-button.ts'
import { addDevtoolsTab } from './devtools-tab.ts'

export interface ToolsOptions {
  button: boolean
  devtools: boolean
}

/**
 * Shows the tools of the first app of this page that publishes its state. Returns a function that receives each app.
 */
export function startTools({ button, devtools }: ToolsOptions): (app: App) => void {
  let isShown = false
  return (app) => {
    if (isShown) return
    isShown = true
    const host = app.runWithContext(useSyncHost)
    const removers = [
      ...(button ? [addCornerButton(host)] : []),
      ...(devtools ? [addDevtoolsTab(host, addCustomTab)] : []),
    ]
    app.onUnmount(() => {
      for (const remove of removers) remove()
      isShown = false
    })
  }
}
