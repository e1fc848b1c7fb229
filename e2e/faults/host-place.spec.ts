import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { errorText } from '../support/apps/printed.ts'
import {
  type Browser,
  type BrowserContext,
  expectQuiet,
  launchBrowser,
  messages,
  type Page,
  watch,
  type Watched,
} from '../support/browsers/playwright.ts'
import { type FaultProxy, openFaultProxy } from '../support/network/fault-proxy.ts'
import { type Fixture, serveFixture } from '../support/pages/fixture.ts'
import { HOST_KEY, startRelay, type TestRelay, VIEWER_KEY } from '../support/relays/relay.ts'

// A host loses its session to another host, or through a connection that dies silently.
type Tab = Page & { seen: Watched }

const ROUNDS = 6
const TAKEN_OVER = errorText('host', 'VS103', 'Another host took over')

let browser: Browser
let fixture: Fixture
let desk: BrowserContext
let phones: BrowserContext
let relay: TestRelay

beforeAll(async () => {
  ;[browser, fixture] = await Promise.all([launchBrowser(), serveFixture()])
})
afterAll(async () => {
  await browser?.close()
  await fixture?.close()
})
beforeEach(async () => {
  relay = await startRelay()
  desk = await browser.newContext()
  phones = await browser.newContext()
})
afterEach(async () => {
  await desk.close()
  await phones.close()
  await relay.stop()
})

async function open(role: 'host' | 'viewer', url = relay.url): Promise<Tab> {
  const page = await (role === 'host' ? desk : phones).newPage()
  const seen = watch(page)
  const key = role === 'host' ? HOST_KEY : VIEWER_KEY
  await page.goto(fixture.page(role, url, { key }))
  return Object.assign(page, { seen })
}

const linked = (host: Page) =>
  host.waitForFunction(() => window.test?.host.status.value === 'connected')
const name = (host: Page, title: string) =>
  host.evaluate((text) => void (window.test.stores.useBoard.title = text), title)
const shows = (page: Page, title: string) => page.waitForSelector(`h1:text-is("${title}")`)
const board = (page: Page) =>
  page.evaluate(() => JSON.parse(JSON.stringify(window.test.stores.useBoard.$state)) as unknown)

async function expectEqual(host: Page, viewers: Page[]): Promise<void> {
  const state = await board(host)
  for (const viewer of viewers) await expect.poll(() => board(viewer)).toEqual(state)
}

it('viewers follow the latest of two host tabs that take turns, and the other tab shows VS103 and does not redial', async () => {
  const viewers = [await open('viewer'), await open('viewer')]
  const first = await open('host')
  await linked(first)
  let [winner, loser] = [await open('host'), first]
  await first.waitForFunction(() => window.test.host.error.value?.code === 'VS103')
  for (let round = 0; round < ROUNDS; round++) {
    ;[winner, loser] = [loser, winner]
    const before = winner.seen.sockets
    await winner.reload()
    await linked(winner)
    expect(winner.seen.sockets).toBe(before + 1)
    await loser.waitForFunction(() => window.test.host.error.value?.code === 'VS103')
    expect(await loser.evaluate(() => window.test.host.status.value)).toBe('disconnected')
    const socketsBefore = loser.seen.sockets
    // Changes in the losing tab must not reach viewers.
    await name(loser, `Lost ${round}`)
    await winner.bringToFront()
    await name(winner, `Round ${round}`)
    for (const viewer of viewers) await shows(viewer, `Round ${round}`)
    await expectEqual(winner, viewers)
    expect(loser.seen.sockets).toBe(socketsBefore)
    expect(await winner.evaluate(() => window.test.host.error.value)).toBeUndefined()
  }
  for (const { seen } of viewers) {
    expect(seen.sockets).toBe(1)
    expect(seen.received.join()).not.toContain('Lost')
  }
  await expectQuiet(...viewers.map(({ seen }) => seen))
  // Each tab prints it once for each time that it lost the session.
  expect(winner.seen.complaints).toEqual(Array(ROUNDS / 2).fill(TAKEN_OVER))
  expect(loser.seen.complaints).toEqual(Array(ROUNDS / 2 + 1).fill(TAKEN_OVER))
})

