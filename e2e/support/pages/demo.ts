import { fileURLToPath } from 'node:url'
import type { BrowserContext, Page } from 'playwright-core'
import { servePage } from './page-builds.ts'
import { HOST_KEY } from '../relays/relay.ts'

const root = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url))

/** The viewer app that the test command built. */
export const VIEWER_DIR = root('apps/viewer-pwa/dist')

/** Serves the demo host. `url` returns its address for a relay. */
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

/**
 * Limits a page to ten frames per second. Without a graphics card, a scene that draws sixty times per second uses
 * most of a CPU core.
 */
export async function limitFrameRate(target: BrowserContext | Page): Promise<void> {
  await target.addInitScript(() => {
    globalThis.requestAnimationFrame = (draw) =>
      setTimeout(() => draw(performance.now()), 100) as never
    globalThis.cancelAnimationFrame = clearTimeout
  })
}
