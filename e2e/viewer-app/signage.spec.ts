import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Client, connect } from '../../server/test/client.ts'
import { type BrowserContext, expectQuiet, type Page } from '../support/browsers/playwright.ts'
import { openTab, type Tab, useBrowser } from '../support/browsers/tabs.ts'
import { BUILT_ANEW, buildAnew, UPDATE } from '../support/pages/build-anew.ts'
import { limitFrameRate, paintedFrame, serveDemoHost, VIEWER_DIR } from '../support/pages/demo.ts'
import { startRelay, type TestRelay, VIEWER_KEY } from '../support/relays/relay.ts'

const pages = useBrowser(serveDemoHost)
let wall: BrowserContext
let relay: TestRelay
const closing: (() => Promise<unknown>)[] = []

async function start(viewerDir = VIEWER_DIR, port = 0): Promise<void> {
  relay = await startRelay(port, { viewerDir })
  closing.push(() => relay.stop())
}

beforeEach(async () => {
  wall = await pages.browser.newContext({
    viewport: { width: 1280, height: 720 },
    timezoneId: 'UTC',
  })
  await limitFrameRate(wall)
  closing.push(() => wall.close())
})
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

const origin = () => `http://127.0.0.1:${relay.getStatus().port}/`
const link = (session: string, look = '') => `${origin()}#s=${session}&k=${VIEWER_KEY}${look}`
const says = (page: Page, text: string | RegExp) => page.getByText(text).first().waitFor()

/** Starts a session whose store `board` has a title, and which has a store `signage`. */
async function startSession(name: string, title: string): Promise<Client> {
  const host = await connect(relay, 'host', { path: `/s/${name}` })
  closing.push(() => host.close())
  const payload = { board: { title }, signage: { update: '' } }
  host.send({ type: 'session_update', epoch: name, seq: 0, payload })
  host.send({ type: 'status', payload: { name: title } })
  return host
}

const strip = (page: Page) => page.locator('.strip')
const menu = (page: Page) => page.getByRole('dialog')

describe('a kiosk', () => {
  it('shows only the state, also after a reload, until somebody opens the menu with Escape', async () => {
    await start()
    const host = await startSession('hall', 'Departures')
    const page = await openTab(wall, link('hall', '&view=inspector&kiosk'))
    await says(page, 'Departures')
    expect(await strip(page).count()).toBe(0)
    expect(page.url()).toBe(origin())

    await page.reload()
    await says(page, 'Departures')
    expect(await strip(page).count()).toBe(0)
    const main = page.locator('main')
    expect(await main.getByRole('button').count()).toBe(0)
    expect(await main.boundingBox()).toEqual({ x: 0, y: 0, width: 1280, height: 720 })
    const isDim = () => main.evaluate((element) => Number(getComputedStyle(element).opacity) < 0.9)
    await expect.poll(isDim).toBe(false)
    await host.close()
    await expect.poll(isDim).toBe(true)
    expect(await page.locator('.mark').getByRole('status').textContent()).toBe('Host offline')
    expect(await strip(page).count()).toBe(0)

    await page.keyboard.press('Escape')
    await menu(page).getByRole('button', { name: 'Show the controls' }).click()
    await strip(page).waitFor()
    await page.reload()
    await strip(page).waitFor()
  })

  it('shows nothing but the state and a hint after it was chosen in the menu', async () => {
    await start()
    await startSession('hall', 'Departures')
    const page = await openTab(wall, link('hall'))
    await says(page, 'Departures')
    await page.getByRole('button', { name: 'Menu' }).click()
    await menu(page).getByRole('button', { name: 'Hide all controls' }).click()
    await page.getByRole('status').filter({ hasText: 'press Escape' }).waitFor()
    // The menu gives the focus back to its button, and the focus shows the buttons of a kiosk.
    await expect.poll(async () => (await page.locator('nav').boundingBox())?.width).toBe(1)
    await page.keyboard.press('Escape')
    await menu(page).waitFor()
    await page.keyboard.press('Escape')
    await expect.poll(async () => (await page.locator('nav').boundingBox())?.width).toBe(1)
  })

  it('is not dimmed where it shows no session', async () => {
    await start()
    await startSession('hall', 'Departures')
    const page = await openTab(wall, link('hall', '&kiosk'))
    await says(page, 'Departures')
    await page.keyboard.press('Escape')
    await menu(page).getByRole('button', { name: 'Other sessions' }).click()
    await says(page, 'See it live')
    const opacity = () =>
      page.locator('main').evaluate((element) => Number(getComputedStyle(element).opacity))
    await page.evaluate(() => Promise.all(document.getAnimations().map((it) => it.finished)))
    expect(await opacity()).toBe(1)
  })

  it('opens the menu after a long press, and hides the cursor of a mouse that rests', async () => {
    await start()
    await startSession('hall', 'Departures')
    const page = await openTab(wall, link('hall', '&kiosk'))
    await says(page, 'Departures')
    const cursor = () => page.evaluate(() => getComputedStyle(document.body).cursor)
    await expect.poll(cursor).toBe('none')
    await page.mouse.move(300, 300)
    await expect.poll(cursor).not.toBe('none')
    await page.mouse.down()
    await menu(page).waitFor()
    await page.mouse.up()
    await expectQuiet(page.seen)
  })

  it('closes the menu when nobody has used it for a minute', async () => {
    await start()
    await startSession('hall', 'Departures')
    const page = await openTab(wall, link('hall', '&kiosk'), (tab) => tab.clock.install())
    await says(page, 'Departures')
    await page.keyboard.press('Escape')
    await menu(page).waitFor()
    await page.clock.fastForward(50_000)
    await page.mouse.move(300, 300)
    await page.clock.fastForward(50_000)
    expect(await menu(page).count()).toBe(1)
    await page.clock.fastForward(20_000)
    await expect.poll(() => menu(page).count()).toBe(0)
  })
})

