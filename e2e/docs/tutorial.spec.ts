import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Browser,
  type BrowserContext,
  chromium,
  devices,
  type Locator,
  type Page,
} from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ensureVitePackages, ROOT } from '../../scripts/builds.ts'
import { packAll } from '../../scripts/release/pack.ts'
import { freePort } from '../../server/test/free-port.ts'
import { BROWSER_LAUNCH, watch } from '../support/browsers/playwright.ts'
import { openManager } from '../support/readme/manager.ts'
import { HOST_KEY } from '../support/readme/reader.ts'
import { readSteps, type Step } from '../support/readme/steps.ts'
import { openTerminals, type Terminals } from '../support/readme/terminals.ts'
import { readPictureQr, readTerminalQr } from '../support/system/read-qr.ts'

const STEPS = readSteps(readFileSync(join(ROOT, 'docs/tutorial/index.md'), 'utf8'))

const dir = mkdtempSync(join(tmpdir(), 'vue-sync-tutorial-'))
let terminals: Terminals
let browser: Browser
beforeAll(async () => {
  ensureVitePackages()
  const packed = await packAll(join(dir, 'packages'))
  const named = packed.filter(({ name }) => name !== '@vue-sync/nuxt')
  const tarballs = Object.fromEntries(named.map(({ name, path }) => [name, path]))
  const ports = { dev: await freePort(), preview: await freePort(), relay: await freePort() }
  terminals = openTerminals({ dir, manager: openManager('npm'), tarballs, ports })
  // The page names default ports. This browser finds the programs of this test there, and no other machine.
  const rules = [
    `MAP localhost:5173 localhost:${ports.dev}`,
    `MAP localhost:4173 localhost:${ports.preview}`,
    `MAP localhost:9876 127.0.0.1:${ports.relay}`,
    'MAP * 127.0.0.1',
  ]
  const args = BROWSER_LAUNCH.args.filter((arg) => !arg.startsWith('--host-resolver-rules='))
  browser = await chromium.launch({
    ...BROWSER_LAUNCH,
    // The last step serves a page with a CA that this browser does not know.
    args: [...args, '--ignore-certificate-errors', `--host-resolver-rules=${rules.join(', ')}`],
  })
})
afterAll(async () => {
  await browser?.close()
  await terminals?.stop()
  rmSync(dir, { recursive: true, force: true, maxRetries: 5 })
})

const bodyText = (page: Page): Promise<string> => page.locator('body').innerText()
const newPage = async (): Promise<Page> => (await browser.newContext()).newPage()
const newPhone = (): Promise<BrowserContext> => browser.newContext({ ...devices['Pixel 7'] })

/** The QR codes that a terminal shows, once there are so many. */
async function scan(count = 1): Promise<string[]> {
  await expect
    .poll(async () => (await readTerminalQr(terminals.output())).length)
    .toBe(count)
    .catch((cause: Error) => {
      throw new Error(`${cause.message} in what the terminal shows:\n${terminals.output()}`, {
        cause,
      })
    })
  return readTerminalQr(terminals.output())
}

/** The points of the home team, as the app shows them. */
const points = (app: Page): Locator => app.locator('output').first()
const add = (app: Page): Promise<void> =>
  app
    .getByRole('button', { name: /^Add a point/ })
    .first()
    .click()

const APP = 'http://localhost:5173'
let app: Page
let phone: Page
/** Shows the page of step 8, at the end by the QR code of the relay. */
let screen: Page
let complaints: string[]

/** Presses a button of the share panel, and looks at the list of links in it. */
const press = (name: string): Promise<void> =>
  app.getByRole('button', { name, exact: true }).click()

