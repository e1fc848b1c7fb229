import { afterEach, beforeEach, expect, it } from 'vitest'
import type { BrowserContext, Page } from '../support/browsers/playwright.ts'
import { PHONE, useBrowser } from '../support/browsers/tabs.ts'
import { limitFrameRate, serveDemoHost, VIEWER_DIR } from '../support/pages/demo.ts'
import { startRelay, type TestRelay, VIEWER_KEY } from '../support/relays/relay.ts'

// The demo host in two profiles and on two ports, the viewer app on phones, and the relay are real.
const given = useBrowser(serveDemoHost)
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
  await limitFrameRate(context)
  const page = await context.newPage()
  await page.goto(url)
  return page
}
/** Each call opens a profile of its own. */
const openHost = (site: { url: (relay: string) => string }) => openPage(site.url(relay.url))
const openLink = (link: string) => openPage(link, PHONE)
const shownCode = async (host: Page) => (await host.locator('.pair-code strong').textContent())!
async function openByCode(code: string): Promise<Page> {
  const page = await openPage(origin(), PHONE)
  await page.getByRole('textbox').fill(code)
  await page.getByRole('button', { name: 'Connect' }).click()
  return page
}
const isLive = (page: Page) => page.getByText('Live').first().waitFor()
const isOut = (page: Page) =>
  page.getByText('Stopped: this link is no longer good').first().waitFor()
/** The key that the relay's links have now. */
const linkNow = () => relay.viewerUrls()[0]!.url

async function rotate(host: Page): Promise<void> {
  const before = linkNow()
  await host.getByRole('button', { name: 'New code' }).click()
  await expect.poll(linkNow).not.toBe(before)
}

it.each([
  ['another profile', async () => given.site],
  [
    'another profile and another port',
    async () => {
      const site = await serveDemoHost()
      closes.push(site.close)
      return site
    },
  ],
])('"New code" in %s locks out everyone, also those who typed a short code', async (_, serve) => {
  const first = await openHost(given.site)
  const [main, typed] = [
    await openLink(`${origin()}/#k=${VIEWER_KEY}`),
    await openByCode(await shownCode(first)),
  ]
  for (const page of [main, typed]) await isLive(page)
  await rotate(first)
  for (const page of [main, typed]) await isOut(page)
  const link = linkNow()
  const guests = [await openLink(link), await openByCode(await shownCode(first))]
  for (const page of guests) await isLive(page)

  // The second profile has never rotated. Before, it began with the same generation as the first one.
  const second = await openHost(await serve())
  const code = await shownCode(second)
  guests.push(await openByCode(code))
  for (const page of guests) await isLive(page)
  await rotate(second)
  for (const page of guests) await isOut(page)
  await isOut(await openLink(link))
  const late = await openByCode(code)
  await late.getByRole('alert').filter({ hasText: 'That code is not valid' }).waitFor()
  await expect.poll(() => shownCode(second)).not.toBe(code)
  await isLive(await openByCode(await shownCode(second)))
  await isLive(await openLink(linkNow()))

  // The first profile comes back with its older rules. It undoes nothing.
  await first.getByRole('button', { name: 'Start sharing' }).click()
  await isLive(await openLink(linkNow()))
  await isOut(await openLink(link))
})
