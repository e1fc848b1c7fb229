import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Client, config, connect, session } from '../../server/test/client.ts'
import { violations } from '../support/browsers/accessibility.ts'
import { type Browser, launchBrowser, type Page } from '../support/browsers/playwright.ts'
import { PHONE } from '../support/browsers/tabs.ts'
import { VIEWER_DIR } from '../support/pages/demo.ts'
import { startRelay, type TestRelay } from '../support/relays/relay.ts'

let browser: Browser
let relay: TestRelay
let host: Client
let page: Page
let seq = 0
let sessions = 0

beforeAll(async () => {
  browser = await launchBrowser()
  relay = await startRelay(0, { viewerDir: VIEWER_DIR })
})
afterAll(async () => {
  await browser?.close()
  await relay?.stop()
})

beforeEach(async () => {
  const name = `history-${++sessions}`
  host = await connect(relay, 'host', { path: `/s/${name}` })
  seq = 1
  host.send({ ...session('e', seq, {}), payload: { board: { score: 0, title: 'Final' } } })
  const context = await browser.newContext({ ...PHONE, serviceWorkers: 'block' })
  page = await context.newPage()
  await page.goto(`${relay.viewerUrls()[0]!.url}&s=${name}`)
  await page.getByRole('treeitem').first().waitFor()
  return async () => {
    await context.close()
    await host.close()
  }
})

async function send(score: number): Promise<void> {
  host.send({ ...config('e', ++seq, {}), payload: { board: { score } } })
}
const shown = (score: number) =>
  page.locator(`[data-path="board.score"][data-value="${score}"]`).waitFor()
const strip = () => page.locator('.strip').innerText()
const open = () => page.getByRole('button', { name: 'Show the history' }).click()

describe('the history', () => {
  it('lists the changes, shows earlier states, and comes back to live', async () => {
    for (let score = 1; score <= 5; score++) await send(score)
    await shown(5)
    await open()
    const entries = page.getByRole('listitem')
    await expect.poll(() => entries.count()).toBe(6)
    expect(await entries.first().innerText()).toMatch(
      /board\s+No\. 6\s[^]*board\.score\s+4\s+→\s+5/,
    )

    await page.getByRole('button', { name: 'Pause', exact: true }).click()
    expect(await strip()).toMatch(/Paused at [^]*Nothing newer/)
    expect(await page.getByText('Live', { exact: true }).count()).toBe(0)
    await send(6)
    await send(7)
    await expect.poll(strip).toContain('2 newer changes')
    await shown(5)

    const slider = page.getByRole('slider')
    await page.getByRole('button', { name: 'One step back' }).click()
    await shown(4)
    await slider.press('ArrowLeft')
    await shown(3)
    expect(await slider.getAttribute('aria-valuetext')).toMatch(/, 4 changes ago$/)
    await slider.press('Home')
    await shown(0)
    expect(await violations(page)).toEqual([])
    await page.getByRole('button', { name: 'Back to live' }).first().click()
    await shown(7)
    await expect.poll(strip).toMatch(/^Live/)
  })

  it('has its own words for a host that went away and started again', async () => {
    await send(1)
    await shown(1)
    await open()
    await host.close()
    await page.getByText('The host went offline').waitFor()
    const name = `history-${sessions}`
    host = await connect(relay, 'host', { path: `/s/${name}` })
    await page.getByText('The host is back').waitFor()
    host.send({ ...session('f', 1, {}), payload: { board: { score: 100, title: 'Final' } } })
    await page.getByText('The host started again').waitFor()
    await shown(100)
  })

  it('plays a recording from a file, and refuses other files with a reason', async () => {
    await open()
    const choose = (content: string) =>
      page.locator('input[type=file]').setInputFiles({
        name: 'show.ndjson',
        mimeType: 'text/plain',
        buffer: Buffer.from(content),
      })
    const header = {
      type: 'vue-sync recording',
      version: 1,
      start: Date.UTC(2026, 10, 26, 10, 14),
      protocol: 1,
      session: 'default',
      name: 'Recorded show',
      epoch: 'r',
      codec: 'json',
      encrypted: false,
    }
    const line = (at: number, message: object) =>
      JSON.stringify({ at, text: JSON.stringify({ epoch: 'r', ...message }) })
    const lines = [
      JSON.stringify(header),
      line(0, { type: 'session_update', seq: 1, payload: { board: { score: 40 } } }),
      line(300, { type: 'config_update', seq: 2, payload: { board: { score: 41 } } }),
      line(600, {
        type: 'config_update',
        seq: 3,
        payload: JSON.parse('{"board":{"score":42,"__proto__":{"polluted":1}}}'),
      }),
      '',
    ]
    await choose('hello')
    await page.getByText('This file is not a recording of vue-sync.').waitFor()
    await choose(lines.join('\n').slice(0, -10))
    await page.getByText('This recording is incomplete.').waitFor()
    await choose(`${lines[0]}\n${lines[1]}\nnonsense\n`)
    await page.getByText('This recording is damaged in line 3.').waitFor()

    await choose(lines.join('\n'))
    await shown(40)
    expect(await strip()).toMatch(/Recording of [^]*Recorded show/)
    expect(await page.getByRole('slider').getAttribute('aria-valuetext')).toMatch(
      /, change 1 of 3$/,
    )
    expect(await page.getByText('Live', { exact: true }).count()).toBe(0)
    await page.getByRole('button', { name: 'Fastest' }).click()
    await page.getByRole('button', { name: 'Play', exact: true }).click()
    await shown(42)
    expect(
      await page.evaluate(() => ({}) as { polluted?: number }).then((made) => made.polluted),
    ).toBeUndefined()
    expect(await violations(page)).toEqual([])
    await page.getByRole('button', { name: 'Close recording' }).click()
    await shown(0)
    await expect.poll(strip).toMatch(/^Live/)
  })
})
