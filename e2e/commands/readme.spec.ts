import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium, devices, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { ensureVitePackages, ROOT } from '../../scripts/builds.ts'
import { packAll } from '../../scripts/release/pack.ts'
import { BROWSER_LAUNCH, watch } from '../support/browsers/playwright.ts'
import { readBlocks } from '../support/readme/blocks.ts'
import { openManager } from '../support/readme/manager.ts'
import { openReader, type Reader } from '../support/readme/reader.ts'

/** The page that goes on from the README with a relay that runs as a program. */
const GUIDE = readFileSync(join(ROOT, 'docs/guide/relay.md'), 'utf8')
const QUICK_START = readBlocks(readFileSync(join(ROOT, 'README.md'), 'utf8'))
const OWN_RELAY = readBlocks(GUIDE)

/** Shell blocks that are shown and not followed here, by their last line, with the reason. */
const SHOWN_ONLY: Record<string, string> = {
  'npx -y pnpm@12 dev': 'e2e/commands/dev.spec.ts runs it',
}

/** Where the guide says that a viewer of one's own is opened. */
const VIEWER_ADDRESS = 'http://localhost:5173/viewer/#LINK'

const dir = mkdtempSync(join(tmpdir(), 'vue-sync-readme-'))
let tarballs: Record<string, string>
beforeAll(async () => {
  ensureVitePackages()
  const packed = await packAll(join(dir, 'packages'))
  // The README is about Vite apps.
  const named = packed.filter(({ name }) => name !== '@vue-sync/nuxt')
  tarballs = Object.fromEntries(named.map(({ name, path }) => [name, path]))
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

let reader: Reader | undefined
let browser: Browser | undefined
afterEach(async () => {
  await browser?.close()
  await reader?.stop()
})

/** Names that the pages use lead to this machine, and no others to anywhere. */
function launch(...names: string[]): Promise<Browser> {
  const rules = [...names, 'MAP localhost 127.0.0.1', 'MAP * ~NOTFOUND', 'EXCLUDE 127.0.0.1']
  const args = BROWSER_LAUNCH.args.filter((arg) => !arg.startsWith('--host-resolver-rules='))
  return chromium.launch({
    ...BROWSER_LAUNCH,
    args: [...args, `--host-resolver-rules=${rules.join(', ')}`],
  })
}

it('has no shell block that is neither followed nor known', () => {
  const unknown = [...QUICK_START, ...OWN_RELAY].filter(
    ({ language, target, code }) =>
      target === undefined &&
      /^(sh|bash|shell|console|)$/.test(language) &&
      !((code.trim().split('\n').at(-1) ?? '') in SHOWN_ONLY),
  )
  expect(unknown).toEqual([])
})

/** Types until another page shows it: Vite reloads a page when it meets a package for the first time. */
async function expectFollowed(host: Page, title: string, viewers: Page[]): Promise<void> {
  for (const viewer of viewers)
    await expect
      .poll(async () => {
        await host.locator('input').first().fill(title)
        return viewer.locator('body').innerText()
      })
      .toContain(title)
}

it('needs four edits and no key for the quick start', () => {
  const edits = QUICK_START.filter(({ language, target }) => target && language !== 'sh')
  expect(edits.map(({ target }) => target)).toEqual([
    'vite.config.ts',
    'src/main.ts',
    'src/stores/board.ts',
    'src/App.vue',
  ])
  expect(edits.map(({ code }) => code).join('')).not.toMatch(/key|url/i)
})

it.each(['npm', 'pnpm'] as const)(
  'leads from an empty folder to a phone that follows the app, then to a relay and a viewer of one’s own, with %s',
  async (name) => {
    const place = mkdtempSync(join(dir, `${name}-`))
    const begun = performance.now()
    reader = await openReader({ dir: place, manager: openManager(name), tarballs })
    for (const block of QUICK_START) if (block.target !== undefined) await reader.follow(block)
    let origin = await reader.startApp()
    const link = await reader.scannedLink()
    browser = await launch(`MAP ${new URL(link).hostname} 127.0.0.1`)
    const phone = await browser.newContext({ ...devices['Pixel 7'] })
    const [app, scanned] = [await (await browser.newContext()).newPage(), await phone.newPage()]
    let seen = [app, scanned].map(watch)
    await app.goto(origin)
    await scanned.goto(link)
    await expectFollowed(app, `Scanned with ${name}`, [scanned])
    // oxlint-disable-next-line no-console -- a measurement, which no test may assert
    console.log(
      `[quick start] ${name}: ${((performance.now() - begun) / 1000).toFixed(1)} s from an empty folder to the phone`,
    )
    await expect.poll(() => app.getByRole('button', { name: /1 device connected/ }).count()).toBe(1)
    expect(seen.flatMap(({ complaints }) => complaints)).toEqual([])
    await browser.close()

    for (const block of OWN_RELAY) if (block.target !== undefined) await reader.follow(block)
    await reader.build()
    origin = await reader.startApp()
    // The guide names the relay's default port; this browser finds the test's own relay there.
    browser = await launch(`MAP localhost:9876 127.0.0.1:${reader.relayPort()}`)
    const context = await browser.newContext()
    const [host, own, served] = [
      await context.newPage(),
      await context.newPage(),
      await context.newPage(),
    ]
    seen = [host, own].map(watch)
    // The browser asks for an icon of a page that names none.
    await own.route('**/favicon.ico', (route) => route.fulfill({ status: 204 }))
    expect(GUIDE).toContain(VIEWER_ADDRESS)
    await host.goto(origin)
    await own.goto(
      VIEWER_ADDRESS.replace('http://localhost:5173', origin).replace('LINK', reader.viewerLink()),
    )
    await served.goto(reader.viewerLink())
    await expectFollowed(host, `Followed with ${name}`, [own, served])
    expect(seen.flatMap(({ complaints }) => complaints)).toEqual([])
  },
  300_000,
)
