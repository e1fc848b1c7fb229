import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Client, connect } from '../../server/test/client.ts'
import type { BrowserPage } from '../support/browsers/browser-page.ts'
import type { BrowserName, TestBrowser } from '../support/browsers/test-browser.ts'
import { hasBrowser, launchTestBrowser } from '../support/browsers/launch-test-browser.ts'
import { type HttpProxy, openHttpProxy, type ProxyRules } from '../support/network/http-proxy.ts'
import { VIEWER_DIR } from '../support/pages/demo.ts'
import { startRelay, type TestRelay, VIEWER_KEY } from '../support/relays/relay.ts'

// The viewer app in each engine, behind proxies that break what some networks break.
let relay: TestRelay
let host: Client
let browser: TestBrowser | undefined
let proxies: HttpProxy[]
let seq: number

beforeEach(async () => {
  relay = await startRelay(0, { viewerDir: VIEWER_DIR })
  host = await connect(relay, 'host')
  seq = 0
  proxies = []
  host.send({ type: 'session_update', epoch: 'e', seq, payload: { board: { title: 'Title 0' } } })
})
afterEach(async () => {
  await browser?.close()
  browser = undefined
  await host.close()
  for (const proxy of proxies) await proxy.close()
  await relay.stop()
})

/** Long, for loaded machines. */
const PATIENCE = { timeout: 15_000 }

const shows = (text: string) => `document.body.innerText.includes(${JSON.stringify(text)})`
const MEMORY = "localStorage.getItem('vue-sync:transports')"

/** Changes the title. Gives the new one. */
function publish(): string {
  const title = `Title ${++seq}`
  host.send({ type: 'config_update', epoch: 'e', seq, payload: { board: { title } } })
  return title
}

/** Opens the app behind a proxy, and waits until it is live. */
async function openThrough(rules: Partial<ProxyRules>) {
  const proxy = await openHttpProxy(relay.getStatus().port, rules)
  proxies.push(proxy)
  const page = await browser!.open(`http://127.0.0.1:${proxy.port}/#k=${VIEWER_KEY}`)
  await isLive(page)
  return { page, proxy }
}

async function isLive(page: BrowserPage): Promise<void> {
  await page.waitFor(`${shows('Live')} && ${shows(`Title ${seq}`)}`)
}

async function follows(page: BrowserPage): Promise<void> {
  for (let change = 0; change < 3; change++) {
    publish()
    await isLive(page)
  }
}

/** In another network WebSockets work, so the app returns to one. */
async function changeNetwork({ page, proxy }: { page: BrowserPage; proxy: HttpProxy }) {
  const before = proxy.requests.length
  Object.assign(proxy.rules, { refusesUpgrades: undefined, holdsBack: false })
  await page.evaluate("void window.dispatchEvent(new Event('online'))")
  await page.waitFor(`${MEMORY} === null`)
  await isLive(page)
  const since = (length: number): string[] => proxy.requests.slice(length)
  await expect
    .poll(() => since(before).some((request) => request.includes('upgrade /')), PATIENCE)
    .toBe(true)
  // The socket takes over with its first frame. Until then, the other transport may send another request.
  const requestsOfChanges = async (): Promise<string[]> => {
    const { length } = proxy.requests
    await follows(page)
    return since(length)
  }
  await expect.poll(requestsOfChanges, PATIENCE).toEqual([])
}

const WATCH = `void (window.lost = [], setInterval(() => ${shows('Live')} || window.lost.push(document.body.innerText), 50))`

describe.each<BrowserName>(['chromium', 'firefox', 'webkit'])(
  'in %s, the viewer is live',
  (name) => {
    // One page at a time: Firefox hides the others, and hidden pages disconnect.
    it.skipIf(!hasBrowser(name))(
      'through a proxy that refuses upgrades, one that holds back answers, and one that cuts what is idle for 30 s',
      async () => {
        browser = await launchTestBrowser(name)
        const refusing = await openThrough({ refusesUpgrades: 403 })
        expect(await refusing.page.evaluate(MEMORY)).toContain('"stream"')
        await follows(refusing.page)
        await changeNetwork(refusing)
        await refusing.page.close()

        const holding = await openThrough({ refusesUpgrades: 501, holdsBack: true })
        expect(await holding.page.evaluate(MEMORY)).toContain('"poll"')
        await follows(holding.page)
        await changeNetwork(holding)
        await holding.page.close()

        const { page } = await openThrough({ refusesUpgrades: 403, cutsIdle: 30_000 })
        await page.evaluate(WATCH)
        // The relay's heartbeats are all that moves.
        await new Promise((resolve) => setTimeout(resolve, 35_000))
        await follows(page)
        expect(await page.evaluate('window.lost')).toEqual([])
        expect(await page.evaluate(MEMORY)).toContain('"stream"')
      },
      180_000,
    )
  },
)
