import { join } from 'node:path'
import process from 'node:process'
import { launch, type Page } from 'puppeteer-core'
import { createBrowserPage } from './browser-page.ts'
import type { LaunchBrowser } from './test-browser.ts'
import { toolPath } from '../system/tools.ts'
import { trustInStore } from './trust.ts'

function wrap(page: Page) {
  return createBrowserPage({
    goto: async (url) => void (await page.goto(url)),
    reload: async () => void (await page.reload()),
    run: (expression) => page.evaluate(expression) as Promise<string>,
    screenshot: async (path) => void (await page.screenshot({ path: path as `${string}.png` })),
    close: () => page.close(),
  })
}

/** Launches headless Firefox over WebDriver BiDi, because Debian has no geckodriver. */
export const launchFirefox: LaunchBrowser = async (dir, trust) => {
  const userDataDir = join(dir, 'profile')
  if (trust) await trustInStore(userDataDir, trust)
  // The first tab stays open, because Firefox exits when its last tab closes.
  const browser = await launch({
    browser: 'firefox',
    executablePath: toolPath('firefox'),
    userDataDir,
    env: { ...process.env, HOME: dir },
    protocolTimeout: 60_000,
  })
  return {
    async open(url) {
      const page = await browser.newPage()
      await page.goto(url)
      return wrap(page)
    },
    close: () => browser.close(),
  }
}
