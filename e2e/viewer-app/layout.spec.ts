import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Client, connect, session } from '../../server/test/client.ts'
import type { BrowserPage } from '../support/browsers/browser-page.ts'
import { hasBrowser, launchTestBrowser } from '../support/browsers/launch-test-browser.ts'
import { measureSizes, overflowsOf, type Size, widen } from '../support/browsers/overflow.ts'
import type { BrowserName, TestBrowser } from '../support/browsers/test-browser.ts'
import { serveDemoHost, VIEWER_DIR } from '../support/pages/demo.ts'
import { createFrameDriver } from '../support/pages/frame-driver.ts'
import { type FramedPages, openFramedPages } from '../support/pages/framed-pages.ts'
import { SCREEN_STATE, SCREENS, type ScreenDriver, TEXTS } from '../support/pages/screens.ts'
import { startRelay, type TestRelay, VIEWER_KEY } from '../support/relays/relay.ts'

/** From the narrowest phone to a wall, and a phone on its side. */
const SIZES: Size[] = [
  [280, 653],
  [320, 568],
  [360, 640],
  [390, 844],
  [667, 375],
  [768, 1024],
  [1024, 768],
  [1440, 900],
  [2560, 1440],
]
const PHONES = SIZES.slice(0, 3)

let relay: TestRelay
let host: Client
let demo: Awaited<ReturnType<typeof serveDemoHost>>
let viewerPages: FramedPages
let hostPages: FramedPages

beforeAll(async () => {
  ;[relay, demo] = await Promise.all([startRelay(0, { viewerDir: VIEWER_DIR }), serveDemoHost()])
  host = await connect(relay, 'host')
  host.send({ ...session('e', 1, {}), payload: SCREEN_STATE })
  viewerPages = await openFramedPages(relay.url.replace('ws', 'http'))
  hostPages = await openFramedPages(new URL(demo.url(relay.url)).origin)
})
afterAll(async () => {
  await host?.close()
  await viewerPages?.close()
  await hostPages?.close()
  await demo?.close()
  await relay?.stop()
})

/** Returns what does not fit in any size of the frame's page. */
function measure(page: BrowserPage, sizes = SIZES): Promise<string[]> {
  const frame = `document.querySelector('iframe')`
  return page.evaluate(`(${widen})(${frame}.contentDocument) > 1440
    ? (${measureSizes})(${frame}, ${JSON.stringify(sizes)}, ${overflowsOf})
    : ['The wide font DejaVu Sans is missing.']`)
}

describe.each<BrowserName>(['chromium', 'firefox', 'webkit'])('in %s', (name) => {
  let browser: TestBrowser | undefined
  let page: BrowserPage
  let user: ScreenDriver
  const places = () => ({
    app: viewerPages.origin,
    link: `${viewerPages.origin}/#k=${VIEWER_KEY}`,
  })

  beforeAll(async () => {
    if (!hasBrowser(name)) return
    browser = await launchTestBrowser(name)
    page = await browser.open(viewerPages.frame)
    user = createFrameDriver(page)
  })
  afterAll(() => browser?.close())

  describe.skipIf(!hasBrowser(name))('nothing overflows with a wide font', () => {
    it.each(SCREENS)('$name', async ({ open }) => {
      await open(user, places())
      expect(await measure(page)).toEqual([])
    })

    it('the cards of all troubles', async () => {
      await SCREENS.find(({ name: screen }) => screen === 'a refused key')!.open(user, places())
      const { stopped, failing, blocked, refusedBy, encryptedWithoutHttps, ended } = TEXTS.session
      const host63 = `${'long-host-name.'.repeat(4)}example.com`
      const troubles = [
        ...Object.values({ ...stopped, ...failing }),
        blocked,
        ended,
        refusedBy(host63),
        encryptedWithoutHttps(host63),
      ]
      for (const trouble of troubles) {
        await page.evaluate(`(([heading, advice], doc) => {
          doc.querySelector('main h1').textContent = heading
          doc.querySelector('main p').textContent = advice
        })(${JSON.stringify(trouble)}, document.querySelector('iframe').contentDocument)`)
        expect(await measure(page, PHONES)).toEqual([])
      }
    })

    it('the page about https', async () => {
      await user.open(`${viewerPages.origin}/setup`)
      expect(await measure(page)).toEqual([])
    })

    it('the demo host', async () => {
      const outer = await browser!.open(hostPages.frame)
      // Another session than that of the test's own host, which it would replace.
      const address = new URL(demo.url(`${relay.url}/s/own`))
      await createFrameDriver(outer).open(
        hostPages.origin + address.href.slice(address.origin.length),
      )
      await createFrameDriver(outer).sees('Global temperature')
      expect(await measure(outer)).toEqual([])
      await outer.close()
    })
  })
})
