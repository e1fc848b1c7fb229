/** Options of the host plugin that the module adds to those of the app. */
export interface HostSetup {
  hasDevRelay: boolean
  /** The path of the relay in the app's own server. */
  relayPath: string | undefined
}

export interface PluginTemplate {
  /** The module that installs the plugin. */
  runtime: string
  /** Plugins that must run before. */
  dependsOn: string[]
}

function plugin(name: string, { runtime, dependsOn }: PluginTemplate, install: string): string {
  return `import { defineNuxtPlugin, useRuntimeConfig } from '#imports'
import { ${name} } from ${JSON.stringify(runtime)}

export default defineNuxtPlugin({
  name: 'vue-sync:${name === 'installHost' ? 'host' : 'viewer'}',
  dependsOn: ${JSON.stringify(dependsOn)},
  setup: (nuxtApp) => ${install},
})
`
}

/** The source of the plugin that publishes the app's state. It runs on the server too, where it only provides. */
export function hostPlugin(template: PluginTemplate & { options: HostSetup }): string {
  const options = JSON.stringify(template.options)
  return plugin('installHost', template, `installHost(nuxtApp, useRuntimeConfig(), ${options})`)
}

/** The source of the plugin that shows the state of another app. */
export function viewerPlugin(template: PluginTemplate): string {
  return plugin('installViewer', template, 'installViewer(nuxtApp, useRuntimeConfig())')
}
