import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { ensureLibrary, ensureServer, ensureViewer, ROOT } from '../../scripts/builds.ts'
import { packAll } from '../../scripts/release/pack.ts'
import { BROWSER_LAUNCH, watch } from '../support/browsers/playwright.ts'
import { readBlocks } from '../support/readme/blocks.ts'
import { openManager } from '../support/readme/manager.ts'
import { openReader, type Reader } from '../support/readme/reader.ts'

const README = readFileSync(join(ROOT, 'README.md'), 'utf8')
const BLOCKS = readBlocks(README)

/** Shell blocks that are shown and not followed here, by their last line, with the reason. */
const SHOWN_ONLY: Record<string, string> = {
  'npx -y pnpm@12 dev': 'e2e/commands/dev.spec.ts runs it',
}

/** Where the README says that a viewer of one's own is opened. */
const VIEWER_ADDRESS = 'http://localhost:5173/viewer/#LINK'

const dir = mkdtempSync(join(tmpdir(), 'vue-sync-readme-'))
let tarballs: Record<string, string>
beforeAll(async () => {
  ensureLibrary()
  ensureViewer()
  ensureServer()
  const packed = await packAll(join(dir, 'packages'))
  tarballs = Object.fromEntries(packed.map(({ name, path }) => [name, path]))
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

let reader: Reader | undefined
let browser: Browser | undefined
afterEach(async () => {
  await browser?.close()
  await reader?.stop()
})

/** The README names the relay's default port; this browser finds the test's own relay there. */
function launch(relayPort: number): Promise<Browser> {
  const rules = `MAP localhost:9876 127.0.0.1:${relayPort}, MAP localhost 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1`
  const args = BROWSER_LAUNCH.args.filter((arg) => !arg.startsWith('--host-resolver-rules='))
  return chromium.launch({ ...BROWSER_LAUNCH, args: [...args, `--host-resolver-rules=${rules}`] })
}

it('has no shell block that is neither followed nor known', () => {
  const unknown = BLOCKS.filter(
    ({ language, target, code }) =>
      target === undefined &&
      /^(sh|bash|shell|console|)$/.test(language) &&
      !((code.trim().split('\n').at(-1) ?? '') in SHOWN_ONLY),
  )
  expect(unknown).toEqual([])
})

it.each(['npm', 'pnpm'] as const)(
  'leads from an empty folder to a viewer that follows the app, with %s',
  async (name) => {
    const place = mkdtempSync(join(dir, `${name}-`))
    reader = await openReader({ dir: place, manager: openManager(name), tarballs })
    for (const block of BLOCKS) if (block.target !== undefined) await reader.follow(block)
    await reader.build()
    const origin = await reader.startApp()
    browser = await launch(reader.relayPort())
    const context = await browser.newContext()
    const [host, own, served] = [
      await context.newPage(),
      await context.newPage(),
      await context.newPage(),
    ]
    const seen = [host, own].map(watch)
    // The browser asks for an icon of a page that names none.
    await own.route('**/favicon.ico', (route) => route.fulfill({ status: 204 }))
    expect(README).toContain(VIEWER_ADDRESS)
    await host.goto(origin)
    await own.goto(
      VIEWER_ADDRESS.replace('http://localhost:5173', origin).replace('LINK', reader.viewerLink()),
    )
    await served.goto(reader.viewerLink())
    const title = `Followed with ${name}`
    // Vite reloads a page when it meets a package for the first time: what was typed before is gone.
    await expect
      .poll(async () => {
        await host.locator('input').first().fill(title)
        return own.locator('body').innerText()
      })
      .toContain(title)
    await expect.poll(() => served.locator('body').innerText()).toContain(title)
    expect(seen.flatMap(({ complaints }) => complaints)).toEqual([])
  },
  300_000,
)
