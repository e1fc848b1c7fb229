import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import type { Page } from 'playwright-core'
import { createPlaywrightDriver } from '../../../e2e/support/pages/playwright-driver.ts'
import { TEXTS } from '../../../e2e/support/pages/screens.ts'
import { ROOT } from '../../builds.ts'
import { GUIDED, openPage, PHONE } from './devices.ts'
import { shrinkPng } from './shrink.ts'
import { openStage } from './stage.ts'

/**
 * Takes the pictures of README.md and the docs: `pnpm screenshots:readme [DIR]`. Clock, data, codes and animation are the
 * same in each run. scripts/docs/pictures.spec.ts checks that the docs use exactly these files.
 */
const dir = process.argv[2] ?? join(ROOT, 'docs/images')
mkdirSync(dir, { recursive: true })
const { pairing, session, bar } = TEXTS

async function take(page: Page, name: string): Promise<void> {
  writeFileSync(join(dir, `${name}.png`), shrinkPng(await page.screenshot()))
}

const stage = await openStage(true)
try {
  const { browser, app, link, hostUrl, guide } = stage
  const dark = { ...PHONE, colorScheme: 'dark' } as const
  const host = await openPage(browser, {
    viewport: { width: 1280, height: 800 },
    colorScheme: 'dark',
  })
  await host.goto(hostUrl)
  await host.getByRole('textbox', { name: 'Session name' }).fill('Climate, live')
  await host.getByRole('img', { name: /QR code/ }).waitFor()

  const viewer = await openPage(browser, dark)
  const user = createPlaywrightDriver(viewer)
  await user.open(app)
  await user.sees(pairing.title)
  await take(viewer, 'viewer-pair')
  await user.open(link())
  await user.sees('Climate, live')
  await viewer.waitForTimeout(2500)
  await take(viewer, 'viewer-scene')
  await take(host, 'host')
  await user.press(bar.inspector)
  await user.has('[data-path="config.speed"]')
  await host.getByRole('slider', { name: 'Speed' }).fill('2.5')
  await user.has('[data-path="config.speed"][data-value="2.5"]')
  // The mark of a change fades, so its moment is set.
  await viewer.evaluate(() => {
    for (const animation of document.getAnimations()) {
      animation.pause()
      animation.currentTime = 200
    }
  })
  await take(viewer, 'viewer-inspector')
  await user.press(bar.scene)
  await viewer.context().setOffline(true)
  await user.sees(session.noNetwork)
  await take(viewer, 'viewer-offline')

  const [, iphone] = GUIDED.find(([name]) => name === 'iphone')!
  const setup = await openPage(browser, { ...iphone, colorScheme: 'dark' })
  await setup.goto(guide)
  await setup.locator('details[open]').first().waitFor()
  await take(setup, 'setup-iphone')
} finally {
  await stage.close()
}
console.log(`[vue-sync] The pictures are in ${dir}`)
