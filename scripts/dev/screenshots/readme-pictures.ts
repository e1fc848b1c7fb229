import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import type { Page } from 'playwright-core'
import { createPlaywrightDriver } from '../../../e2e/support/pages/playwright-driver.ts'
import { TEXTS } from '../../../e2e/support/pages/screens.ts'
import { ROOT } from '../../builds.ts'
import { fail } from '../../fail.ts'
import { differenceOf } from './compare-pictures.ts'
import { GUIDED, openPage, PHONE } from './devices.ts'
import { shrinkPng } from './shrink.ts'
import { openStage } from './stage.ts'

/** How much of a picture may differ from the one in the docs: smoothed edges, and the exact moment of an animation. */
const TOLERANCE = 0.01
const DOCS = join(ROOT, 'docs/images')

/**
 * Takes the pictures of README.md and the docs: `pnpm screenshots:readme`. With a folder as argument, it puts them there
 * and fails in CI if they differ from those in the docs. Clock, data, codes and animation are the same in each run.
 * scripts/docs/pictures.spec.ts checks that the docs use exactly these files.
 */
const dir = process.argv[2] ?? DOCS
mkdirSync(dir, { recursive: true })
const { pairing, session, bar } = TEXTS
const outdated: string[] = []

/** The scene fades when its state is old. A picture taken during the fade was another one in each run. */
async function fadesEnd(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const running = document
      .getAnimations()
      .filter((one) => one instanceof CSSTransition && one.playState === 'running')
    await Promise.all(running.map(({ finished }) => finished))
  })
}

async function take(page: Page, name: string): Promise<void> {
  await fadesEnd(page)
  const png = shrinkPng(await page.screenshot())
  writeFileSync(join(dir, `${name}.png`), png)
  const difference = differenceOf(png, readFileSync(join(DOCS, `${name}.png`)))
  if (difference > TOLERANCE)
    outdated.push(`${name}.png differs in ${(difference * 100).toFixed(1)} % of its pixels`)
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
  await host.getByRole('button', { name: 'Enlarge the QR code' }).waitFor()

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
  await viewer
    .locator('[data-path="config.speed"]')
    .evaluate((row) => row.scrollIntoView({ block: 'center' }))
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
if (outdated.length > 0) {
  const text = `These pictures of the docs show an older state of the product. Take them again with \`pnpm screenshots:readme\`, look at them, and commit them.\n  ${outdated.join('\n  ')}`
  // Other systems have other fonts, so only CI can be sure.
  if (process.env['CI']) fail(text)
  console.warn(`[vue-sync] ${text} If they look the same, your fonts differ from those of CI.`)
}
