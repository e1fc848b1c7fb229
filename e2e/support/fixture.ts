import { fileURLToPath } from 'node:url'
import { createServer, defaultClientConditions } from 'vite'

export interface Fixture {
  /** The test page as host or viewer of the relay at `url`. */
  page: (role: 'host' | 'viewer', url: string, params?: Record<string, string>) => string
  close: () => Promise<void>
}

/** Serves the test page, from the library's source or as it is built for publishing. */
export async function serveFixture(from: 'source' | 'build' = 'source'): Promise<Fixture> {
  const conditions = from === 'source' ? ['@vue-sync/source'] : []
  const server = await createServer({
    configFile: false,
    root: fileURLToPath(new URL('../fixture', import.meta.url)),
    logLevel: 'error',
    define: {
      __VUE_OPTIONS_API__: 'true',
      __VUE_PROD_DEVTOOLS__: 'false',
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
    },
    resolve: { conditions: [...conditions, ...defaultClientConditions] },
    cacheDir: fileURLToPath(new URL(`../../node_modules/.vite-fixture-${from}`, import.meta.url)),
    server: { host: '127.0.0.1', port: 0, hmr: false, watch: null },
    optimizeDeps: {
      include: [
        'vue',
        'pinia',
        '@vueuse/core',
        'idb-keyval',
        ...(from === 'source' ? ['partysocket/ws'] : []),
      ],
    },
  })
  await server.listen()
  const [origin] = server.resolvedUrls!.local
  return {
    page: (role, url, params = {}) =>
      `${origin}index.html?${new URLSearchParams({ role, url, ...params })}`,
    close: () => server.close(),
  }
}
