import { afterEach, beforeEach, expect, it } from 'vitest'
import type { BrowserContext, Page } from '../support/browsers/playwright.ts'
import { PHONE, useBrowser } from '../support/browsers/tabs.ts'
import { VIEWER_DIR } from '../support/pages/demo.ts'
import { type Fixture, serveFixture } from '../support/pages/fixture.ts'
import { HOST_KEY, startRelay, type TestRelay } from '../support/relays/relay.ts'

// Host pages in two profiles and on two ports, the viewer app on phones, and the relay are real.
const given = useBrowser(serveFixture)
let relay: TestRelay
const contexts: BrowserContext[] = []
const closes: (() => Promise<void>)[] = []

beforeEach(async () => {
  relay = await startRelay(0, { viewerDir: VIEWER_DIR })
})
afterEach(async () => {
  for (const context of contexts.splice(0)) await context.close()
  for (const close of closes.splice(0)) await close()
  await relay.stop()
})

const origin = () => relay.url.replace('ws', 'http')

async function openPage(url: string, options = {}): Promise<Page> {
  const context = await given.browser.newContext(options)
  contexts.push(context)
  const page = await context.newPage()
  await page.goto(url)
  return page
}
/** Each call opens a profile of its own. */
async function openHost(site: Fixture): Promise<Page> {
  const host = await openPage(site.page('host', relay.url, { key: HOST_KEY }))
  await expect.poll(() => codeOf(host)).toBeDefined()
  return host
}
const codeOf = (host: Page) => host.evaluate(() => window.test.host.pairCode.value)
const linkOf = (host: Page) => host.evaluate(() => window.test.host.viewerUrl.value!)
const rotate = (host: Page) => host.evaluate(() => window.test.host.rotate())

const openLink = (link: string) => openPage(link, PHONE)
async function openByCode(code: string | undefined): Promise<Page> {
  const page = await openPage(origin(), PHONE)
  await page.getByRole('textbox').fill(code!)
  await page.getByRole('button', { name: 'Connect' }).click()
  return page
}
const isLive = (page: Page) => page.getByText('Live').first().waitFor()
const isOut = (page: Page) => page.getByText('Stopped: This link has ended').first().waitFor()

it.each([
  ['another profile', async () => given.site],
  [
    'another profile and on another port',
    async () => {
      const site = await serveFixture()
      closes.push(site.close)
      return site
    },
  ],
])('rotate() in %s locks out everyone, also those who typed a short code', async (_, serve) => {
  const first = await openHost(given.site)
  await rotate(first)
  const link = await linkOf(first)
  const guests = [await openLink(link), await openByCode(await codeOf(first))]
  for (const page of guests) await isLive(page)

  // The second profile has never rotated. Before, it began with the same generation as the first one.
  const second = await openHost(await serve())
  const code = await codeOf(second)
  for (const page of guests) await isLive(page)
  await rotate(second)
  for (const page of guests) await isOut(page)
  const late = await openByCode(code)
  await late.getByRole('alert').filter({ hasText: 'That code is wrong or has expired' }).waitFor()
  expect(await codeOf(second)).not.toBe(code)
  await isLive(await openByCode(await codeOf(second)))

  // The first profile comes back with its older rules. It undoes nothing.
  const renewed = await linkOf(second)
  await first.evaluate(() => window.test.host.start())
  await expect.poll(() => linkOf(first)).toBe(renewed)
  await isLive(await openLink(renewed))
  await isOut(await openLink(link))
})
