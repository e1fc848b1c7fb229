import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { connect, session } from '../../server/test/client.ts'
import { type Browser, launchBrowser, type Page } from '../support/browsers/playwright.ts'
import { VIEWER_DIR } from '../support/pages/demo.ts'
import { startRelay, type TestRelay } from '../support/relays/relay.ts'

let browser: Browser
let relay: TestRelay
let page: Page

beforeAll(async () => {
  ;[browser, relay] = await Promise.all([launchBrowser(), startRelay(0, { viewerDir: VIEWER_DIR })])
  const host = await connect(relay, 'host')
  host.send(session('e', 1, { title: 'First' }))
})
afterAll(async () => {
  await browser?.close()
  await relay?.stop()
})
beforeEach(async () => {
  // Plain http on a name that is no loopback, so no service worker keeps the files.
  page = await (await browser.newContext()).newPage()
  return () => page.context().close()
})

const link = () => relay.viewerUrls()[0]!.url.replace('127.0.0.1', 'lan.test')
const menu = () => page.getByRole('button', { name: 'Menu' })

describe('parts that the first screen does not need', () => {
  it('load in the background, so that they open when the network is gone', async () => {
    await page.goto(link(), { waitUntil: 'networkidle' })
    await page.context().setOffline(true)
    await menu().click()
    await page.getByRole('dialog').waitFor()
  })

  it('are replaced by a button that reloads the page if they cannot be loaded', async () => {
    await page.route(/MenuSheet.*\.js/, (route) => route.abort())
    await page.goto(link(), { waitUntil: 'networkidle' })
    await menu().click()
    const alert = page.getByRole('alert')
    await alert.waitFor()
    expect(await alert.textContent()).toContain('could not be loaded')
    await page.unroute(/MenuSheet.*\.js/)
    await alert.getByRole('button', { name: 'Reload', exact: true }).click()
    await menu().click()
    await page.getByRole('dialog').waitFor()
  })
})
