import type { CDPSession } from 'playwright-core'
import { launchBrowser } from '../e2e/support/browsers/playwright.ts'
import { startRelay } from '../e2e/support/relays/relay.ts'
import { config, connect, session } from '../server/test/client.ts'
import { ensureViewer, VIEWER_DIR } from '../scripts/builds.ts'

/**
 * Measures the memory of the viewer app's history: 25 stores and 5,000 rows, 816 kB of JSON, then 500 changes of one
 * row each. `--viewer DIR` measures another build of the viewer app, for example one from before the history.
 */

const CHANGES = 500
const rows = Array.from({ length: 5000 }, (_, id) => ({
  id,
  name: `Person number ${id} of the list`,
  mail: `person-${id}@mail.example.org`,
  role: 'shift manager',
  city: 'Bad Kleinkirchheim an der Lahn',
  score: (id * 37) % 101,
}))
const stores: Record<string, object> = { people: { rows } }
for (let at = 0; at < 24; at++) stores[`store${at}`] = { value: at, list: [1, 2, 3] }

async function heap(cdp: CDPSession): Promise<number> {
  for (let round = 0; round < 3; round++) await cdp.send('HeapProfiler.collectGarbage')
  const { usedSize } = (await cdp.send('Runtime.getHeapUsage')) as { usedSize: number }
  return usedSize
}

const option = process.argv.indexOf('--viewer')
const viewerDir = option === -1 ? VIEWER_DIR : process.argv[option + 1]!
if (viewerDir === VIEWER_DIR) ensureViewer()
const browser = await launchBrowser()
const relay = await startRelay(0, { viewerDir })
const host = await connect(relay, 'host')
await host.until(({ type }) => type === 'status')
const whole = { ...session('e', 1, {}), payload: stores }
host.send(whole)
const page = await (await browser.newContext({ serviceWorkers: 'block' })).newPage()
await page.goto(relay.viewerUrls()[0]!.url)
await page.getByRole('treeitem').first().waitFor()
const cdp = await page.context().newCDPSession(page)
await cdp.send('HeapProfiler.enable')
const figures: [string, number][] = [['state shown, no change yet', await heap(cdp)]]

for (let at = 0; at < CHANGES; at++) {
  const path = `/people/rows/${(at * 7919) % 5000}/score`
  const patch = [{ op: 'replace', path, value: 1000 + at }]
  host.send({ ...config('e', at + 2, {}), payload: { store0: { value: 1000 + at } }, patch })
  if (at % 10 === 9) await page.waitForTimeout(20)
}
await page.locator(`[role="treeitem"][data-path="store0"]`).click()
await page
  .locator(`[role="treeitem"][data-path="store0.value"][data-value="${999 + CHANGES}"]`)
  .waitFor()
figures.push([`after ${CHANGES} changes, history never opened`, await heap(cdp)])

const showHistory = page.getByRole('button', { name: 'Show the history' })
if ((await showHistory.count()) > 0) {
  const began = Date.now()
  await showHistory.click()
  await page.getByRole('slider').waitFor()
  figures.push([`history open (${Date.now() - began} ms until shown)`, await heap(cdp)])
  await page.getByRole('slider').press('Home')
  await page.getByRole('button', { name: 'Back to live' }).first().click()
  await page.getByRole('button', { name: 'Close the history' }).click()
  figures.push(['history closed again', await heap(cdp)])
}

console.log(`state of ${Math.round(JSON.stringify(whole).length / 1000)} kB`)
const [, first] = figures[0]!
for (const [title, bytes] of figures) {
  const [total, more] = [bytes, bytes - first].map((size) => (size / 1024 / 1024).toFixed(1))
  console.log(`${title.padEnd(56)} ${total!.padStart(6)} MiB  ${`+${more}`.padStart(6)}`)
}
await host.close()
await browser.close()
await relay.stop()
