import { fileURLToPath } from 'node:url'
import { createServer, defaultClientConditions } from 'vite'
import { FIXTURE_DEFINE, type ServedPage, servePage } from './page-builds.ts'

export interface Fixture {
  /** Returns the URL of the test page as host or viewer of the relay at `url`. */
  page: (role: 'host' | 'viewer', url: string, params?: Record<string, string>) => string
  close: () => Promise<void>
}

/** Serves the test page, with the library's source or its published build. */
export async function serveFixture(from: 'source' | 'build' = 'source'): Promise<Fixture> {
  const { origin, close } = await (from === 'source' ? servePage('fixture') : servePublished())
  return {
    page: (role, url, params = {}) =>
      `${origin}index.html?${new URLSearchParams({ role, url, ...params })}`,
    close,
  }
}

/** Serves the page unbundled, so that a test can see which files of the library it loads. */
async function servePublished(): Promise<ServedPage> {
  const server = await createServer({
    configFile: false,
    root: fileURLToPath(new URL('../../fixture', import.meta.url)),
    logLevel: 'error',
    define: FIXTURE_DEFINE,
    resolve: { conditions: [...defaultClientConditions] },
    cacheDir: fileURLToPath(new URL('../../../node_modules/.vite-fixture-build', import.meta.url)),
    server: { host: '127.0.0.1', port: 0, hmr: false, watch: null },
    optimizeDeps: { include: ['vue', 'pinia', '@vueuse/core', 'idb-keyval'] },
  })
  await server.listen()
  return { origin: server.resolvedUrls!.local[0]!, close: () => server.close() }
}
