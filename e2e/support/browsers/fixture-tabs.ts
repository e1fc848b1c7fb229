import { afterEach, beforeEach } from 'vitest'
import { serveFixture } from '../pages/fixture.ts'
import { HOST_KEY, startRelay, type TestRelay, VIEWER_KEY } from '../relays/relay.ts'
import type { BrowserContext, Page } from './playwright.ts'
import { openTab, type Tab, useBrowser } from './tabs.ts'

/** What a test in a browser uses. Each test has a new one, and may replace the relay. */
export interface TabsBed {
  context: BrowserContext
  relay: TestRelay
}

/** Starts a browser for the tests of a file, and a relay and a browser context for each test. */
export function useFixtureTabs() {
  const pages = useBrowser(serveFixture)
  const bed = {} as TabsBed
  beforeEach(async () => {
    bed.relay = await startRelay()
    bed.context = await pages.browser.newContext()
  })
  afterEach(async () => {
    await bed.context.close()
    await bed.relay.stop()
  })
  return {
    bed,
    pages,
    /**
     * @param params of the fixture page, besides its key
     * @param prepare runs before the page's scripts
     */
    async open(
      role: 'host' | 'viewer',
      params: Record<string, string> = {},
      prepare?: (page: Page) => Promise<unknown>,
    ): Promise<Tab> {
      const key = role === 'host' ? HOST_KEY : VIEWER_KEY
      const url = pages.site.page(role, bed.relay.url, { key, ...params })
      const tab = await openTab(bed.context, url, prepare)
      // The page's script waits for its codec, and a page counts as loaded before such a script ends.
      await tab.waitForFunction(() => 'test' in window)
      return tab
    },
  }
}
