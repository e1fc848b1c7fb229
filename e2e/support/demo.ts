import { fileURLToPath } from 'node:url'
import { createServer } from 'vite'
import { HOST_KEY } from './relay.ts'

const root = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))

/** The viewer as the test command built it. */
export const VIEWER_DIR = root('apps/viewer-pwa/dist')

/** Serves the demo host; gives its address for a relay. */
export async function serveDemoHost(): Promise<{
  url: (relay: string) => string
  close: () => Promise<void>
}> {
  const server = await createServer({
    root: root('apps/host'),
    configFile: root('apps/host/vite.config.ts'),
    logLevel: 'error',
    server: { host: '127.0.0.1', port: 0, hmr: false, watch: null },
  })
  await server.listen()
  const [origin] = server.resolvedUrls!.local
  return {
    url: (relay) => `${origin}?relay=${encodeURIComponent(relay)}#host-key=${HOST_KEY}`,
    close: () => server.close(),
  }
}
