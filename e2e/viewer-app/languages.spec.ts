import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { type Client, connect, session } from '../../server/test/client.ts'
import { horizontalOverflow, violations } from '../support/browsers/accessibility.ts'
import {
  type Browser,
  type BrowserContext,
  launchBrowser,
  type Page,
} from '../support/browsers/playwright.ts'
import { PHONE } from '../support/browsers/tabs.ts'
import { VIEWER_DIR } from '../support/pages/demo.ts'
import { startRelay, type TestRelay } from '../support/relays/relay.ts'

let browser: Browser
let relay: TestRelay
let host: Client
let context: BrowserContext

const STORES = {
  data: {
    'path (1)': 'C:\\temp\\(1)',
    نقطة: { x: -1 },
    rows: Array.from({ length: 5000 }, (_, id) => ({ id, temperature: -id / 2 })),
  },
}

beforeAll(async () => {
  browser = await launchBrowser()
  relay = await startRelay(0, { viewerDir: VIEWER_DIR })
  host = await connect(relay, 'host')
  host.send({ ...session('e', 1, {}), payload: STORES })
})
afterAll(async () => {
  await browser?.close()
  await host?.close()
  await relay?.stop()
})
afterEach(() => context?.close())

const origin = () => relay.url.replace('ws', 'http')
const link = () => relay.viewerUrls()[0]!.url
const says = (page: Page, text: string) => page.getByText(text).first().waitFor()
/** In a text from right to left, punctuation at the end of English text moves to its left. */
const runsFromLeft = (page: Page, selector: string) =>
  page
    .locator(selector)
    .first()
    .evaluate(({ firstChild }) => {
      const text = firstChild as Text
      function leftOf(at: number): number {
        const range = document.createRange()
        range.setStart(text, at)
        range.setEnd(text, at + 1)
        return range.getBoundingClientRect().left
      }
      return leftOf(0) < leftOf(text.length - 1)
    })
const documentOf = (page: Page) =>
  page.evaluate(() => [document.documentElement.lang, document.documentElement.dir])

async function openPhone(locale: string, options: object = { serviceWorkers: 'block' }) {
  context = await browser.newContext({ ...PHONE, locale, ...options })
  return context.newPage()
}

async function openMenu(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name }).click()
  await page.getByRole('dialog').waitFor()
}

it('a phone that is set to Austrian German sees German, with Austrian numbers', async () => {
  const page = await openPhone('de-AT')
  await page.goto(origin())
  await says(page, 'Code scannen')
  expect([await page.title(), ...(await documentOf(page))]).toEqual([
    'vue-sync Viewer',
    'de',
    'ltr',
  ])
  await page.goto(link())
  await says(page, '5 000 Einträge')
})

it('a page whose texts take long shows a sign that it starts, and then starts in its language', async () => {
  const page = await openPhone('de-DE')
  let release = (): void => {}
  const released = new Promise<void>((resolve) => (release = resolve))
  await page.route(/\/assets\/de-[^/]*\.js$/, async (route) => {
    await released
    await route.continue()
  })
  await page.goto(origin(), { waitUntil: 'commit' })
  const sign = page.locator('.starting')
  await expect.poll(() => sign.evaluate((it) => getComputedStyle(it).opacity)).toBe('1')
  release()
  await says(page, 'Code scannen')
  expect(await sign.count()).toBe(0)
})

it('a phone that is set to Arabic sees a page from right to left, in which data runs from left to right', async () => {
  const page = await openPhone('ar-EG')
  await page.goto(origin())
  await says(page, 'مسح الرمز')
  expect(await documentOf(page)).toEqual(['ar', 'rtl'])
  expect([await horizontalOverflow(page), await violations(page)]).toEqual([0, []])
  await page.goto(link())
  // 5,000 in the digits of Egypt.
  await says(page, '٥٬٠٠٠ عنصر')
  expect([await horizontalOverflow(page), await violations(page)]).toEqual([0, []])
  const row = '[role=treeitem][data-path*="path (1)"]'
  expect(await runsFromLeft(page, `${row} .text bdi`)).toBe(true)
  await page.locator(`${row} .more`).click()
  await page.getByRole('dialog').waitFor()
  expect(await runsFromLeft(page, 'dialog h2 bdi')).toBe(true)
  expect(await runsFromLeft(page, 'dialog pre')).toBe(true)
  await page.keyboard.press('Escape')
  await openMenu(page, 'القائمة')
  expect([await horizontalOverflow(page), await violations(page)]).toEqual([0, []])
})

it('a language that was chosen in the menu stays, also after a reload without a network', async () => {
  const page = await openPhone('en-GB', {})
  await page.goto(link())
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => true))
  await openMenu(page, 'Menu')
  await page.getByLabel('Language').selectOption({ label: '日本語' })
  await says(page, '最終更新')
  expect(await documentOf(page)).toEqual(['ja', 'ltr'])
  await context.setOffline(true)
  await page.reload()
  await says(page, 'ネットワークなし')
  expect(await documentOf(page)).toEqual(['ja', 'ltr'])
  await openMenu(page, 'メニュー')
  expect(await page.getByLabel('言語').inputValue()).toBe('ja')
})

it('a language that cannot be loaded changes nothing, and the menu says so until it can', async () => {
  const page = await openPhone('en-GB')
  const chunk = /\/assets\/fr-[^/]*\.js$/
  await page.route(chunk, (route) => route.abort())
  await page.goto(link())
  await openMenu(page, 'Menu')
  const select = page.getByLabel('Language')
  await select.selectOption({ label: 'Français' })
  await says(page, 'That language could not be loaded.')
  expect([await select.inputValue(), ...(await documentOf(page))]).toEqual(['', 'en', 'ltr'])
  await page.unroute(chunk)
  await select.selectOption({ label: 'Français' })
  await says(page, 'Dernière mise à jour')
  expect(await page.getByText('That language could not be loaded.').count()).toBe(0)
})