describe('two host tabs of one browser', () => {
  const replaced = (host: Page) =>
    host.waitForFunction(() => window.test.host.error.value?.code === 'VS103')

  it('give the session back: the earlier tab continues when the later one is closed, once and with its own state', async () => {
    const viewer = await open('viewer')
    const tabs = [await open('host'), await open('host'), await open('host')]
    const [first, second, third] = tabs as [Tab, Tab, Tab]
    await linked(third)
    for (const waiting of [first, second]) await replaced(waiting)
    await name(first, 'First')
    await name(second, 'Second')
    await third.close({ runBeforeUnload: false })
    const isLinked = (tab: Tab) => tab.evaluate(() => window.test.host.status.value === 'connected')
    await expect.poll(async () => (await isLinked(first)) !== (await isLinked(second))).toBe(true)
    const [host, other] = (await isLinked(first)) ? [first, second] : [second, first]
    await expect.poll(() => board(viewer)).toEqual(await board(host))
    // Neither tab takes the session from the other.
    await new Promise((resolve) => setTimeout(resolve, 6000))
    expect([host.seen.sockets, other.seen.sockets]).toEqual([2, 1])
    expect(await host.evaluate(() => window.test.host.error.value)).toBeUndefined()

    await host.close()
    await linked(other)
    await expect.poll(() => board(viewer)).toEqual(await board(other))
    expect(viewer.seen.sockets).toBe(1)
    await expectQuiet(viewer.seen)
    expect([host.seen.complaints, other.seen.complaints]).toEqual([[TAKEN_OVER], [TAKEN_OVER]])
  })

  it('do not take turns when the later one is reloaded, or stops because the app says so', async () => {
    const first = await open('host')
    const second = await open('host')
    await linked(second)
    await replaced(first)
    await second.reload()
    await linked(second)
    await second.evaluate(() => window.test.host.stop())
    await new Promise((resolve) => setTimeout(resolve, 6000))
    expect([first.seen.sockets, second.seen.sockets]).toEqual([1, 2])
    await expectQuiet(second.seen)
    expect(first.seen.complaints).toEqual([TAKEN_OVER])
  })
})

describe('a host with a dead connection that was not closed', () => {
  let proxy: FaultProxy
  beforeEach(async () => {
    proxy = await openFaultProxy(relay.getStatus().port)
  })
  afterEach(() => proxy.close())

  const write = (host: Page, title: string) =>
    host.evaluate((text) => {
      const { useBoard } = window.test.stores
      useBoard.rows.push({ id: useBoard.rows.length, name: text })
      useBoard.title = text
    }, title)
  const hostIs = (viewer: Page, state: string) =>
    viewer.waitForFunction((wanted) => window.test.viewer.host.value === wanted, state)

  it.each([
    ['the relay has noticed', () => proxy.halfOpen(), 'offline'],
    ['the relay has not noticed either', () => proxy.stall(), 'online'],
  ] as const)('reconnects after 35 s and sends all changes (%s)', async (_, fail, hostState) => {
    // The test moves the clock of the host's page forward instead of waiting for 35 s.
    await desk.clock.install()
    const host = await open('host', `ws://127.0.0.1:${proxy.port}`)
    await linked(host)
    await write(host, 'Before')
    const viewers = [await open('viewer'), await open('viewer')]
    for (const viewer of viewers) await shows(viewer, 'Before')
    await host.bringToFront()

    fail()
    await write(host, 'Meanwhile')
    await expect.poll(() => host.seen.sent.join()).toContain('Meanwhile')
    for (const viewer of viewers) await hostIs(viewer, hostState)
    expect(await host.evaluate(() => window.test.host.status.value)).toBe('connected')
    for (const viewer of viewers)
      expect(await viewer.evaluate(() => window.test.stores.useBoard.title)).toBe('Before')

    const before = host.seen.sockets
    await host.clock.fastForward(36_000)
    await expect.poll(() => host.seen.sockets).toBe(before + 1)
    proxy.resume()
    await linked(host)
    for (const viewer of viewers) await shows(viewer, 'Meanwhile')
    await write(host, 'After')
    for (const viewer of viewers) {
      await shows(viewer, 'After')
      await hostIs(viewer, 'online')
    }
    await expectEqual(host, viewers)
    for (const { seen } of viewers) {
      expect(seen.sockets).toBe(1)
      const seqs = messages(seen.received, 'config_update').map(({ seq }) => seq)
      expect(seqs).toEqual([...new Set(seqs)].toSorted((a, b) => a - b))
    }
    await expectQuiet(host.seen, ...viewers.map(({ seen }) => seen))
  })
})
