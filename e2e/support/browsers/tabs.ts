import { afterAll, beforeAll } from 'vitest'
import {
  type Browser,
  type BrowserContext,
  launchBrowser,
  type Page,
  watch,
  type Watched,
} from './playwright.ts'

export type Tab = Page & { seen: Watched }

/** Context options that resemble a phone. */
export const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true }

/** Opens a page and records it with `watch` from the start. `prepare` runs before the page's scripts. */
export async function openTab(
  context: BrowserContext,
  url: string,
  prepare?: (page: Page) => Promise<unknown>,
): Promise<Tab> {
  const page = await context.newPage()
  const seen = watch(page)
  await prepare?.(page)
  await page.goto(url)
  return Object.assign(page, { seen })
}

/** Starts a browser and a server of pages before the tests of a file, and closes both after them. */
export function useBrowser<Site extends { close: () => Promise<void> }>(
  serve: () => Promise<Site>,
): Readonly<{ browser: Browser; site: Site }> {
  const given = {} as { browser: Browser; site: Site }
  beforeAll(async () => {
    ;[given.browser, given.site] = await Promise.all([launchBrowser(), serve()])
  })
  afterAll(async () => {
    await given.browser?.close()
    await given.site?.close()
  })
  return given
}
