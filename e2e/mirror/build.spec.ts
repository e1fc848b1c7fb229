import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Browser, launchBrowser, watch } from '../support/browsers/playwright.ts'
import { type Fixture, serveFixture } from '../support/pages/fixture.ts'
import { HOST_KEY, startRelay, type TestRelay, VIEWER_KEY } from '../support/relays/relay.ts'

// The published build bundles partysocket and strips its console calls, so one test runs that build.
let browser: Browser
let fixture: Fixture
let relay: TestRelay

beforeAll(async () => {
  ;[browser, fixture, relay] = await Promise.all([
    launchBrowser(),
    serveFixture('build'),
    startRelay(),
  ])
})
afterAll(async () => {
  await browser?.close()
  await fixture?.close()
  await relay?.stop()
})

it('the published build mirrors, and comes back after the relay was away', async () => {
  const host = await (await browser.newContext()).newPage()
  const viewer = await (await browser.newContext()).newPage()
  const seen = [watch(host), watch(viewer)]
  await host.goto(fixture.page('host', relay.url, { key: HOST_KEY }))
  await viewer.goto(fixture.page('viewer', relay.url, { key: VIEWER_KEY }))
  const loaded = await viewer.evaluate(() =>
    performance.getEntriesByType('resource').map(({ name }) => name),
  )
  expect(loaded.some((name) => name.includes('packages/vue-sync/dist/'))).toBe(true)
  expect(loaded.some((name) => name.includes('packages/vue-sync/src/'))).toBe(false)
  const title = (text: string) =>
    host.evaluate((wanted) => {
      window.test.stores.useBoard.title = wanted
    }, text)
  await title('First')
  await viewer.waitForSelector('h1:text-is("First")')
  const { port } = relay.getStatus()
  await relay.stop()
  await viewer.waitForFunction(() => window.test.viewer.retryAt.value !== undefined)
  await title('While it was away')
  relay = await startRelay(port)
  await viewer.waitForSelector('h1:text-is("While it was away")')
  expect(seen.flatMap(({ complaints }) => complaints)).toEqual([])
})
