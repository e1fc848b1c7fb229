import { fileURLToPath } from 'node:url'
import { servePage } from './page-builds.ts'
import { HOST_KEY } from './relay.ts'

const root = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url))

/** The viewer as the test command built it. */
export const VIEWER_DIR = root('apps/viewer-pwa/dist')

/** Serves the demo host; gives its address for a relay. */
export async function serveDemoHost(): Promise<{
  url: (relay: string) => string
  close: () => Promise<void>
}> {
  const { origin, close } = await servePage('demo-host')
  return {
    url: (relay) => `${origin}?relay=${encodeURIComponent(relay)}#host-key=${HOST_KEY}`,
    close,
  }
}
