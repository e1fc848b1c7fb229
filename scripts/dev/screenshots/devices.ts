import type { Browser, BrowserContextOptions, Page } from 'playwright-core'

export const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true }
const DESKTOP = { viewport: { width: 1440, height: 900 } }

/** Each device in light and dark, such as `phone-light`. */
export const DEVICES: [name: string, options: BrowserContextOptions][] = (
  ['light', 'dark'] as const
).flatMap((colorScheme) => [
  [`phone-${colorScheme}`, { ...PHONE, colorScheme }],
  [`desktop-${colorScheme}`, { ...DESKTOP, colorScheme }],
])

/** Phones whose user agents get their own guide on the page about https. */
export const GUIDED: [name: string, options: BrowserContextOptions][] = [
  [
    'iphone',
    'Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1 Mobile/15E148 Safari/604.1',
  ],
  [
    'android',
    'Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Mobile Safari/537.36',
  ],
].map(([name, userAgent]) => [name!, { ...PHONE, userAgent: userAgent! }])

/** The date and time of all pictures. */
const TIME = new Date('2026-05-14T14:02:00')

/**
 * Opens a page on which the clock stands still and the scene moves for four seconds, so that every run of the script
 * takes the same picture.
 *
 * @param isTimed whether the clock runs instead
 */
export async function openPage(
  browser: Browser,
  options: BrowserContextOptions,
  isTimed = false,
): Promise<Page> {
  const context = await browser.newContext({ ...options, serviceWorkers: 'block' })
  await context.addInitScript(() => {
    let time = 0
    globalThis.requestAnimationFrame = (draw) =>
      setTimeout(() => draw((time = Math.min(time + 100, 4000))), 30) as never
    globalThis.cancelAnimationFrame = clearTimeout
  })
  const page = await context.newPage()
  if (!isTimed) await page.clock.setFixedTime(TIME)
  return page
}

/** Opens a page on each device, one after the other. */
export async function onEachDevice(
  browser: Browser,
  use: (page: Page, device: string) => Promise<void>,
  devices = DEVICES,
  isTimed = false,
): Promise<void> {
  for (const [device, options] of devices) {
    const page = await openPage(browser, options, isTimed)
    await use(page, device)
    await page.context().close()
  }
}
