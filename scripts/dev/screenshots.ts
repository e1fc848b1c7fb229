import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { createServer } from 'vite'
import { createSyncServer } from '@vue-sync/server'
import { openFaultProxy } from '../../e2e/support/network/fault-proxy.ts'
import { ensureBrowser } from '../test/browser.ts'
import { ensureViewer, ROOT, VIEWER_DIR } from '../builds.ts'

/** Takes screenshots of every page: `pnpm screenshots [DIR]`. */
const dir = process.argv[2] ?? join(ROOT, 'artifacts/screenshots')

const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true }
const DESKTOP = { viewport: { width: 1440, height: 900 } }
const SCREENS: [name: string, options: BrowserContextOptions][] = (
  ['light', 'dark'] as const
).flatMap((colorScheme) => [
  [`phone-${colorScheme}`, { ...PHONE, colorScheme }],
  [`desktop-${colorScheme}`, { ...DESKTOP, colorScheme }],
])

/** User agents, because the set-up page shows each device its own guide. */
const DEVICES = {
  iphone:
    'Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1 Mobile/15E148 Safari/604.1',
  android:
    'Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Mobile Safari/537.36',
}

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

/** Resolves to loopback but is not a secure context, like a LAN address on plain http. */
const PLAIN = 'lan.test'

mkdirSync(dir, { recursive: true })
ensureViewer()
const caDir = mkdtempSync(join(tmpdir(), 'vue-sync-ca-'))
const loopback = { port: 0, host: '127.0.0.1', viewerDir: VIEWER_DIR, allowedHosts: [PLAIN] }
const relay = createSyncServer(loopback)
const secured = createSyncServer({ ...loopback, https: true, caDir })
await Promise.all([relay.start(), secured.start()])
process.env['VITE_SYNC_URL'] = `ws://127.0.0.1:${relay.getStatus().port}`
process.env['VITE_SYNC_HOST_KEY'] = relay.hostKey
const slow = await openFaultProxy(relay.getStatus().port, { rate: 200_000 })
const host = await createServer({
  root: join(ROOT, 'apps/host'),
  configFile: join(ROOT, 'apps/host/vite.config.ts'),
  logLevel: 'error',
  server: { host: '127.0.0.1', port: 0, hmr: false },
})
await host.listen()
const hostUrl = host.resolvedUrls!.local[0]!
const viewerUrl = relay.viewerUrls()[0]!.url
const viewerOrigin = new URL(viewerUrl).origin
const browser = await chromium.launch({
  executablePath: ensureBrowser(),
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-background-networking',
    '--use-fake-device-for-media-stream',
    `--host-resolver-rules=MAP ${PLAIN} 127.0.0.1`,
  ],
})

async function shootWaysIn(page: Page, name: string): Promise<void> {
  await page.goto(viewerOrigin)
  await page.getByRole('heading', { name: 'See it live' }).waitFor()
  await shoot(page, `viewer-pair-${name}`)
  await page.getByRole('textbox').fill('000 000')
  await page.getByRole('button', { name: 'Connect' }).click()
  await page.getByRole('alert').waitFor()
  await shoot(page, `viewer-pair-wrong-code-${name}`)
  await page.getByRole('button', { name: 'Scan the code' }).click()
  await page.getByText('The camera is not allowed').waitFor()
  await shoot(page, `viewer-scan-denied-${name}`)
  await page.keyboard.press('Escape')
  await page.context().grantPermissions(['camera'])
  await page.getByRole('button', { name: 'Scan the code' }).click()
  await page.locator('.finder i').waitFor()
  await shoot(page, `viewer-scan-${name}`)
  await page.goto(viewerOrigin.replace('127.0.0.1', PLAIN))
  await page.getByRole('button', { name: 'Take a photo' }).waitFor()
  await shoot(page, `viewer-pair-plain-http-${name}`)
  await page.goto(viewerUrl)
  await page.getByText('The relay is there').waitFor()
  await shoot(page, `viewer-wait-${name}`)
}

/** Shows the viewer while a large state arrives over a slow link. */
async function shootReceiving(page: Page, name: string): Promise<void> {
  await page.goto(viewerUrl.replace(/:\d+\//, `:${slow.port}/`))
  await page.locator('.strip progress[value]:not([value="0"])').waitFor()
  await shoot(page, `viewer-receiving-${name}`)
}

async function shootSetup(page: Page, name: string): Promise<void> {
  await page.goto(`${viewerOrigin.replace('127.0.0.1', PLAIN)}/setup`)
  await shoot(page, `setup-without-https-${name}`)
  await page.goto(`http://${PLAIN}:${secured.getStatus().port}/`)
  await page.waitForTimeout(1500)
  await shoot(page, `setup-https-${name}`)
}

/** Shows the viewer while the host is live and offline, and without a network. */
async function shootShow(page: Page, viewer: Page, name: string): Promise<void> {
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
  await viewer.getByRole('button', { name: /Forget/ }).click()
  await shoot(viewer, `viewer-forget-${name}`)
  await viewer.keyboard.press('Escape')
  await page.close()
  await viewer
    .getByText(/Host offline/)
    .first()
    .waitFor()
  await shoot(viewer, `viewer-host-offline-${name}`)
  await viewer.context().setOffline(true)
  await viewer
    .getByText(/No network · as of/)
    .first()
    .waitFor()
  await shoot(viewer, `viewer-no-network-${name}`)
  await viewer.context().setOffline(false)
  await viewer.getByRole('button', { name: 'Menu' }).click()
  await viewer.getByRole('button', { name: 'Other sessions' }).click()
  await viewer.getByRole('heading', { name: 'Recent' }).waitFor()
  await shoot(viewer, `viewer-pair-known-${name}`)
}

try {
  await onEachScreen(browser, shootWaysIn)
  const large = {
    rows: Array.from({ length: 60_000 }, (_, at) => ({ id: at, title: `Row ${at}` })),
  }
  relay.broadcast({ type: 'session_update', epoch: 'large', seq: 0, payload: { table: large } })
  await onEachScreen(browser, shootReceiving)
  await onEachScreen(browser, shootSetup)
  for (const [device, userAgent] of Object.entries(DEVICES)) {
    const context = await browser.newContext({ ...PHONE, userAgent })
    await shootSetup(await context.newPage(), device)
    await context.close()
  }
  await onEachScreen(browser, async (page, name) => {
    await page.goto(hostUrl)
    await page.getByRole('textbox', { name: 'Session name' }).fill('Climate, live')
    await page.getByRole('img', { name: /QR code/ }).waitFor()
    await page.waitForTimeout(2500)
    await shoot(page, `host-${name}`)
    const context = await browser.newContext(SCREENS.find(([screen]) => screen === name)![1])
    await shootShow(page, await context.newPage(), name)
    await context.close()
  })
} finally {
  await browser.close()
  await host.close()
  await slow.close()
  await Promise.all([relay.stop(), secured.stop()])
  rmSync(caDir, { recursive: true, force: true })
}
console.log(`[vue-sync] Screenshots are in ${dir}`)
