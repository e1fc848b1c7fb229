import type { Page } from 'playwright-core'
import { createPlaywrightDriver } from '../../../e2e/support/pages/playwright-driver.ts'
import { SCREENS, TEXTS } from '../../../e2e/support/pages/screens.ts'
import type { Stage } from './stage.ts'

/** Takes a picture of a page. */
export type Shoot = (page: Page, name: string) => Promise<void>

const { session, bar, menu } = TEXTS
/** The session that has the state of the screens' list. */
export const SCREENS_SESSION = 'screens'

/** Shoots every screen of the list that axe and the layout test use. */
export async function shootScreens(
  page: Page,
  { app, link }: Stage,
  change: () => void,
  shoot: Shoot,
): Promise<void> {
  const user = createPlaywrightDriver(page)
  for (const { name, open } of SCREENS) {
    await open(user, { app, link: link(SCREENS_SESSION), change })
    await page.waitForTimeout(300)
    await shoot(page, `viewer-${name.replaceAll(' ', '-')}`)
    await page.evaluate(() => localStorage.clear())
  }
}

/** Shoots the ways in that need a permission or a page without https. */
export async function shootWaysIn(
  page: Page,
  { app, plainApp }: Stage,
  shoot: Shoot,
): Promise<void> {
  const user = createPlaywrightDriver(page)
  await page.context().grantPermissions(['camera'])
  await user.open(app)
  await user.press(TEXTS.pairing.scan)
  await user.has('.finder i')
  await shoot(page, 'viewer-camera')
  await user.open(plainApp)
  await user.sees(TEXTS.pairing.title)
  await shoot(page, 'viewer-plain-http')
}

/** Shoots the viewer while the demo host is live, then offline, then without a network. */
export async function shootShow(
  viewer: Page,
  host: Page,
  { link }: Stage,
  shoot: Shoot,
): Promise<void> {
  const user = createPlaywrightDriver(viewer)
  await user.open(link())
  await user.sees('Global temperature')
  for (const mode of ['Orbit', 'Bars', 'Wave']) {
    await host.getByRole('radio', { name: mode }).check({ force: true })
    await viewer.waitForTimeout(1500)
    await shoot(viewer, `viewer-scene-${mode.toLowerCase()}`)
  }
  await user.press(bar.inspector)
  await user.has('[data-path="config.speed"]')
  await host.getByRole('slider', { name: 'Speed' }).fill('2.5')
  await user.has('[data-path="config.speed"][data-value="2.5"]')
  await shoot(viewer, 'viewer-inspector')
  await host.close()
  await user.sees(session.hostOffline)
  await shoot(viewer, 'viewer-host-offline')
  await viewer.context().setOffline(true)
  await user.sees(session.noNetwork)
  await shoot(viewer, 'viewer-no-network')
  await viewer.context().setOffline(false)
  await user.press(bar.menu)
  await user.press(menu.disconnect)
  await user.sees(session.disconnected)
  await shoot(viewer, 'viewer-disconnected')
}
