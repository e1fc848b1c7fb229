import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'
import { addPluginTemplate } from '@nuxt/kit'
import type { Nuxt } from '@nuxt/schema'
import { type AppServer, RELAY_MODULE, vueSync, type VueSyncOptions } from '@vue-sync/vite'
import type { PluginOption } from 'vite'

type Upgrade = (request: IncomingMessage, socket: Socket, head: Buffer) => unknown

/** What the command `nuxt dev` passes to the hook `listen`. */
interface Listener {
  https?: false | { cert: string; key: string }
}

/**
 * Runs a relay inside the server of `nuxt dev`, so that phones need no other port than pages. Where a tool loads Nuxt
 * without listening itself, the relay gets a port of its own.
 */
export function addDevRelay(nuxt: Nuxt, options: VueSyncOptions): void {
  let appServer: AppServer | undefined
  // `nuxt dev` listens before it starts Vite.
  nuxt.hook('listen', (server: Server, listener: Listener) => {
    const nitro = nuxt.server as { upgrade?: Upgrade } | undefined
    const next = nitro?.upgrade
    if (!next) return
    appServer = {
      http: server,
      base: nuxt.options.app.baseURL,
      certificate: listener.https || undefined,
      onUpgrade(handle) {
        // Otherwise Nitro would answer on the same socket.
        nitro.upgrade = (request, socket, head) =>
          handle(request, socket, head) || next(request, socket, head)
      },
    }
  })
  nuxt.hook('vite:extendConfig', (config, { isClient }) => {
    if (!isClient) return
    const plugins = config.plugins as PluginOption[]
    plugins.push(vueSync(options, { appServer: () => appServer }))
  })
  addPluginTemplate({
    filename: 'vue-sync-dev.client.mjs',
    mode: 'client',
    getContents: () => `import '${RELAY_MODULE}'\nexport default () => {}\n`,
  })
}
