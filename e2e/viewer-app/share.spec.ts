import { afterEach, beforeEach, expect, it } from 'vitest'
import { type BrowserContext, expectQuiet, type Page } from '../support/browsers/playwright.ts'
import { openTab, PHONE, type Tab, useBrowser } from '../support/browsers/tabs.ts'
import { serveDemoHost, VIEWER_DIR } from '../support/pages/demo.ts'
import { servePage } from '../support/pages/page-builds.ts'
import { HOST_KEY, startRelay, type TestRelay } from '../support/relays/relay.ts'

// The panel in the demo host, and in an app with strong styles and a strict policy. Relay and phones are real.
const pages = useBrowser(async () => {
  const [demo, foreign] = [await serveDemoHost(), await servePage('foreign-app')]
  return {
    demo: demo.url,
    foreign: (relay: string, query = '') =>
      `${foreign.origin}?relay=${encodeURIComponent(relay)}${query}#host-key=${HOST_KEY}`,
    async close() {
      await Promise.all([demo.close(), foreign.close()])
    },
  }
})
let desk: BrowserContext
let phones: BrowserContext
let relay: TestRelay

beforeEach(async () => {
  relay = await startRelay(0, { viewerDir: VIEWER_DIR })
  desk = await pages.browser.newContext({
    viewport: { width: 1280, height: 900 },
    colorScheme: 'dark',
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  phones = await pages.browser.newContext(PHONE)
})
afterEach(async () => {
  await desk.close()
  await phones.close()
  await relay.stop()
})

const says = (page: Page, text: string | RegExp) => page.getByText(text).first().waitFor()
const press = (page: Page, name: string | RegExp) =>
  page.getByRole('button', { name, exact: true }).click()
const entry = (host: Page, label: string) => host.getByRole('listitem').filter({ hasText: label })

async function createLink(host: Page, label: string): Promise<void> {
  await press(host, 'Create a link…')
  await host.getByRole('textbox', { name: 'For whom' }).fill(label)
  await host.getByRole('combobox', { name: 'Valid for' }).selectOption('1 hour')
  await press(host, 'Create')
}

/** Opens the viewer app, which reads the code in a picture of the screen. */
async function scan(picture: Buffer): Promise<Tab> {
  const page = await openTab(phones, `http://127.0.0.1:${relay.getStatus().port}/?pair`)
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: /photo/ }).click(),
  ])
  await chooser.setFiles({ name: 'photo.png', mimeType: 'image/png', buffer: picture })
  return page
}

it('one viewer comes by a link with a label and an expiry, and is removed without the others', async () => {
  const host = await openTab(desk, pages.site.demo(relay.url))
  await createLink(host, 'Press')
  const press1 = entry(host, 'Press')
  await press1.getByText(/^0 viewers · until \d/).waitFor()
  await press1.getByRole('button', { name: 'Copy the link: Press' }).click()
  await press1.getByRole('button', { name: 'Copied' }).waitFor()
  const phone = await openTab(phones, await host.evaluate(() => navigator.clipboard.readText()))
  await says(phone, 'Global temperature')
  await press1.getByText(/^1 viewer · /).waitFor()

  const other = await openTab(phones, relay.viewerUrls()[0]!.url)
  await says(other, 'Global temperature')
  await says(host, '2 viewers connected')
  await entry(host, 'The link for everyone').getByText('1 viewer').waitFor()

  await press1.getByRole('button', { name: 'Remove: Press' }).click()
  const question = host.getByRole('dialog', { name: 'Remove “Press”?' })
  await question.getByText('its viewer is disconnected').waitFor()
  await question.getByRole('button', { name: 'Remove the link' }).click()
  await says(phone, 'Stopped: This link has ended')
  await press1.waitFor({ state: 'detached' })
  await says(host, '1 viewer connected')
  // The keyboard goes on where the link was.
  const heading = host.getByRole('heading', { name: '1 viewer connected' })
  const isFocused = (it: Element): boolean =>
    it === (it.getRootNode() as Document | ShadowRoot).activeElement
  expect(await heading.evaluate(isFocused)).toBe(true)
  await expectQuiet(host.seen, other.seen)
})

