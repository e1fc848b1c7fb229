import { fileURLToPath } from 'node:url'
import type { BrowserContext, Page } from 'playwright-core'
import { servePage } from './page-builds.ts'
import { HOST_KEY } from '../relays/relay.ts'

const root = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url))

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

/**
 * Ten frames a second. The scene draws as often as it may, and without a graphics card a page that draws sixty
 * times a second takes most of a core from the test.
 */
export async function slowFrames(target: BrowserContext | Page): Promise<void> {
  await target.addInitScript(() => {
    globalThis.requestAnimationFrame = (draw) =>
      setTimeout(() => draw(performance.now()), 100) as never
    globalThis.cancelAnimationFrame = clearTimeout
  })
}
