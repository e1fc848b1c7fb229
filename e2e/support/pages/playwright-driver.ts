import type { Page } from 'playwright-core'
import type { ScreenDriver } from './screens.ts'

/** Uses a page of Playwright. */
export function createPlaywrightDriver(page: Page): ScreenDriver {
  const top = () => page.locator('dialog[open]').last().or(page.locator('body')).last()
  const shown = (selector: string) => page.locator(selector).filter({ visible: true }).first()
  return {
    async open(url) {
      await page.goto('about:blank')
      await page.goto(url)
    },
    press: (name) => top().getByRole('button', { name, exact: true }).first().click(),
    click: (selector) => shown(selector).click(),
    has: (selector) => shown(selector).waitFor(),
    sees: (text) => page.getByText(text).filter({ visible: true }).first().waitFor(),
    type: (text) => shown('input:is([type=text], [type=search])').fill(text),
  }
}