describe('full screen', () => {
  it('comes back after a reload with the first touch, until the user has left it', async () => {
    await start()
    await startSession('hall', 'Departures')
    const page = await openTab(wall, link('hall'))
    const isFull = () => page.evaluate(() => document.fullscreenElement !== null)
    const choose = async (name: string) => {
      await page.getByRole('button', { name: 'Menu' }).click()
      await menu(page).getByRole('button', { name, exact: true }).click()
    }
    await says(page, 'Departures')
    await choose('Full screen')
    await expect.poll(isFull).toBe(true)

    await page.reload()
    await says(page, 'Departures')
    expect(await isFull()).toBe(false)
    await page.mouse.click(640, 360)
    await expect.poll(isFull).toBe(true)

    // A touch brings the controls back.
    await page.mouse.click(640, 360)
    await choose('Leave full screen')
    await expect.poll(isFull).toBe(false)
    await page.reload()
    await says(page, 'Departures')
    await page.mouse.click(640, 360)
    await page.keyboard.press('Shift')
    expect(await isFull()).toBe(false)
  })
})

describe('a new version on a wall', () => {
  let viewerDir: string

  beforeEach(async () => {
    const dir = await mkdtemp(join(tmpdir(), 'vue-sync-wall-'))
    closing.push(() => rm(dir, { recursive: true, force: true, maxRetries: 10 }))
    viewerDir = join(dir, 'viewer')
    await cp(VIEWER_DIR, viewerDir, { recursive: true })
    await start(viewerDir)
  })

  /** Opens a kiosk at noon, on which a new version waits. */
  async function openWall(): Promise<{ page: Tab; host: Client; loads: () => number }> {
    const host = await startSession('hall', 'Departures')
    const page = await openTab(wall, link('hall', '&kiosk'), (tab) =>
      tab.clock.install({ time: '2026-11-26T12:00:00Z' }),
    )
    await says(page, 'Departures')
    await page.evaluate('navigator.serviceWorker.ready.then(() => true)')
    await page.reload()
    await says(page, 'Departures')
    let loads = 0
    page.on('load', () => loads++)
    await buildAnew(viewerDir)
    await page.evaluate(UPDATE)
    await expect
      .poll(() =>
        page.evaluate(
          'navigator.serviceWorker.getRegistration().then(({ waiting }) => waiting !== null)',
        ),
      )
      .toBe(true)
    return { page, host, loads: () => loads }
  }

  /** `false` also while the page reloads. */
  const isBuiltAnew = (page: Tab) => page.evaluate(BUILT_ANEW).catch(() => false)

  it('takes over in the night', async () => {
    const { page, loads } = await openWall()
    await page.clock.fastForward('14:00:00')
    expect([loads(), await page.evaluate(BUILT_ANEW)]).toEqual([0, false])
    await page.clock.fastForward('02:59:00')
    await expect.poll(() => isBuiltAnew(page)).toBe(true)
    await says(page, 'Departures')
    expect(loads()).toBe(1)
    expect(await strip(page).count()).toBe(0)
  })

  it('takes over when the host asks, once', async () => {
    const { page, host, loads } = await openWall()
    const ask = (seq: number) =>
      host.send({
        type: 'config_update',
        epoch: 'hall',
        seq,
        payload: { signage: { update: '2026-11-26' } },
      })
    ask(1)
    await expect.poll(() => isBuiltAnew(page)).toBe(true)
    await says(page, 'Departures')
    ask(2)
    host.send({ type: 'config_update', epoch: 'hall', seq: 3, payload: { board: { title: 'Z' } } })
    await says(page, 'Z')
    expect(loads()).toBe(1)
  })
})

