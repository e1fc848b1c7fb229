import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Client, connect } from '../../server/test/client.ts'
import { launchWithBackCache, leaveAndReturn } from '../support/browsers/back-cache.ts'
import { VIEWER_DIR } from '../support/pages/demo.ts'
import { launchFreezableBrowser } from '../support/browsers/freezable-browser.ts'
import { startRelay, type TestRelay } from '../support/relays/relay.ts'

// A real browser freezes and caches the page, as a phone does with a hidden page.
let host: Client
let relay: TestRelay
let close: (() => Promise<void>) | undefined

beforeEach(async () => {
  relay = await startRelay(0, { viewerDir: VIEWER_DIR })
  host = await connect(relay, 'host')
  host.send({ type: 'session_update', epoch: 'e', seq: 0, payload: { board: { title: 'First' } } })
})
afterEach(async () => {
  await close?.()
  close = undefined
  await host.close()
  await relay.stop()
})

function publish(seq: number, title: string): void {
  host.send({ type: 'config_update', epoch: 'e', seq, payload: { board: { title } } })
}

const shows = (text: string) => `document.body.innerText.includes(${JSON.stringify(text)})`
const viewerUrl = () => relay.viewerUrls()[0]!.url

describe('the viewer', () => {
  it('does nothing while frozen, and shows the latest state when it wakes', async () => {
    const browser = await launchFreezableBrowser()
    close = browser.close
    const page = await browser.open(viewerUrl())
    await page.waitFor(shows('First'))
    await page.evaluate(`(() => {
      globalThis.ticks = 0
      globalThis.events = []
      setInterval(() => globalThis.ticks++, 10)
      for (const type of ['freeze', 'resume'])
        document.addEventListener(type, () => globalThis.events.push(type))
    })()`)
    await page.waitFor('ticks > 5')
    await page.freeze()
    await page.waitFor('events.includes("freeze")')
    const ticks = await page.evaluate('ticks')
    publish(1, 'Second')
    const other = await browser.open(viewerUrl())
    await other.waitFor(shows('Second'))
    expect(await page.evaluate('ticks')).toBe(ticks)
    expect(await page.text()).toContain('First')
    await other.close()
    await page.thaw()
    await page.waitFor(shows('Second'))
    await page.waitFor(shows('Live'))
    expect(await page.evaluate('events')).toEqual(['freeze', 'resume'])
    await page.waitFor(`ticks > ${ticks}`)
  })

  it('is live again when it returns from the back/forward cache', async () => {
    const browser = await launchWithBackCache()
    close = () => browser.close()
    const page = await (await browser.newContext()).newPage()
    await page.goto(viewerUrl())
    await page.getByText('First').first().waitFor()
    expect(await leaveAndReturn(page, `${relay.url.replace('ws', 'http')}/healthz`)).toBe(true)
    publish(1, 'Second')
    await page.getByText('Second').first().waitFor()
  })
})