it('asks with the number of viewers before it removes all of them', async () => {
  const host = await openTab(desk, pages.site.demo(relay.url))
  await host.getByRole('button', { name: /^Enlarge the QR code/ }).waitFor()
  const link = relay.viewerUrls()[0]!.url
  const viewers = [await openTab(phones, link), await openTab(phones, link)]
  await says(host, '2 viewers connected')
  await press(host, 'Remove all viewers…')
  const question = host.getByRole('dialog', { name: 'Remove all 2 viewers?' })
  await question.getByRole('button', { name: 'Remove all viewers' }).click()
  for (const viewer of viewers) await says(viewer, 'Stopped: This link has ended')
  await says(host, 'No viewer connected')
})

it('phones read its codes from a dark screen, also from the large one and that of one link', async () => {
  const host = await openTab(desk, pages.site.demo(relay.url))
  const small = host.getByRole('button', { name: /^Enlarge the QR code/ })
  await says(await scan(await small.screenshot()), 'Global temperature')
  await small.click()
  await host.getByRole('dialog').getByRole('img').waitFor()
  await says(await scan(await host.screenshot()), 'Global temperature')
  await press(host, 'Close')
  await createLink(host, 'Press')
  await press(host, 'Show the QR code: Press')
  await host.getByRole('dialog', { name: 'QR code of the Press' }).getByRole('img').waitFor()
  await says(await scan(await host.screenshot()), 'Global temperature')
  await press(host, 'Close')
  await entry(host, 'Press')
    .getByText(/^1 viewer/)
    .waitFor()
})

it('its code fills the screen of a projector, and leaving the full screen closes it', async () => {
  const host = await openTab(desk, pages.site.demo(relay.url))
  await press(host, 'Enlarge the QR code of the viewer link')
  await press(host, 'Full screen')
  const isFull = () => host.evaluate(() => document.fullscreenElement !== null)
  await expect.poll(isFull).toBe(true)
  // As Escape does in a window of the browser.
  await host.evaluate(() => document.exitFullscreen())
  await host.getByRole('dialog').waitFor({ state: 'hidden' })
  await press(host, 'Enlarge the QR code of the viewer link')
  await press(host, 'Full screen')
  await expect.poll(isFull).toBe(true)
  await press(host, 'Close')
  await expect.poll(isFull).toBe(false)
  await expectQuiet(host.seen)
})

it('looks the same in an app with strong styles and a strict policy, and hydrates without a mismatch', async () => {
  const host = await openTab(desk, pages.site.foreign(relay.url), (page) =>
    page.addInitScript(() => {
      const refused: string[] = []
      Object.assign(window, { refused })
      addEventListener('securitypolicyviolation', ({ violatedDirective, sourceFile }) =>
        refused.push(`${violatedDirective} in ${sourceFile}`),
      )
    }),
  )
  const heading = host.getByRole('heading', { name: 'Show it on a phone' })
  await heading.waitFor()
  const styles = await heading.evaluate((it) => {
    const { fontSize, letterSpacing, textTransform, textAlign } = getComputedStyle(it)
    return { fontSize, letterSpacing, textTransform, textAlign }
  })
  expect(styles).toEqual({
    fontSize: '15.4px',
    letterSpacing: 'normal',
    textTransform: 'none',
    textAlign: 'start',
  })
  const code = host.getByRole('button', { name: /^Enlarge the QR code/ })
  expect((await code.boundingBox())!.width).toBeGreaterThan(150)
  expect(await host.evaluate('refused')).toEqual([])
  await expectQuiet(host.seen)
})

it('shows a host that it is given, in a shadow root outside of the app', async () => {
  const host = await openTab(desk, pages.site.foreign(relay.url, '&corner'))
  const corner = host.locator('#corner')
  await corner.getByRole('button', { name: 'Create a link…' }).click()
  // Shortcuts of the app do not see what is typed.
  await host.evaluate(() => {
    const heard: string[] = []
    Object.assign(window, { heard })
    addEventListener('keydown', ({ key }) => heard.push(key))
  })
  await corner.getByRole('textbox', { name: 'For whom' }).pressSequentially('Stand')
  await corner.getByRole('button', { name: 'Create', exact: true }).click()
  await corner.getByRole('button', { name: 'Remove: Stand' }).waitFor()
  // The panel inside of the app shows the same host.
  await host.locator('#app').getByRole('button', { name: 'Remove: Stand' }).waitFor()
  expect(await host.evaluate('heard')).toEqual([])
  await expectQuiet(host.seen)
})
