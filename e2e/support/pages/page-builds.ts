import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { build, defaultClientConditions, type InlineConfig, preview } from 'vite'

const root = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url))

export const FIXTURE_DEFINE = {
  __VUE_OPTIONS_API__: 'true',
  __VUE_PROD_DEVTOOLS__: 'false',
  __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
}

const DEVELOPMENT = { 'process.env.NODE_ENV': '"development"' }

/** The pages that tests open. Bundling saves about a second per load, because a page has 65 modules. */
const PAGES = {
  fixture: {
    root: root('e2e/fixture'),
    configFile: false,
    define: { ...FIXTURE_DEFINE, ...DEVELOPMENT },
    resolve: { conditions: ['@vue-sync/source', ...defaultClientConditions] },
  },
  'foreign-app': {
    root: root('e2e/foreign-app'),
    configFile: false,
    plugins: [vue()],
    define: { ...FIXTURE_DEFINE, ...DEVELOPMENT, __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'true' },
    resolve: { conditions: ['@vue-sync/source', ...defaultClientConditions] },
  },
  'demo-host': {
    root: root('apps/host'),
    configFile: root('apps/host/vite.config.ts'),
    define: DEVELOPMENT,
  },
} satisfies Record<string, InlineConfig>

export type PageName = keyof typeof PAGES

const outDir = (name: PageName): string => root(`node_modules/.cache/vue-sync/pages/${name}`)

/** Bundles every page from source in development mode: with warnings, and not minified. */
export async function buildPages(): Promise<void> {
  for (const name of Object.keys(PAGES) as PageName[])
    await build({
      ...PAGES[name],
      mode: 'development',
      logLevel: 'error',
      build: {
        outDir: outDir(name),
        // Another test run may be serving this folder.
        emptyOutDir: false,
        target: 'es2022',
        minify: false,
        chunkSizeWarningLimit: Number.POSITIVE_INFINITY,
      },
    })
}

export interface ServedPage {
  /** Ends with a slash. */
  origin: string
  close: () => Promise<void>
}

/** Serves a page that `buildPages` has built, on a loopback port that the system chooses. */
export async function servePage(name: PageName): Promise<ServedPage> {
  const server = await preview({
    root: PAGES[name].root,
    configFile: false,
    logLevel: 'error',
    build: { outDir: outDir(name) },
    // A name of this device, for tests of a page that is not from localhost.
    preview: { host: '127.0.0.1', port: 0, allowedHosts: ['lan.test'] },
  })
  return { origin: server.resolvedUrls!.local[0]!, close: () => server.close() }
}
