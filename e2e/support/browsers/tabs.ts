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

/** As a phone's browser would be. */
export const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true }

/** Opens a page that is watched from its start; `prepare` comes before its own scripts. */
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

/** For all tests of a file: a browser, and what serves its pages. Both are there once the tests run. */
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
