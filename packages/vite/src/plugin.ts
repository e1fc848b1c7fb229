import { readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { isLoopbackName, openLocalCertificate, type ServerCertificate } from '@vue-sync/server'
import type { Plugin, PluginOption, PreviewServer, ViteDevServer } from 'vite'
import { type AppServer, attachRelay, type DevRelay, openOwnRelay } from './dev-relay.ts'
import { resolveOptions, type VueSyncOptions } from './options.ts'
import { createPageGuard } from './page-guard.ts'
import { terminalLines } from './terminal.ts'
import { RELAY_MODULE, relayModule, TOOLS_MODULE, toolsModule } from './virtual-modules.ts'

/** A module of the app that uses the host library. */
const USES_HOST = /(["'])@vue-sync\/vue(?:\/host)?\1/
const SHORTCUT = 's'

/** What the module of a framework passes in addition to the options. */
export interface VueSyncParts {
  /** The framework's server, once it listens. @default none: in middleware mode, the relay gets a port of its own */
  appServer?: () => AppServer | undefined
}

interface HttpsConfig {
  cert?: unknown
  key?: unknown
}

/** A certificate as text: Vite accepts the text or a path. */
async function pemOf(value: unknown): Promise<string | undefined> {
  if (Array.isArray(value)) return pemOf(value[0])
  if (value instanceof Uint8Array) return new TextDecoder().decode(value)
  if (typeof value !== 'string') return undefined
  return value.includes('-----BEGIN') ? value : readFile(value, 'utf8').catch(() => undefined)
}

async function certificateIn(
  https: HttpsConfig | undefined,
): Promise<{ cert: string; key: string } | undefined> {
  const cert = await pemOf(https?.cert)
  return cert === undefined ? undefined : { cert, key: (await pemOf(https?.key)) ?? '' }
}

/** The address that Vite binds for its option `host`. */
function boundHost(host: string | boolean | undefined): string {
  if (host === true) return '0.0.0.0'
  return typeof host === 'string' ? host : 'localhost'
}

/** Whether Vitest starts this server. It reads the app's config, and its tests need no relay. */
function isOfVitest(plugins: PluginOption[] = []): boolean {
  return plugins
    .flat()
    .some((plugin) => Boolean(plugin) && /^vitest(:|$)/.test((plugin as Plugin).name ?? ''))
}

/** Whether a server that binds this host accepts connections from this computer only. */

/**
 * Shows the app's state on phones during development: relay and viewer are part of Vite's own server, and the terminal
 * shows a QR code. The app needs no address and no key.
 *
 * @example
 * ```ts
 * import vue from '@vitejs/plugin-vue'
 * import { vueSync } from '@vue-sync/vite'
 * import { defineConfig } from 'vite'
 *
 * export default defineConfig({ plugins: [vue(), vueSync()] })
 * ```
 * @throws Error that names an option with a wrong value
 */
export function vueSync(given: VueSyncOptions = {}, parts: VueSyncParts = {}): Plugin {
  const options = resolveOptions(given)
  let localCertificate: ServerCertificate | undefined
  /** `undefined` in a build. */
  let relay: Promise<DevRelay> | undefined
  let isOwnPort = false
  let isLocal = false
  /** Vite does not listen itself. */
  let isMiddleware = false

  async function openRelay(
    server: ViteDevServer | PreviewServer,
    isPreview: boolean,
  ): Promise<void> {
    const { config } = server
    const settings = isPreview ? config.preview : config.server
    const appServer = server.httpServer ? undefined : parts.appServer?.()
    isMiddleware = !server.httpServer
    isOwnPort = isMiddleware && !appServer
    const bound = appServer?.http.address() as AddressInfo | undefined
    const host = bound?.address ?? boundHost(settings.host)
    isLocal = isLoopbackName(host)
    const request = {
      vite: server,
      appServer,
      options,
      host,
      allowedHosts: settings.allowedHosts ?? [],
      localCertificate,
      certificate: localCertificate
        ? undefined
        : await certificateIn(appServer ? appServer.certificate : settings.https),
    }
    const opening = isOwnPort ? openOwnRelay(request) : attachRelay(request)
    relay = opening
    // The server before a restart still has the port, and is closed after this hook.
    if (!isOwnPort) await opening
  }

  async function print(server: ViteDevServer | PreviewServer, isPreview: boolean): Promise<void> {
    const running = await relay
    if (!running) return
    const lines = terminalLines({
      relay: running,
      isLocal,
      qr: options.qr,
      reachableBy: isOwnPort ? 'server: { host: true } in vite.config' : '--host',
      hostKey: isPreview ? running.hostKey : undefined,
    })
    for (const line of lines) server.config.logger.info(line)
  }

  function extendTerminal(server: ViteDevServer | PreviewServer, isPreview: boolean): void {
    const { printUrls, bindCLIShortcuts } = server
    const show = (): void => void print(server, isPreview)
    if (isMiddleware) {
      relay?.then(show, (error: Error) => server.config.logger.error(error.message))
      return
    }
    server.printUrls = () => {
      printUrls.call(server)
      show()
    }
    server.bindCLIShortcuts = (bound?: { customShortcuts?: unknown[] }) => {
      const shortcut = { key: SHORTCUT, description: 'show the QR code for phones', action: show }
      const customShortcuts = [...(bound?.customShortcuts ?? []), shortcut]
      bindCLIShortcuts.call(server, { ...bound, customShortcuts } as never)
    }
  }

  return {
    name: 'vue-sync',
    apply: ({ plugins }, { command }) => command === 'serve' && !isOfVitest(plugins),
    // After the plugin for Vue, which makes JavaScript of components.
    enforce: 'post',

    async config() {
      // Found only while a page loads, they would make Vite load it twice. A viewer of the app's own may be a page that
      // is added later, and loading the host's page again would lose its state.
      const include = [
        '@vue-sync/vue/host',
        '@vue-sync/vue/viewer',
        ...(options.button ? ['@vue-sync/vue/share'] : []),
      ]
      const optimizeDeps = { include }
      if (!options.https) return { optimizeDeps }
      localCertificate = await openLocalCertificate()
      const https = localCertificate.current
      return { optimizeDeps, server: { https }, preview: { https } }
    },

    async configureServer(server) {
      const { publishFrom, button, devtools } = options
      server.middlewares.use(
        createPageGuard({
          publishFrom,
          allowedOrigins: options.relay.allowedOrigins ?? [],
          relayModule: async () => relayModule({ ...(await relay!), button, devtools }),
        }),
      )
      await openRelay(server, false)
      extendTerminal(server, false)
    },

    async configurePreviewServer(server) {
      await openRelay(server, true)
      extendTerminal(server, true)
    },

    resolveId(id) {
      return id === RELAY_MODULE || id === TOOLS_MODULE ? `\0${id}` : undefined
    },

    async load(id) {
      if (id === `\0${TOOLS_MODULE}`) return toolsModule()
      return id === `\0${RELAY_MODULE}`
        ? '// The dev server adds the content for each page.'
        : undefined
    },

    transform(code, id, environment) {
      if (environment?.ssr || id.includes('/node_modules/') || !USES_HOST.test(code))
        return undefined
      // At the end, so that lines keep their numbers. Imported modules run before the module itself in any case.
      return { code: `${code}\nimport '${RELAY_MODULE}'\n`, map: null }
    },

    async buildEnd() {
      // In middleware mode nothing else says that Vite has closed.
      if (isMiddleware) await (await relay?.catch(() => undefined))?.stop()
    },
  }
}
