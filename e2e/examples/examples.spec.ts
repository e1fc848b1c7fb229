import { pathToFileURL } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  type Browser,
  type BrowserContext,
  expectQuiet,
  launchBrowser,
  type Page,
  type Watched,
  watch,
} from '../support/browsers/playwright.ts'
import {
  type Example,
  type ExampleName,
  runExample,
  serveExample,
} from '../support/pages/examples.ts'
import { HOST_KEY, startRelay, type TestRelay } from '../support/relays/relay.ts'

let browser: Browser
let context: BrowserContext
let relay: TestRelay
const examples = {} as Record<ExampleName, Example>
const watched: Watched[] = []

beforeAll(async () => {
  // Pages of files may load each other, as in Electron.
  browser = await launchBrowser('--allow-file-access-from-files')
  for (const name of ['scoreboard', 'obs-overlay', 'dashboard'] as const)
    examples[name] = await serveExample(name)
})
afterAll(async () => {
  await browser?.close()
  for (const { close } of Object.values(examples)) await close()
})
beforeEach(async () => {
  context = await browser.newContext()
  relay = await startRelay(0, {
    viewerDir: `${examples.scoreboard.dir}/viewer`,
    allowedOrigins: ['file://'],
  })
})
afterEach(async () => {
  await context.close()
  await relay.stop()
  await expectQuiet(...watched.splice(0))
})

async function open(url: string): Promise<Page> {
  const page = await context.newPage()
  watched.push(watch(page))
  await page.goto(url)
  return page
}
const openHost = (pages: string) =>
  open(`${pages}index.html#relay=${encodeURIComponent(relay.url)}&key=${HOST_KEY}`)
const link = () => relay.viewerUrls()[0]!.url

describe('the scoreboard', () => {
  const score = (page: Page, name: string) =>
    page.locator('section').filter({ hasText: name }).locator('output')

  async function operate(host: Page, viewer: Page): Promise<void> {
    await host.getByRole('button', { name: 'One more for Home' }).click()
    await expect.poll(() => score(viewer, 'Home').textContent()).toBe('1')
    await host.getByRole('textbox', { name: 'Name of the team' }).last().fill('Tigers')
    await host.getByRole('button', { name: 'Start' }).click()
    await expect.poll(() => score(viewer, 'Tigers').textContent()).toBe('0')
    await expect.poll(() => viewer.locator('time').textContent()).not.toBe('00:00')
  }

  it('is followed by its viewer, and has no key in its address', async () => {
    const { origin } = examples.scoreboard
    const host = await openHost(origin)
    const screen = host.getByRole('link', { name: 'Open the screen for a TV' })
    await screen.waitFor()
    expect(host.url()).toBe(`${origin}index.html`)
    await operate(host, await open(`${origin}viewer/index.html#${link()}`))
    await host.reload()
    await screen.waitFor()
  })

  it('needs no address and no key during development', async () => {
    const { origin, close } = await runExample('scoreboard')
    try {
      const host = await open(origin)
      const screen = host.getByRole('link', { name: 'Open the screen for a TV' })
      await operate(host, await open(`${origin}${await screen.getAttribute('href')}`))
    } finally {
      await context.close()
      await close()
    }
  })

  it('is followed by its viewer when the relay serves it', async () => {
    const host = await openHost(examples.scoreboard.origin)
    await operate(host, await open(link()))
  })

  it('works as files, as with loadFile in Electron', async () => {
    const pages = `${pathToFileURL(examples.scoreboard.dir)}/`
    const host = await openHost(pages)
    await operate(host, await open(`${pages}viewer/index.html#${link()}`))
  })
})

describe('the overlay for OBS', () => {
  it('follows a scoreboard on a transparent page, and disappears when the score is not live', async () => {
    const host = await openHost(examples.scoreboard.origin)
    const page = await open(`${examples['obs-overlay'].origin}?hide=1#${link()}`)
    const bar = page.getByRole('main')
    await expect.poll(() => bar.innerText()).toMatch(/Home\s+0\s+00:00\s+0\s+Guest/)
    for (const name of ['html', 'body'])
      expect(
        await page.locator(name).evaluate((element) => getComputedStyle(element).backgroundColor),
      ).toBe('rgba(0, 0, 0, 0)')

    await host.getByRole('button', { name: 'One more for Home' }).click()
    await expect.poll(() => bar.innerText()).toMatch(/Home\s+1/)
    await host.close()
    await bar.waitFor({ state: 'detached' })
    await openHost(examples.scoreboard.origin)
    await expect.poll(() => bar.innerText()).toMatch(/Home\s+0/)
  })
})

describe('the dashboard', () => {
  it('shows its numbers and its headline on the wall', async () => {
    const { origin } = examples.dashboard
    const host = await openHost(origin)
    await host.getByRole('link', { name: 'Open the wall' }).waitFor()
    const wall = await open(`${origin}wall/index.html#${link()}`)
    await wall.getByRole('heading', { name: 'All systems normal' }).waitFor()
    await host.getByRole('textbox', { name: 'Headline on the wall' }).fill('Release at 5')
    await wall.getByRole('heading', { name: 'Release at 5' }).waitFor()
    await host.getByRole('button', { name: 'Pause' }).click()
    const numbers = (page: Page) => page.locator('article output').allTextContents()
    const shown = await numbers(host)
    expect(shown).toHaveLength(4)
    await expect.poll(() => numbers(wall)).toEqual(shown)
    await host.close()
    await wall.getByText('Not live').waitFor()
  })
})