describe('sessions side by side', () => {
  const known = (page: Page) => menu(page).getByRole('checkbox')

  /** Shows the sessions of the links one after the other, and then side by side. */
  async function openSideBySide(...links: string[]): Promise<Tab> {
    const page = await openTab(wall, links[0]!)
    await says(page, 'Live')
    for (const next of links.slice(1)) {
      await page.goto('about:blank')
      await page.goto(next)
      await says(page, 'Live')
    }
    await page.goto('about:blank')
    await page.goto(origin())
    await says(page, 'Live')
    await page.getByRole('button', { name: 'Menu' }).click()
    await menu(page).getByRole('button', { name: 'Side by side…' }).click()
    await expect.poll(() => known(page).count()).toBe(links.length)
    for (const box of await known(page).all()) await box.check()
    await menu(page).getByRole('button', { name: 'Show side by side' }).click()
    return page
  }
  const pane = (page: Page, name: string) => page.getByRole('region', { name })
  const paneSays = (page: Page, name: string, text: string | RegExp) =>
    pane(page, name).getByText(text).first().waitFor()

  it('can be chosen at once after a second session was opened by its link in the same tab', async () => {
    await start()
    await startSession('hall', 'Departures')
    await startSession('lab', 'Laboratory')
    const page = await openTab(wall, link('hall'))
    await says(page, 'Departures')
    // Only the fragment changes, so the page stays.
    await page.goto(link('lab'))
    await says(page, 'Laboratory')
    await page.getByRole('button', { name: 'Menu' }).click()
    await menu(page).getByRole('button', { name: 'Side by side…' }).click({ timeout: 3000 })
    await expect.poll(() => known(page).count()).toBe(2)
    await expectQuiet(page.seen)
  })

  it('stay after a reload, each with its own status, and one can be removed', async () => {
    await start()
    const host = await startSession('hall', 'Departures')
    await startSession('lab', 'Laboratory')
    const page = await openSideBySide(link('hall'), link('lab'))
    await paneSays(page, 'Departures', 'Live')
    await paneSays(page, 'Laboratory', 'Live')
    expect(await page.locator('iframe').count()).toBe(0)
    expect(await page.title()).toBe('vue-sync viewer')
    await host.close()
    await paneSays(page, 'Departures', /Host offline/)
    await paneSays(page, 'Laboratory', 'Live')

    await page.reload()
    await paneSays(page, 'Laboratory', 'Live')
    await paneSays(page, 'Departures', /Host offline/)
    expect(relay.getStatus().clientCount).toBeGreaterThan(0)
    await pane(page, 'Departures').getByRole('button', { name: 'Remove Departures' }).click()
    await says(page, 'Live')
    expect(await pane(page, 'Departures').count()).toBe(0)
    await strip(page).getByText('Laboratory').waitFor()
    await expectQuiet(page.seen)
  })

  it('show the saved states without a network, say so, and go on when it is back', async () => {
    await start()
    const hall = await startSession('hall', 'Departures')
    await startSession('lab', 'Laboratory')
    const page = await openSideBySide(link('hall'), link('lab'))
    await paneSays(page, 'Departures', 'Live')
    await paneSays(page, 'Laboratory', 'Live')
    await page.evaluate('navigator.serviceWorker.ready.then(() => true)')
    await page.reload()
    await expect.poll(() => page.evaluate('navigator.serviceWorker.controller !== null')).toBe(true)
    await paneSays(page, 'Laboratory', 'Live')

    const { port } = relay.getStatus()
    await relay.stop()
    await wall.setOffline(true)
    await page.reload()
    for (const name of ['Departures', 'Laboratory']) {
      await paneSays(page, name, /No network · as of/)
      await paneSays(page, name, `“${name}”`)
    }
    await hall.close()
    await start(VIEWER_DIR, port)
    await startSession('hall', 'Arrivals')
    await startSession('lab', 'Laboratory')
    await wall.setOffline(false)
    await paneSays(page, 'Arrivals', 'Live')
    await paneSays(page, 'Laboratory', 'Live')
  })
})

it('the scenes of host and viewer have the same phase, and the viewer’s stands still without the host', async () => {
  await start()
  const desk = await pages.browser.newContext()
  closing.push(() => desk.close())
  await limitFrameRate(desk)
  const host = await openTab(desk, pages.site.url(relay.url))
  await host.getByRole('heading', { name: 'Global temperature' }).waitFor()
  const viewer = await openTab(wall, relay.viewerUrls()[0]!.url)
  await says(viewer, 'Live')
  const speed = Number(await host.getByRole('slider', { name: 'Speed' }).inputValue())
  async function difference(): Promise<number> {
    // Both pages have the clock of this machine.
    const [mine, theirs] = [await paintedFrame(viewer), await paintedFrame(host)]
    return Math.abs(mine.phase - theirs.phase - ((mine.at - theirs.at) / 10_000) * speed)
  }
  expect(speed).toBeGreaterThan(0)
  expect(await difference()).toBeLessThan(0.005)

  await host.close()
  await says(viewer, /Host offline/)
  const { phase } = await paintedFrame(viewer)
  await viewer.evaluate(
    () =>
      new Promise<void>((resolve) =>
        requestAnimationFrame(() => requestAnimationFrame(() => resolve())),
      ),
  )
  expect((await paintedFrame(viewer)).phase).toBe(phase)
})
