import { deflateRawSync } from 'node:zlib'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Client, config, connect, session } from '../../server/test/client.ts'
import type { BrowserContext, Page } from '../support/browsers/playwright.ts'
import { openTab, PHONE, useBrowser } from '../support/browsers/tabs.ts'
import { VIEWER_DIR } from '../support/pages/demo.ts'
import { startRelay, type TestRelay, VIEWER_KEY } from '../support/relays/relay.ts'

const pages = useBrowser(() => Promise.resolve({ close: () => Promise.resolve() }))
let relay: TestRelay
let host: Client
let phone: BrowserContext

/** A page that is blocked for longer than this counts as frozen. Loaded machines are slow. */
const FROZEN_MS = 10_000

beforeEach(async () => {
  relay = await startRelay(0, { viewerDir: VIEWER_DIR, heartbeat: 500 })
  host = await connect(relay, 'host')
  phone = await pages.browser.newContext(PHONE)
})
afterEach(async () => {
  await phone.close()
  await host.close()
  await relay.stop()
})

/** Records the longest time in which the page ran no timer. */
async function recordBlocks(page: Page): Promise<void> {
  await page.addInitScript(() => {
    let last = performance.now()
    Object.assign(globalThis, { longestBlock: 0 })
    setInterval(() => {
      const now = performance.now()
      const page = globalThis as unknown as { longestBlock: number }
      page.longestBlock = Math.max(page.longestBlock, now - last)
      last = now
    }, 20)
  })
}

const longestBlock = (page: Page): Promise<number> =>
  page.evaluate(() => (globalThis as unknown as { longestBlock: number }).longestBlock)

const whole = (seq: number, title: string) =>
  session('e', seq, { title, map: {}, list: Array.from({ length: 1000 }, (_, id) => id) })
const patched = (seq: number, patch: object[]) => ({ ...config('e', seq, {}), payload: {}, patch })

const doublings = Array.from({ length: 28 }, (_, index) => [
  { op: 'copy', from: '/s/map', path: `/s/list/${index}` },
  { op: 'copy', from: '/s/list', path: '/s/map/list' },
]).flat()
const nested = (depth: number, leaf: number) => '['.repeat(depth) + leaf + ']'.repeat(depth)
const compressed = Buffer.concat([
  Buffer.from('{"type":"config_update","epoch":"e","seq":2,"compress":"deflate-raw"}\n'),
  deflateRawSync(Buffer.alloc(120 * 1024 * 1024)),
])

it.each<[string, () => void]>([
  ['copies by doubling', () => host.send(patched(2, doublings))],
  ['unpacks to 120 MiB', () => host.socket.send(compressed)],
])(
  'a page that is sent a message that %s stays responsive, also after a reload',
  async (_, attack) => {
    host.send(whole(1, 'A good state'))
    const link = `${relay.url.replace('ws', 'http')}/#k=${VIEWER_KEY}`
    const page = await openTab(phone, link, recordBlocks)
    await page.getByText('A good state').waitFor()
    await page.getByText('Live', { exact: true }).first().waitFor()
    attack()
    await page.getByText('Not up to date').first().waitFor({ timeout: 60_000 })
    await page.getByText('A good state').waitFor()
    expect(await longestBlock(page)).toBeLessThan(FROZEN_MS)

    await page.reload()
    await page.getByText('A good state').waitFor()
    await page.getByText('Not up to date').first().waitFor({ timeout: 60_000 })
    host.send(whole(3, 'The next good state'))
    await page.getByText('The next good state').waitFor()
    await page.getByText('Live', { exact: true }).first().waitFor()
    expect(await longestBlock(page)).toBeLessThan(FROZEN_MS)
  },
)

it('a page stays responsive when the innermost part of nested lists changes', async () => {
  const send = (seq: number) =>
    host.send(
      `{"type":"session_update","epoch":"e","seq":${seq},"payload":{"s":{"title":"State ${seq}","list":${nested(400, seq)}}}}`,
    )
  send(1)
  const link = `${relay.url.replace('ws', 'http')}/#k=${VIEWER_KEY}`
  const page = await openTab(phone, link, recordBlocks)
  await page.getByText('State 1').waitFor()
  send(2)
  await page.getByText('State 2').waitFor()
  await page.reload()
  await page.getByText('State 2').waitFor()
  expect(await longestBlock(page)).toBeLessThan(FROZEN_MS)
})
