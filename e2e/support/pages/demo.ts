import { fileURLToPath } from 'node:url'
import type { BrowserContext, Page } from 'playwright-core'
import type { PaintedFrame } from '../../../packages/demo/src/painted-frame.ts'
import { servePage } from './page-builds.ts'
import { HOST_KEY } from '../relays/relay.ts'
import { limitFrames } from './limit-frames.ts'

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

/** The last frame of the page's scene, as soon as there is one. */
export async function paintedFrame(page: Page): Promise<PaintedFrame> {
  const painted = await page.waitForFunction(
    () =>
      (document.querySelector('canvas') as (Element & { painted?: PaintedFrame }) | null)?.painted,
  )
  return (await painted.jsonValue())!
}

/** Limits a page to ten frames per second. */
export async function limitFrameRate(target: BrowserContext | Page): Promise<void> {
  await target.addInitScript({ content: `(${limitFrames})()` })
}
