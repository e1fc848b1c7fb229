import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { createServer } from 'vite'
import { createSyncServer } from 'vue-sync-server'
import { ensureBrowser } from './browser.ts'
import { ensureViewer, ROOT, VIEWER_DIR } from './builds.ts'

/** Pictures of every page as a person sees it: `pnpm screenshots [DIR]`. */
const dir = process.argv[2] ?? join(ROOT, 'artifacts/screenshots')

const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true }
const DESKTOP = { viewport: { width: 1440, height: 900 } }
const SCREENS: [name: string, options: BrowserContextOptions][] = (
  ['light', 'dark'] as const
).flatMap((colorScheme) => [
  [`phone-${colorScheme}`, { ...PHONE, colorScheme }],
  [`desktop-${colorScheme}`, { ...DESKTOP, colorScheme }],
])

async function shoot(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(dir, `${name}.png`) })
}

async function onEachScreen(
  browser: Browser,
  use: (page: Page, name: string) => Promise<void>,
): Promise<void> {
  for (const [name, options] of SCREENS) {
    const context = await browser.newContext(options)
    await use(await context.newPage(), name)
    await context.close()
  }
}

mkdirSync(dir, { recursive: true })
ensureViewer()
const relay = createSyncServer({ port: 0, host: '127.0.0.1', viewerDir: VIEWER_DIR })
await relay.start()
process.env['VITE_SYNC_URL'] = `ws://127.0.0.1:${relay.getStatus().port}`
process.env['VITE_SYNC_HOST_KEY'] = relay.hostKey
const host = await createServer({
  root: join(ROOT, 'apps/host'),
  configFile: join(ROOT, 'apps/host/vite.config.ts'),
  logLevel: 'error',
  server: { host: '127.0.0.1', port: 0, hmr: false },
})
await host.listen()
const hostUrl = host.resolvedUrls!.local[0]!
const viewerUrl = relay.viewerUrls()[0]!.url
const browser = await chromium.launch({
  executablePath: ensureBrowser(),
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
})

try {
  await onEachScreen(browser, async (page, name) => {
    await page.goto(relay.viewerUrls()[0]!.url.replace(/#.*/, ''))
    await page.getByRole('heading', { name: 'See it live' }).waitFor()
    await shoot(page, `viewer-pair-${name}`)
    await page.goto(viewerUrl)
    await page.getByText('The relay is there').waitFor()
    await shoot(page, `viewer-wait-${name}`)
  })
  await onEachScreen(browser, async (page, name) => {
    await page.goto(hostUrl)
    await page.getByRole('textbox', { name: 'Session name' }).fill('Climate, live')
    await page.getByRole('img', { name: /QR code/ }).waitFor()
    await page.waitForTimeout(2500)
    await shoot(page, `host-${name}`)
    const context = await browser.newContext(SCREENS.find(([screen]) => screen === name)![1])
    const viewer = await context.newPage()
    await viewer.goto(viewerUrl)
    await viewer.getByRole('button', { name: 'Inspector' }).waitFor()
    for (const mode of ['Orbit', 'Bars', 'Wave']) {
      await page.getByRole('radio', { name: mode }).check({ force: true })
      await viewer.waitForTimeout(1200)
      await shoot(viewer, `viewer-scene-${mode.toLowerCase()}-${name}`)
    }
    await viewer.getByRole('button', { name: 'Inspector' }).click()
    await page.getByRole('slider', { name: 'Speed' }).fill('2.5')
    await viewer.locator('[data-path="config.speed"][data-value="2.5"]').waitFor()
    await shoot(viewer, `viewer-inspector-${name}`)
    await viewer.getByRole('button', { name: 'Menu' }).click()
    await shoot(viewer, `viewer-menu-${name}`)
    await viewer.keyboard.press('Escape')
    await page.close()
    await viewer
      .getByText(/Host offline/)
      .first()
      .waitFor()
    await shoot(viewer, `viewer-offline-${name}`)
    await context.close()
  })
} finally {
  await browser.close()
  await host.close()
  await relay.stop()
}
console.log(`[vue-sync] Screenshots are in ${dir}`)
