import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import type { Page } from 'playwright-core'
import { connectTo } from '../../../server/test/client.ts'
import { openFaultProxy } from '../../../e2e/support/network/fault-proxy.ts'
import { startScreenHost } from '../../../e2e/support/pages/screen-host.ts'
import { SECOND_SESSION } from '../../../e2e/support/pages/screens.ts'
import { ROOT } from '../../builds.ts'
import { GUIDED, onEachDevice, openPage, DEVICES } from './devices.ts'
import { openStage, type Stage } from './stage.ts'
import { SCREENS_SESSION, shootScreens, shootShow, shootWaysIn } from './viewer-shots.ts'

/** Takes screenshots of every page, for phone and desktop, light and dark: `pnpm screenshots [DIR]`. */
const dir = process.argv[2] ?? join(ROOT, 'artifacts/screenshots')
mkdirSync(dir, { recursive: true })

/** Returns a function that shoots for one device. */
const shootOn = (device: string) => async (page: Page, name: string) => {
  await page.screenshot({ path: join(dir, `${name}-${device}.png`) })
}

function connectHost({ port, relay }: Stage, session: string) {
  const origin = `ws://127.0.0.1:${port}`
  return connectTo(origin, 'host', { key: relay.hostKey, path: `/s/${session}` })
}

/** Shows the viewer while a large state arrives over a slow link. */
async function shootReceiving(stage: Stage): Promise<void> {
  const rows = Array.from({ length: 60_000 }, (_, at) => ({ id: at, title: `Row ${at}` }))
  const slow = await openFaultProxy(stage.port, { rate: 200_000 })
  const host = await connectHost(stage, 'large')
  host.send({ type: 'session_update', epoch: 'large', seq: 0, payload: { table: { rows } } })
  const shoot = async (page: Page, device: string): Promise<void> => {
    await page.goto(stage.link('large').replace(`:${stage.port}/`, `:${slow.port}/`))
    await page.locator('.strip progress[value]:not([value="0"])').waitFor()
    await shootOn(device)(page, 'viewer-receiving')
  }
  // The app shows progress only after a moment, for which its clock must run.
  await onEachDevice(stage.browser, shoot, DEVICES, true)
  await host.close()
  await slow.close()
}

async function shootSetup(stage: Stage): Promise<void> {
  await onEachDevice(
    stage.browser,
    async (page, device) => {
      await page.goto(`${stage.plainApp}/setup`)
      await shootOn(device)(page, 'setup-without-https')
      await page.goto(stage.guide)
      await page.locator('details[open]').first().waitFor()
      await shootOn(device)(page, 'setup-https')
    },
    [...DEVICES, ...GUIDED],
  )
}

const stage = await openStage(false)
try {
  const screens = startScreenHost(
    await connectHost(stage, SCREENS_SESSION),
    await connectHost(stage, SECOND_SESSION),
  )
  await onEachDevice(stage.browser, async (page, device) => {
    await shootScreens(page, stage, screens.change, shootOn(device))
    await shootWaysIn(page, stage, shootOn(device))
  })
  await screens.close()
  await shootReceiving(stage)
  await shootSetup(stage)
  for (const [device, options] of DEVICES) {
    const host = await openPage(stage.browser, options)
    await host.goto(stage.hostUrl)
    await host.getByRole('textbox', { name: 'Session name' }).fill('Climate, live')
    await host.getByRole('button', { name: 'Enlarge the QR code' }).waitFor()
    await host.waitForTimeout(2500)
    await shootOn(device)(host, 'host')
    const viewer = await openPage(stage.browser, options)
    await shootShow(viewer, host, stage, shootOn(device))
    await viewer.context().close()
    await host.context().close()
  }
} finally {
  await stage.close()
}
console.log(`[vue-sync] Screenshots are in ${dir}`)
