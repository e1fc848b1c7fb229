import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Client, connect } from '../../server/test/client.ts'
import { openBlackHole } from '../support/network/black-hole.ts'
import { launchBrowser, type Page } from '../support/browsers/playwright.ts'
import { VIEWER_DIR } from '../support/pages/demo.ts'
import { launchFreezableBrowser } from '../support/browsers/freezable-browser.ts'
import { startRelay, type TestRelay, VIEWER_KEY } from '../support/relays/relay.ts'

// Networks that fail, with and without an event, and screens that must stay on.
let host: Client
let relay: TestRelay
const closing: (() => Promise<unknown>)[] = []

beforeEach(async () => {
  relay = await startRelay(0, { viewerDir: VIEWER_DIR })
  host = await connect(relay, 'host')
  host.send({ type: 'session_update', epoch: 'e', seq: 0, payload: { board: { title: 'First' } } })
})
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
  await host.close()
  await relay.stop()
})

async function open(url: string): Promise<Page> {
  const browser = await launchBrowser()
  closing.push(() => browser.close())
  const page = await browser.newPage()
  await page.goto(url)
  await says(page, 'First')
  await says(page, 'Live')
  return page
}

function publish(seq: number, title: string): void {
  host.send({ type: 'config_update', epoch: 'e', seq, payload: { board: { title } } })
}

const says = (page: Page, text: string | RegExp, timeout = 30_000) =>
  page.getByText(text).first().waitFor({ timeout })
const viewerUrl = () => relay.viewerUrls()[0]!.url

describe('when the network is lost', () => {
  it('shows the time of the displayed state, and returns to Live when the network is back', async () => {
    const page = await open(viewerUrl())
    await page.context().setOffline(true)
    await says(page, /No network · as of \d/)
    publish(1, 'Second')
    await page.context().setOffline(false)
    await says(page, 'Second')
    await says(page, 'Live')
  })

  it('stops showing Live even without an offline event, and recovers', async () => {
    const hole = await openBlackHole(relay.getStatus().port)
    closing.push(() => hole.close())
    const page = await open(`http://127.0.0.1:${hole.port}/#k=${VIEWER_KEY}`)
    hole.stall()
    publish(1, 'Second')
    // The viewer must notice 35 s after the last frame; the rest of the timeout allows for a loaded machine.
    await page
      .getByText('Live', { exact: true })
      .first()
      .waitFor({ state: 'detached', timeout: 60_000 })
    await says(page, /as of \d/)
    expect(await page.getByText('First').count()).toBeGreaterThan(0)
    hole.resume()
    await says(page, 'Second', 60_000)
    await says(page, 'Live')
  })
})

it('keeps the screen on when the user chooses so, and again after the page was hidden', async () => {
  const browser = await launchFreezableBrowser()
  closing.push(() => browser.close())
  const page = await browser.open(viewerUrl())
  await page.waitFor('document.body.innerText.includes("Live")')
  await page.evaluate(`(() => {
    globalThis.locks = []
    const request = navigator.wakeLock.request.bind(navigator.wakeLock)
    navigator.wakeLock.request = async (type) => {
      const lock = await request(type)
      locks.push(lock)
      return lock
    }
  })()`)
  expect(await page.evaluate('locks.length')).toBe(0)
  await page.evaluate('document.querySelector("[aria-label=Menu]").click()')
  await page.waitFor('document.querySelector("[role=switch]")')
  await page.evaluate('document.querySelector("[role=switch]").click()')
  await page.waitFor('locks.length === 1 && !locks[0].released')
  await page.hide()
  await page.waitFor('locks[0].released')
  await page.thaw()
  await page.waitFor('locks.length === 2 && !locks[1].released')
  await page.evaluate('document.querySelector("[role=switch]").click()')
  await page.waitFor('locks[1].released')
})
