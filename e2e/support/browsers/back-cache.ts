import { type Browser, chromium, type Page } from 'playwright-core'
import { BROWSER_LAUNCH } from './playwright.ts'

/** A browser that keeps pages that are left for the way back, as phones do; Playwright switches it off. */
export function launchWithBackCache(): Promise<Browser> {
  return chromium.launch({
    ...BROWSER_LAUNCH,
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
  })
}

/** Leaves a page, comes back, and tells whether it is the very one that was left. */
export async function leaveAndReturn(page: Page, elsewhere: string): Promise<boolean> {
  await page.evaluate(() => {
    addEventListener('pageshow', ({ persisted }) => {
      document.documentElement.dataset['cameBack'] = String(persisted)
    })
  })
  await page.goto(elsewhere)
  // A page that comes from the cache has loaded long ago: there is no load event to wait for.
  await page.goBack({ waitUntil: 'commit' })
  await page.waitForFunction(() => document.readyState === 'complete')
  return page.evaluate(() => document.documentElement.dataset['cameBack'] === 'true')
}