/** What the page promises for each step, by the heading. `says` finds words in the text of the step. */
const CHECKS: Record<string, (says: (words: string) => string) => Promise<void>> = {
  async 'Create an app'() {},

  async 'Teams and points'(says) {
    await expect.poll(() => terminals.output()).toContain('ready in')
    app = await newPage()
    await app.goto(says(APP))
    expect(await points(app).textContent()).toBe('0')
    await add(app)
    await expect.poll(() => points(app).textContent()).toBe('1')
  },

  async 'Show it on a phone'(says) {
    const [link] = await scan()
    phone = await (await newPhone()).newPage()
    await app.goto(says(APP))
    complaints = watch(app).complaints
    await phone.goto(link!)
    await expect.poll(() => bodyText(phone)).toContain(says('board'))
    await expect.poll(() => bodyText(phone)).toContain(says('Live'))
    await add(app)
    await expect.poll(() => bodyText(phone)).toMatch(/points\s*1/)
  },

  async 'A clock'(says) {
    await expect.poll(() => bodyText(phone)).toContain(says('clock'))
    await press(says('Start'))
    await expect.poll(() => bodyText(phone)).toMatch(new RegExp(`${says('seconds')}\\s*[1-9]`))
  },

  async 'A QR code for the projector'(says) {
    await app.getByText(says('1 viewer connected')).first().waitFor()
    await app.getByRole('button', { name: 'Enlarge the QR code of the viewer link' }).click()
    const large = app.getByRole('dialog')
    await expect.poll(() => large.innerText()).toMatch(/\b[\dA-Z]{3} [\dA-Z]{3}\b/)
    await press(says('Full screen'))
    await expect.poll(() => app.evaluate(() => document.fullscreenElement !== null)).toBe(true)
    await app.keyboard.press('Escape')
    await app.evaluate(() => document.fullscreenElement && document.exitFullscreen())
    await expect.poll(() => large.count()).toBe(0)
  },

  async 'A link that expires'(says) {
    await press(says('Create a link…'))
    await app.getByLabel('For whom').fill(says('Speaker'))
    await app.getByLabel('Valid for').selectOption({ label: says('1 day') })
    await press(says('Create'))
    await app.getByRole('button', { name: 'Show the QR code: Speaker' }).click()
    const picture = app.getByRole('dialog').getByRole('img')
    const [link] = await readPictureQr(await picture.screenshot())
    await app.keyboard.press('Escape')
    const other = await (await newPhone()).newPage()
    await other.goto(link!)
    const entry = app.getByRole('listitem').filter({ hasText: 'Speaker' })
    await expect.poll(() => entry.innerText()).toMatch(/until[^]*1 viewer|1 viewer[^]*until/)
    await app.getByRole('button', { name: 'Remove: Speaker' }).click()
    await press(says('Remove the link'))
    await expect.poll(() => bodyText(other)).toContain(says('This link has ended'))
    expect(await bodyText(phone)).toContain('Live')
    await other.context().close()
  },

  async 'When the Wi-Fi drops'(says) {
    await phone.context().setOffline(true)
    await expect.poll(() => bodyText(phone)).toContain(says('No network'))
    await add(app)
    await add(app)
    expect(await bodyText(phone)).toMatch(/points\s*1/)
    await phone.context().setOffline(false)
    await expect.poll(() => bodyText(phone)).toMatch(/points\s*3/)
    await expect.poll(() => bodyText(phone)).toContain(says('Live'))
  },

  async 'Your own page with big figures'(says) {
    const opening = app.context().waitForEvent('page')
    await app.getByRole('link', { name: says('Open the big screen') }).click()
    screen = await opening
    await expect.poll(() => points(screen).textContent()).toBe('3')
    await add(app)
    await expect.poll(() => points(screen).textContent()).toBe('4')
    expect(await bodyText(screen)).not.toContain('Not live')
    expect(complaints).toEqual([])
    await app.close()
    await expect.poll(() => bodyText(screen)).toContain(says('Not live'))
  },

  async 'Take it to the gym'(says) {
    await expect.poll(() => terminals.output('Second terminal')).toContain('http://localhost:')
    await expect.poll(() => terminals.output()).toMatch(HOST_KEY)
    const [link] = await scan()
    app = await newPage()
    complaints = watch(app).complaints
    app.on('dialog', (dialog) => void dialog.accept(HOST_KEY.exec(terminals.output())![1]))
    await app.goto(says('http://localhost:4173'))
    screen = await (await newPhone()).newPage()
    await screen.goto(link!)
    await add(app)
    await expect.poll(() => points(screen).textContent()).toBe('1')
    expect(complaints).toEqual([])
  },

  async 'With HTTPS'(says) {
    const [setUp, link] = await scan(2)
    says('two QR codes')
    const page = await newPage()
    await page.goto(setUp!)
    await page.goto(link!)
    expect(new URL(link!).protocol).toBe('https:')
    await expect.poll(() => points(page).textContent()).toBe('1')
    await add(app)
    await expect.poll(() => points(page).textContent()).toBe('2')
  },

  async 'On the internet'() {},
  async 'What next'() {},
}

it('has a check for each step', () => {
  expect(STEPS.map(({ title }) => title)).toEqual(Object.keys(CHECKS))
})

async function follow({ title, text, blocks }: Step): Promise<void> {
  for (const block of blocks) await terminals.follow(block)
  await CHECKS[title]?.((words) => {
    expect(text, `the text of “${title}”`).toContain(words)
    return words
  }).catch((error: Error) => {
    throw new Error(`In “${title}”: ${error.message}`, { cause: error })
  })
}

it('leads from an empty folder to a scoreboard in the gym', async () => {
  for (const step of STEPS) await follow(step)
}, 300_000)
