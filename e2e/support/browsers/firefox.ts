import { join } from 'node:path'
import process from 'node:process'
import { launch, type Page } from 'puppeteer-core'
import { makePage } from './browser-page.ts'
import type { LaunchEngine } from './test-browser.ts'
import { toolPath } from '../system/tools.ts'
import { trustInStore } from './trust.ts'

function wrap(page: Page) {
  return makePage({
    goto: async (url) => void (await page.goto(url)),
    reload: async () => void (await page.reload()),
    run: (expression) => page.evaluate(expression) as Promise<string>,
    screenshot: async (path) => void (await page.screenshot({ path: path as `${string}.png` })),
    close: () => page.close(),
  })
}

/** Headless, over WebDriver BiDi: Debian has no geckodriver. */
export const launchFirefox: LaunchEngine = async (dir, trust) => {
  const userDataDir = join(dir, 'profile')
  if (trust) await trustInStore(userDataDir, trust)
  // The tab it starts with stays: the browser would end with its last one.
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
