import {
  addComponent,
  addImports,
  addPluginTemplate,
  addTypeTemplate,
  createResolver,
  defineNuxtModule,
  hasNuxtModule,
} from '@nuxt/kit'
import { addDevRelay } from './dev-relay.ts'
import { addServerRelay } from './server-relay.ts'
import { type ModuleOptions, resolveOptions } from './options.ts'
import { hostPlugin, viewerPlugin } from './plugin-templates.ts'

export type { HostConfig, ModuleOptions, RelayConfig, StoreConfig } from './options.ts'
export type { AuthorizeEvent } from './runtime/server/authorize.ts'

const HOST = '@vue-sync/vue/host'
const VIEWER = '@vue-sync/vue/viewer'
const SHARE = '@vue-sync/vue/share'
/** What `runtimeConfig.public.vueSync` contains. Environment variables such as NUXT_PUBLIC_VUE_SYNC_URL set it. */
const PUBLIC_CONFIG = { url: '', session: '', link: '' }
/** What `runtimeConfig.vueSync` contains. It stays on the server. */
const PRIVATE_CONFIG = { hostKey: '', viewerKey: '' }

/** The option `sync` of stores, and the hook of the relay in the built server. */
const TYPES = `import '${HOST}'
import type { AuthorizeEvent } from '@vue-sync/nuxt'

declare module 'nitropack/types' {
  interface NitroRuntimeHooks {
    'vue-sync:authorize': (event: AuthorizeEvent) => void | Promise<void>
  }
}
`

function fail(problem: string): never {
  throw new Error(`[vue-sync] ${problem}`)
}

/** A store that is made before the host plugin runs does not keep its option `sync`, but Pinia must be there. */
function earlierPlugins(): string[] {
  return hasNuxtModule('@pinia/nuxt') ? ['pinia'] : []
}

/**
 * The Nuxt module: installs `syncPlugin` or `syncViewer`, imports the composables and `<SyncShare>` by themselves, and
 * runs a relay beside `nuxt dev`.
 *
 * @example
 * ```ts
 * export default defineNuxtConfig({ modules: ['@pinia/nuxt', '@vue-sync/nuxt'] })
 * ```
 * @throws Error that names an option with a wrong value
 */
export default defineNuxtModule<ModuleOptions>({
  meta: {
    name: '@vue-sync/nuxt',
    configKey: 'vueSync',
    compatibility: { nuxt: '^4.0.0', builder: { vite: '*' } },
  },
  setup(given, nuxt) {
    const { host, viewer, dev, relay } = resolveOptions(given)
    const { resolve } = createResolver(import.meta.url)
    const config = nuxt.options.runtimeConfig
    config.public.vueSync = { ...PUBLIC_CONFIG, ...(config.public.vueSync as object) }
    config.vueSync = { ...PRIVATE_CONFIG, ...(config.vueSync as object) }
    const { hostKey } = config.vueSync as typeof PRIVATE_CONFIG
    if (hostKey && JSON.stringify(config.public).includes(JSON.stringify(hostKey)))
      fail(
        'runtimeConfig.public contains the host key, so everybody would get it. Keep it in runtimeConfig.vueSync.',
      )

    nuxt.options.build.transpile.push(resolve('./runtime'))
    addTypeTemplate(
      { filename: 'types/vue-sync.d.ts', getContents: () => TYPES },
      { nuxt: true, nitro: true },
    )
    const hasDevRelay = nuxt.options.dev && dev !== undefined && host !== undefined
    if (host) {
      addPluginTemplate({
        filename: 'vue-sync-host.mjs',
        getContents: () =>
          hostPlugin({
            runtime: resolve('./runtime/host'),
            dependsOn: earlierPlugins(),
            options: {
              ...host,
              hasDevRelay,
              relayPath: nuxt.options.dev ? undefined : relay?.path,
            },
          }),
      })
      addImports(['useSyncHost', 'useSyncSource'].map((name) => ({ name, from: HOST })))
      addComponent({ name: 'SyncShare', export: 'SyncShare', filePath: SHARE })
    }
    if (viewer) {
      addPluginTemplate({
        filename: 'vue-sync-viewer.mjs',
        getContents: () =>
          viewerPlugin({ runtime: resolve('./runtime/viewer'), dependsOn: earlierPlugins() }),
      })
      addImports(['useSyncViewer', 'useSyncedState'].map((name) => ({ name, from: VIEWER })))
    }
    if (hasDevRelay) addDevRelay(nuxt, dev)
    if (relay && !nuxt.options.dev) addServerRelay(nuxt, relay, resolve('./runtime/server'))
  },
})
