import { join } from 'node:path'
import { preview } from 'vite'
import { ensureSite, SITE_DIR } from '../../../scripts/builds.ts'
import type { ServedPage } from './page-builds.ts'

/** Builds the documentation site if it is older than its sources, and serves it on a loopback port like a static host. */
export async function serveSite(): Promise<ServedPage> {
  ensureSite()
  const server = await preview({
    root: join(SITE_DIR, '../..'),
    configFile: false,
    logLevel: 'error',
    // Addresses without `.html`, and a page for an unknown address.
    appType: 'mpa',
    build: { outDir: SITE_DIR },
    preview: { host: '127.0.0.1', port: 0 },
  })
  return { origin: server.resolvedUrls!.local[0]!, close: () => server.close() }
}
