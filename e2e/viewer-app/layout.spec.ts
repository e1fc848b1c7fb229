import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connect } from '../../server/test/client.ts'
import type { BrowserPage } from '../support/browsers/browser-page.ts'
import { hasBrowser, launchTestBrowser } from '../support/browsers/launch-test-browser.ts'
import { measureSizes, overflowsOf, type Size, widen } from '../support/browsers/overflow.ts'
import type { BrowserName, TestBrowser } from '../support/browsers/test-browser.ts'
import { serveDemoHost, VIEWER_DIR } from '../support/pages/demo.ts'
import { createFrameDriver } from '../support/pages/frame-driver.ts'
import { limitFrames } from '../support/pages/limit-frames.ts'
import { type FramedPages, openFramedPages } from '../support/pages/framed-pages.ts'
import { HOST_SCREENS } from '../support/pages/host-screens.ts'
import { type ScreenHost, startScreenHost } from '../support/pages/screen-host.ts'
import { SCREENS, type ScreenDriver, SECOND_SESSION, TEXTS } from '../support/pages/screens.ts'
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

/** One engine measures every size. In the others, the extremes show what they lay out differently. */
const SIZES_OF: Record<BrowserName, Size[]> = {
  chromium: SIZES,
  firefox: [SIZES[0]!, SIZES[4]!, SIZES[8]!],
  webkit: [SIZES[0]!, SIZES[4]!, SIZES[8]!],
}

let relay: TestRelay
/** Serves the guide for phones that do not trust it yet. */
let secured: TestRelay
let host: ScreenHost
let demo: Awaited<ReturnType<typeof serveDemoHost>>
let viewerPages: FramedPages
let guidePages: FramedPages
let hostPages: FramedPages
const caDir = mkdtempSync(join(tmpdir(), 'vue-sync-layout-'))
const httpOf = ({ url }: TestRelay) => url.replace(/^wss?/, 'http')

beforeAll(async () => {
  ;[relay, secured, demo] = await Promise.all([
    startRelay(0, { viewerDir: VIEWER_DIR }),
    startRelay(0, { viewerDir: VIEWER_DIR, https: true, caDir }),
    serveDemoHost(),
  ])
  host = startScreenHost(
    await connect(relay, 'host'),
    await connect(relay, 'host', { path: `/s/${SECOND_SESSION}` }),
  )
  viewerPages = await openFramedPages(httpOf(relay))
  guidePages = await openFramedPages(httpOf(secured))
  hostPages = await openFramedPages(new URL(demo.url(relay.url)).origin)
})
afterAll(async () => {
  await host?.close()
  for (const pages of [viewerPages, guidePages, hostPages]) await pages?.close()
  await demo?.close()
  await Promise.all([relay?.stop(), secured?.stop()])
  rmSync(caDir, { recursive: true, force: true })
})

/** Returns what does not fit in any size of the frame's page. */
async function measure(page: BrowserPage, sizes: readonly Size[]): Promise<string[]> {
  const frame = `document.querySelector('iframe')`
  // In the largest windows, a scene would take most of the time.
  await page.evaluate(`(${limitFrames})(${frame}.contentWindow, 250)`)
  return page.evaluate(`(${widen})(${frame}.contentDocument) > 1440
    ? (${measureSizes})(${frame}, ${JSON.stringify(sizes)}, ${overflowsOf})
    : ['The wide font DejaVu Sans is missing.']`)
}

describe.each<BrowserName>(['chromium', 'firefox', 'webkit'])('in %s', (name) => {
  const sizes = SIZES_OF[name]
  let browser: TestBrowser | undefined
  let page: BrowserPage
  let user: ScreenDriver
  const places = () => ({
    app: viewerPages.origin,
    link: `${viewerPages.origin}/#k=${VIEWER_KEY}`,
    change: host.change,
  })

  beforeAll(async () => {
    if (!hasBrowser(name)) return
    browser = await launchTestBrowser(name)
    page = await browser.open(viewerPages.frame)
    user = createFrameDriver(page)
  })
  afterAll(() => browser?.close())

  /** Measures a page of another origin, which needs a frame of that origin. */
  async function measureIn(pages: FramedPages, open: (user: ScreenDriver) => Promise<void>) {
    const outer = await browser!.open(pages.frame)
    try {
      await open(createFrameDriver(outer))
      expect(await measure(outer, sizes)).toEqual([])
    } finally {
      // Its scene would go on, and slow down what is measured next.
      await outer.close()
    }
  }

  describe.skipIf(!hasBrowser(name))('nothing overflows with a wide font', () => {
    it.each(SCREENS)('$name', async ({ open }) => {
      await open(user, places())
      expect(await measure(page, sizes)).toEqual([])
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
        expect(await measure(page, name === 'chromium' ? PHONES : PHONES.slice(0, 1))).toEqual([])
      }
    })

    it('the guide to https', () =>
      measureIn(guidePages, async (reader) => {
        await reader.open(`${guidePages.origin}/setup`)
        await reader.has('details')
      }))

    it.each(HOST_SCREENS)('$name', ({ open }) =>
      measureIn(hostPages, (presenter) => {
        // Another session than that of the screens' host, which it would replace.
        const { href, origin } = new URL(demo.url(`${relay.url}/s/own`))
        return open(presenter, hostPages.origin + href.slice(origin.length))
      }),
    )
  })
})
