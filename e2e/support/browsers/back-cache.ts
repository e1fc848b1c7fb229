import { type Browser, chromium, type Page } from 'playwright-core'
import { BROWSER_LAUNCH } from './playwright.ts'

/** Launches a browser with the back/forward cache that phones use. Playwright disables it by default. */
export function launchWithBackCache(): Promise<Browser> {
  return chromium.launch({
    ...BROWSER_LAUNCH,
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
  })
}

/** Leaves a page and goes back. Returns whether the browser restored the same page from its cache. */
export async function leaveAndReturn(page: Page, elsewhere: string): Promise<boolean> {
  await page.evaluate(() => {
    addEventListener('pageshow', ({ persisted }) => {
      document.documentElement.dataset['cameBack'] = String(persisted)
    })
  })
  await page.goto(elsewhere)
  // A page from the cache has already loaded, so it fires no load event.
  await page.goBack({ waitUntil: 'commit' })
  await page.waitForFunction(() => document.readyState === 'complete')
  return page.evaluate(() => document.documentElement.dataset['cameBack'] === 'true')
}
