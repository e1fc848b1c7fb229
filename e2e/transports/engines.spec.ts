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

const shows = (text: string) => `document.body.innerText.includes(${JSON.stringify(text)})`
const MEMORY = "localStorage.getItem('vue-sync:transports')"

/** Changes the title. Gives the new one. */
function publish(): string {
  const title = `Title ${++seq}`
  host.send({ type: 'config_update', epoch: 'e', seq, payload: { board: { title } } })
  return title
}

async function openThrough(rules: Partial<ProxyRules>) {
  const proxy = await openHttpProxy(relay.getStatus().port, rules)
  proxies.push(proxy)
  const page = await browser!.open(`http://127.0.0.1:${proxy.port}/#k=${VIEWER_KEY}`)
  return { page, proxy }
}

async function isLive(page: BrowserPage): Promise<void> {
  await page.waitFor(`${shows('Live')} && ${shows(`Title ${seq}`)}`)
}

describe.each<BrowserName>(['chromium', 'firefox', 'webkit'])('in %s, the viewer is live', (name) => {
  it.skipIf(!hasBrowser(name))(
    'through a proxy that refuses upgrades, one that holds back answers, and one that cuts what is idle',
    async () => {
      browser = await launchTestBrowser(name)
      const refusing = await openThrough({ refusesUpgrades: 403 })
      const holding = await openThrough({ refusesUpgrades: 501, holdsBack: true })
      const cutting = await openThrough({ refusesUpgrades: 403, cutsIdle: 30_000 })
      const all = [refusing, holding, cutting]
      for (const { page } of all) await isLive(page)
      const began = Date.now()
      expect(await refusing.page.evaluate(MEMORY)).toContain('"stream"')
      expect(await holding.page.evaluate(MEMORY)).toContain('"poll"')
      for (let change = 0; change < 3; change++) {
        publish()
        for (const { page } of all) await isLive(page)
      }

      // A proxy is idle as long as nothing changes. The relay's heartbeats keep the connections open.
      const watch = `void (window.lost = [], setInterval(() => ${shows('Live')} || window.lost.push(document.body.innerText), 50))`
      for (const { page } of all) await page.evaluate(watch)
      await new Promise((resolve) => setTimeout(resolve, 35_000 - (Date.now() - began)))
      publish()
      for (const { page } of all) {
        await isLive(page)
        expect(await page.evaluate('window.lost')).toEqual([])
      }

      // In another network, WebSockets work again.
      for (const { page, proxy } of all) {
        Object.assign(proxy.rules, { refusesUpgrades: undefined, holdsBack: false })
        proxy.requests.length = 0
        await page.evaluate("void window.dispatchEvent(new Event('online'))")
      }
      for (const { page, proxy } of all) {
        await expect.poll(() => proxy.requests.join('\n')).toContain('upgrade /')
        await page.waitFor(`${MEMORY} === null`)
        await isLive(page)
        proxy.requests.length = 0
      }
      publish()
      for (const { page, proxy } of all) {
        await isLive(page)
        expect(proxy.requests.filter((path) => /stream|log|state/.test(path))).toEqual([])
      }
    },
  )
})
