import { afterEach, beforeEach, expect, it } from 'vitest'
import { type BrowserContext, expectQuiet } from '../support/browsers/playwright.ts'
import { openTab, useBrowser } from '../support/browsers/tabs.ts'
import { serveFixture } from '../support/pages/fixture.ts'
import { HOST_KEY, startRelay, type TestRelay, VIEWER_KEY } from '../support/relays/relay.ts'

const pages = useBrowser(serveFixture)
let context: BrowserContext
let relay: TestRelay

beforeEach(async () => {
  relay = await startRelay()
  context = await pages.browser.newContext()
})
afterEach(async () => {
  await context.close()
  await relay.stop()
})

it('a browser shows state that arrives as Protocol Buffers, with deltas', async () => {
  const params = { protobuf: '' }
  const host = await openTab(
    context,
    pages.site.page('host', relay.url, { key: HOST_KEY, ...params }),
  )
  await host.waitForFunction(() => window.test.host.status.value === 'connected')
  const viewer = await openTab(
    context,
    pages.site.page('viewer', relay.url, { key: VIEWER_KEY, ...params }),
  )
  await host.bringToFront()
  await host.evaluate(() => {
    const { useBoard } = window.test.stores
    useBoard.title = 'Live'
    useBoard.rows = Array.from({ length: 30 }, (_, id) => ({ id, name: `row ${id}` }))
  })
  await viewer.waitForSelector('li:text-is("row 29")')
  await host.evaluate(() => {
    const { useBoard } = window.test.stores
    useBoard.rows[3]!.name = 'née'
    useBoard.rows.push(useBoard.rows.shift()!)
    useBoard.speed = 0
  })
  await viewer.waitForSelector('li:text-is("née")')
  const state = (): unknown => {
    const { title, speed, rows, nested } = window.test.stores.useBoard
    return { title, speed, rows, nested }
  }
  expect(await viewer.evaluate(state)).toEqual(await host.evaluate(state))
  await expectQuiet(host.seen, viewer.seen)
})
