import { join } from 'node:path'
import process from 'node:process'
import { chromium, type Page } from 'playwright-core'
import { BROWSER_LAUNCH } from './playwright.ts'
import { createBrowserPage } from './browser-page.ts'
import type { LaunchBrowser } from './test-browser.ts'
import { trustInStore } from './trust.ts'

function wrap(page: Page) {
  return createBrowserPage({
    goto: async (url) => void (await page.goto(url)),
    reload: async () => void (await page.reload()),
    run: (expression) => page.evaluate<string>(expression),
    screenshot: async (path) => void (await page.screenshot({ path })),
    close: () => page.close(),
  })
}

/** Launches with its own profile, because trusting the CA by `ignoreHTTPSErrors` would disable service workers. */
export const launchChromium: LaunchBrowser = async (dir, trust) => {
  // Chromium reads its trust store from the home directory, wherever the profile is.
  if (trust) await trustInStore(join(dir, '.pki/nssdb'), trust)
  const context = await chromium.launchPersistentContext(join(dir, 'profile'), {
    ...BROWSER_LAUNCH,
    env: { ...process.env, HOME: dir } as Record<string, string>,
  })
  return {
    async open(url) {
      const page = await context.newPage()
      await page.goto(url)
      return wrap(page)
    },
    close: () => context.close(),
  }
}
