import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  type Browser,
  expectQuiet,
  launchBrowser,
  type Page,
  watch,
  type Watched,
} from '../support/browsers/playwright.ts'
import { VIEWER_DIR } from '../support/pages/demo.ts'
import { type Fixture, serveFixture } from '../support/pages/fixture.ts'
import {
  launchFreezableBrowser,
  type FreezableBrowser,
  type FreezablePage,
} from '../support/browsers/freezable-browser.ts'
import { HOST_KEY, startRelay, type TestRelay, VIEWER_KEY } from '../support/relays/relay.ts'

// A real browser crashes and freezes the host's tab; the viewers run in another browser.
type Viewer = Page & { seen: Watched; shown: () => Promise<number[]> }

let fixture: Fixture
let browser: Browser
let desk: FreezableBrowser
let relay: TestRelay

beforeAll(async () => {
  ;[browser, fixture] = await Promise.all([launchBrowser(), serveFixture()])
})
afterAll(async () => {
  await browser?.close()
  await fixture?.close()
})
beforeEach(async () => {
  ;[relay, desk] = await Promise.all([
    startRelay(0, { viewerDir: VIEWER_DIR }),
    launchFreezableBrowser(),
  ])
})
afterEach(async () => {
  await desk.close()
  await Promise.all(browser.contexts().map((context) => context.close()))
  await relay.stop()
})

const LINKED = 'window.test?.host.status.value === "connected"'
const BOARD = 'JSON.parse(JSON.stringify(test.stores.useBoard.$state))'

async function openHost(debounce: number): Promise<FreezablePage> {
  const params = { key: HOST_KEY, debounce: String(debounce) }
  const page = await desk.open(fixture.page('host', relay.url, params))
  await page.waitFor(LINKED)
  return page
}

async function openViewer(): Promise<Viewer> {
  const page = await browser.newPage()
  const seen = watch(page)
  await page.goto(fixture.page('viewer', relay.url, { key: VIEWER_KEY }))
  // Records every displayed `speed`, in order.
  const shown = await page.evaluateHandle(() => {
    const board = window.test.stores.useBoard
    const speeds = [board.speed]
    const recordSpeed = () => speeds.at(-1) !== board.speed && speeds.push(board.speed)
    board.$subscribe(recordSpeed, { flush: 'sync', detached: true })
    return speeds
  })
  return Object.assign(page, { seen, shown: () => shown.jsonValue() })
}

async function openPhone(): Promise<Page> {
  const page = await browser.newPage()
  await page.goto(relay.viewerUrls()[0]!.url)
  return page
}

const says = (page: Page, text: string) => page.getByText(text).first().waitFor()
const showsTitle = (page: Page, title: string) => page.waitForSelector(`h1:text-is("${title}")`)
const hostIs = (page: Page, state: string) =>
  page.waitForFunction((wanted) => window.test.viewer.host.value === wanted, state)

async function expectEqual(host: FreezablePage, viewers: Viewer[]): Promise<void> {
  const board = await host.evaluate(BOARD)
  for (const viewer of viewers) await expect.poll(() => viewer.evaluate(BOARD)).toEqual(board)
}

/** Increments `speed` every 20 ms, starting at `from`, until the page ends or `stream` is cleared. */
const startStream = (host: FreezablePage, from: number) =>
  host.evaluate(`(() => {
    const board = test.stores.useBoard
    board.title = 'From ${from}'
    board.speed = ${from}
    globalThis.stream = setInterval(() => board.speed++, 20)
  })()`)

const reaches = (viewers: Viewer[], speed: number) =>
  Promise.all(
    viewers.map((viewer) =>
      viewer.waitForFunction((least) => window.test.stores.useBoard.speed >= least, speed),
    ),
  )

