import process from 'node:process'
import { preview } from 'vite'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Browser, launchBrowser, type Page } from '../support/browsers/playwright.ts'
import type { ServedPage } from '../support/pages/page-builds.ts'
import { HOST_KEY, startRelay, type TestRelay } from '../support/relays/relay.ts'

// The slides of examples/slidev, which scripts/test/slidev.ts has built.
const SLIDES = process.env['VUE_SYNC_SLIDES']!

let browser: Browser
let relay: TestRelay
let site: ServedPage

beforeAll(async () => {
  browser = await launchBrowser()
  relay = await startRelay()
  const server = await preview({
    root: SLIDES,
    configFile: false,
    logLevel: 'error',
    preview: { host: '127.0.0.1', port: 0 },
  })
  site = { origin: server.resolvedUrls!.local[0]!, close: () => server.close() }
})
afterAll(async () => {
  await browser?.close()
  await site?.close()
  await relay?.stop()
})

/** Opens the slides in a browser profile of its own, because Slidev connects the tabs of one profile by itself. */
async function open(path: string, fragment: Record<string, string>): Promise<Page> {
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(`${site.origin}${path}#${new URLSearchParams(fragment)}`)
  return page
}
/** The slide and its clicks, as in the address. */
function positionOf(page: Page): string {
  const { pathname, searchParams } = new URL(page.url())
  return `${pathname} ${searchParams.get('clicks') ?? 0}`
}

it('follows the presenter by slide and click, until the user goes elsewhere', async () => {
  const presenter = await open('presenter/1', { 'sync-relay': relay.url, 'sync-key': HOST_KEY })
  const audience = await open('1', { sync: relay.viewerUrls()[0]!.url })
  const follow = audience.getByRole('switch', { name: 'Follow the presenter' })
  await expect.poll(() => follow.innerText()).toBe('Following')
  await expect.poll(() => presenter.url()).not.toContain(HOST_KEY)

  for (const position of ['/2 0', '/2 1', '/2 2']) {
    await presenter.keyboard.press('ArrowRight')
    await expect.poll(() => positionOf(audience)).toBe(position)
  }
  const hidden = audience.locator('.slidev-vclick-hidden')
  await expect.poll(() => hidden.count()).toBe(1)

  await audience.keyboard.press('ArrowLeft')
  await expect.poll(() => follow.getAttribute('aria-checked')).toBe('false')
  await presenter.keyboard.press('ArrowDown')
  await expect.poll(() => positionOf(presenter)).toBe('/presenter/3 0')
  expect(positionOf(audience)).toBe('/2 1')

  await follow.click()
  await expect.poll(() => positionOf(audience)).toBe('/3 0')
  await audience.reload()
  await expect.poll(() => follow.innerText()).toBe('Following')
  await presenter.keyboard.press('ArrowDown')
  await expect.poll(() => positionOf(audience)).toBe('/4 0')
})