describe('a host tab that crashes while it changes state', () => {
  it('leaves viewers with its last state and "Host offline", and reaches all of them after a reload', async () => {
    const host = await openHost(5)
    await startStream(host, 1000)
    const viewers = [await openViewer(), await openViewer()]
    const phone = await openPhone()
    await reaches(viewers, 1050)
    await says(phone, 'Live')
    await host.crash()
    for (const viewer of viewers) await hostIs(viewer, 'offline')
    await says(phone, 'Host offline')
    const late = await openViewer()
    await showsTitle(late, 'From 1000')
    const [left] = await viewers[0]!.shown().then((shown) => shown.slice(-1))
    viewers.push(late)
    for (const viewer of viewers) {
      expect(await viewer.evaluate(() => window.test.stores.useBoard.speed)).toBe(left)
      expect(await viewer.evaluate(() => window.test.viewer.status.value)).toBe('connected')
    }

    await host.reloadAfterCrash()
    await host.waitFor(LINKED)
    await startStream(host, 100_000)
    await reaches(viewers, 100_050)
    await host.evaluate('clearInterval(stream)')
    await expectEqual(host, viewers)
    await says(phone, 'From 100000')
    await says(phone, 'Live')
    for (const viewer of viewers) {
      await hostIs(viewer, 'online')
      expect(viewer.seen.sockets).toBe(1)
      // A new page starts with `speed` at 1 or less; every other value must be higher than the one before.
      const shown = (await viewer.shown()).filter((speed) => speed > 1)
      expect(shown).toEqual(shown.toSorted((a, b) => a - b))
    }
    await expectQuiet(...viewers.map(({ seen }) => seen))
  })
})

describe('a frozen host tab', () => {
  /** Collects the page's warnings and errors from now on. */
  const listen = (page: FreezablePage) =>
    page.evaluate(`(() => {
      // Vite's client loses its socket during the freeze and then reloads the page, unless it saw 'beforeunload'.
      dispatchEvent(new Event('beforeunload'))
      globalThis.complaints = []
      globalThis.ticks = 0
      setInterval(() => globalThis.ticks++, 10)
      const keep = (...words) => globalThis.complaints.push(words.map(String).join(' '))
      console.warn = console.error = keep
      addEventListener('error', ({ message }) => keep(message))
      addEventListener('unhandledrejection', ({ reason }) => keep(reason))
      document.addEventListener('freeze', () => (globalThis.frozen = true))
    })()`)
  const write = (page: FreezablePage, title: string) =>
    page.evaluate(`void (test.stores.useBoard.title = ${JSON.stringify(title)})`)

  async function freeze(page: FreezablePage): Promise<void> {
    await page.freeze()
    await page.waitFor('globalThis.frozen')
  }

  it('sends its changes before the freeze, runs nothing while frozen, and continues after the thaw', async () => {
    // The debounce outlasts the test, so no timer sends the changes.
    const host = await openHost(60_000)
    await listen(host)
    await host.evaluate('test.host.push()')
    const viewer = await openViewer()
    await showsTitle(viewer, 'Board')
    await write(host, 'Seen')
    await host.hide()
    await showsTitle(viewer, 'Seen')
    await write(host, 'Before')
    await freeze(host)
    await showsTitle(viewer, 'Before')
    const ticks = await host.evaluate('ticks')
    const late = await openViewer()
    await showsTitle(late, 'Before')
    expect(await host.evaluate('ticks')).toBe(ticks)
    await host.thaw()
    await host.waitFor(`ticks > ${ticks}`)
    await host.waitFor('test.host.label.value === "2 devices connected"')
    await write(host, 'After')
    await host.evaluate('test.host.push()')
    for (const page of [viewer, late]) await showsTitle(page, 'After')
    await expectEqual(host, [viewer, late])
    expect(await host.evaluate('complaints')).toEqual([])
    expect([viewer.seen.sockets, late.seen.sockets]).toEqual([1, 1])
    await expectQuiet(viewer.seen, late.seen)
  })

  it('reconnects after the thaw when the relay was replaced meanwhile, and viewers end equal', async () => {
    const host = await openHost(5)
    await listen(host)
    await write(host, 'Before')
    const viewers = [await openViewer(), await openViewer()]
    for (const viewer of viewers) await showsTitle(viewer, 'Before')
    await freeze(host)
    const { port } = relay.getStatus()
    await relay.stop()
    relay = await startRelay(port, { viewerDir: VIEWER_DIR })
    for (const viewer of viewers) {
      await hostIs(viewer, 'offline')
      await showsTitle(viewer, 'Before')
    }
    await host.thaw()
    await write(host, 'After')
    for (const viewer of viewers) {
      await showsTitle(viewer, 'After')
      await hostIs(viewer, 'online')
    }
    await expectEqual(host, viewers)
    expect(await host.evaluate('complaints')).toEqual([])
  })
})
