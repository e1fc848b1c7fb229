import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  BROWSER_LAUNCH,
  type BrowserContext,
  expectQuiet,
  messages,
  type Page,
} from '../support/browsers/playwright.ts'
import { limitFrameRate, paintedFrame, serveDemoHost, VIEWER_DIR } from '../support/pages/demo.ts'
import { startRelay, type TestRelay } from '../support/relays/relay.ts'
import { errorText } from '../support/apps/printed.ts'
import { openTab, PHONE, type Tab, useBrowser } from '../support/browsers/tabs.ts'

const pages = useBrowser(serveDemoHost)
let hostContext: BrowserContext
let phone: BrowserContext
let relay: TestRelay

beforeEach(async () => {
  relay = await startRelay(0, { viewerDir: VIEWER_DIR })
  hostContext = await pages.browser.newContext({ viewport: { width: 1440, height: 900 } })
  phone = await pages.browser.newContext(PHONE)
  await Promise.all([limitFrameRate(hostContext), limitFrameRate(phone)])
})
afterEach(async () => {
  await hostContext.close()
  await phone.close()
  await relay.stop()
})

async function openHost(prepare?: (page: Page) => Promise<unknown>): Promise<Tab> {
  const page = await openTab(hostContext, pages.site.url(relay.url), prepare)
  await page.getByRole('heading', { name: 'Global temperature' }).waitFor()
  return page
}

const openViewer = (url = relay.viewerUrls()[0]!.url): Promise<Tab> => openTab(phone, url)

async function openBoth(): Promise<{ host: Tab; viewer: Tab }> {
  const host = await openHost()
  const viewer = await openViewer()
  await viewer.getByText('Global temperature').waitFor()
  return { host, viewer }
}

const says = (page: Page, text: string | RegExp) => page.getByText(text).first().waitFor()

describe('the demo', () => {
  it('follows a slider that is dragged about once a second, and ends on the final value', async () => {
    // The test advances the host's timers, so on a slow machine too the mouse never rests as long as the debounce.
    const host = await openHost((page) => page.clock.install())
    const viewer = await openViewer()
    await viewer.getByText('Global temperature').waitFor()
    const slider = host.getByRole('slider', { name: 'Speed' })
    await slider.scrollIntoViewIfNeeded()
    // Later than the page's time, but sooner than the 35 s of silence after which it reconnects.
    await host.clock.pauseAt(Date.now() + 10_000)
    const box = (await slider.boundingBox())!
    const y = box.y + box.height / 2
    const payloads = () =>
      messages(viewer.seen.received, 'config_update').map(({ payload }) => payload)
    viewer.seen.received.length = 0
    await host.evaluate(() => {
      const steps: string[] = ((window as never as { steps: string[] }).steps = [])
      addEventListener(
        'input',
        ({ target }) => steps.push((target as HTMLInputElement).value),
        true,
      )
    })
    await host.mouse.move(box.x + box.width * 0.2, y)
    await host.mouse.down()
    for (let step = 0; step <= 40; step++) {
      await host.mouse.move(box.x + box.width * (0.2 + step * 0.018), y)
      await host.clock.runFor(50)
    }
    await host.mouse.up()
    const steps = await host.evaluate(() => (window as never as { steps: string[] }).steps)
    expect(new Set(steps).size, 'values on the way').toBeGreaterThan(20)
    // At the host's clock it is dragged for 2.05 s, and the longest wait is 1 s.
    const whileDragged = messages(host.seen.sent, 'config_update').length
    expect(whileDragged).toBeGreaterThanOrEqual(1)
    expect(whileDragged).toBeLessThanOrEqual(2)
    await host.clock.runFor(500)
    const value = Number(await slider.inputValue())
    await expect.poll(() => payloads().at(-1)).toEqual({ config: { speed: value } })
    for (const payload of payloads())
      expect(payload).toEqual({ config: { speed: expect.any(Number) } })
    const updates = payloads().length
    expect(updates).toBeLessThanOrEqual(whileDragged + 1)
    // Nothing more waits to be sent.
    await host.clock.runFor(500)
    expect(payloads()).toHaveLength(updates)
    await host.clock.resume()
    await host.getByRole('slider', { name: 'Amplitude' }).fill('0.5')
    await expect.poll(() => payloads().slice(updates)).toEqual([{ config: { amplitude: 0.5 } }])
    await expectQuiet(host.seen, viewer.seen)
  })

  it('keeps the phase of the scene when settings change, and rebuilds it only for new data', async () => {
    const { host, viewer } = await openBoth()
    await expect.poll(async () => (await paintedFrame(viewer)).phase).toBeGreaterThan(0.02)
    const before = await paintedFrame(viewer)
    await host.getByRole('slider', { name: 'Speed' }).fill('0')
    await host.getByRole('radio', { name: 'Orbit' }).check({ force: true })
    const configs = () =>
      messages(viewer.seen.received, 'config_update').map(
        ({ payload }) => (payload as { config?: object }).config,
      )
    await expect
      .poll(() => Object.assign({}, ...configs()))
      .toMatchObject({ speed: 0, mode: 'orbit' })
    const after = await paintedFrame(viewer)
    expect(after.phase).toBeGreaterThanOrEqual(before.phase)
    expect(after.rebuilds).toBe(before.rebuilds)
    await host.getByRole('combobox', { name: 'Data set' }).selectOption('S&P 500')
    await says(viewer, 'S&P 500')
    await expect.poll(async () => (await paintedFrame(viewer)).rebuilds).toBe(before.rebuilds + 1)
    expect((await paintedFrame(viewer)).phase).toBeGreaterThanOrEqual(after.phase)
    expect(messages(viewer.seen.received, 'session_update').length).toBeGreaterThan(0)
    await expectQuiet(host.seen, viewer.seen)
  })

  it('reconnects after a relay restart without rebuilding the scene', async () => {
    const { host, viewer } = await openBoth()
    const { rebuilds } = await paintedFrame(viewer)
    const { port } = relay.getStatus()
    await relay.stop()
    await says(viewer, /Reconnecting in \d+ s/)
    relay = await startRelay(port, { viewerDir: VIEWER_DIR })
    await says(viewer, 'Live')
    await says(host, 'Live · 1 device connected')
    expect((await paintedFrame(viewer)).rebuilds).toBe(rebuilds)
    await host.getByRole('textbox', { name: 'Session name' }).fill('After the storm')
    await says(viewer, 'After the storm')
  })

  it('locks out viewers of the old code at once, with the reason, when the host removes all viewers', async () => {
    const { host, viewer } = await openBoth()
    const code = host.locator('.pair-code strong')
    const before = await code.textContent()
    await host.getByRole('button', { name: 'Remove all viewers…' }).click()
    const question = host.getByRole('dialog', { name: 'Remove this viewer?' })
    await question.getByText('It needs a new link or code.').waitFor()
    await question.getByRole('button', { name: 'Remove all viewers' }).click()
    await says(viewer, 'Stopped: This link has ended')
    await says(viewer, 'Ask the host for a new code.')
    await expect.poll(() => code.textContent()).not.toBe(before)
    const fresh = await openViewer(`http://127.0.0.1:${relay.getStatus().port}/?pair`)
    await fresh.getByRole('textbox').fill((await code.textContent())!)
    await fresh.getByRole('button', { name: 'Connect' }).click()
    await says(fresh, 'Live')
    await says(host, 'Live · 1 device connected')
  })

  it('keeps viewers connected when the host makes a new code, or does not remove them after all', async () => {
    const { host, viewer } = await openBoth()
    const code = host.locator('.pair-code strong')
    const before = await code.textContent()
    await host.getByRole('button', { name: 'New code' }).click()
    await expect.poll(() => code.textContent()).not.toBe(before)
    await host.getByRole('button', { name: 'Remove all viewers…' }).click()
    await host.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
    await host.getByRole('textbox', { name: 'Session name' }).fill('Still here')
    await says(viewer, 'Still here')
    expect(viewer.seen.sockets).toBe(1)
    await expectQuiet(host.seen, viewer.seen)
  })

  it('enlarges the QR code with Enter, and closes it with Escape', async () => {
    const host = await openHost()
    const small = host.getByRole('button', { name: 'Enlarge the QR code of the viewer link' })
    await small.focus()
    await host.keyboard.press('Enter')
    const code = host.getByRole('dialog').getByRole('img', { name: /QR code/ })
    expect((await code.boundingBox())!.height).toBeGreaterThan(600)
    expect(
      await host.getByRole('dialog').evaluate((dialog) => getComputedStyle(dialog).backgroundColor),
    ).toBe('rgb(255, 255, 255)')
    await host.keyboard.press('Escape')
    await expect.poll(() => code.isVisible()).toBe(false)
    const isFocused = (it: Element): boolean =>
      it === (it.getRootNode() as Document | ShadowRoot).activeElement
    await expect.poll(() => small.evaluate(isFocused)).toBe(true)
  })

  it('shows what to do instead of a QR code while no link works', async () => {
    await relay.stop()
    relay = await startRelay(0, { viewerDir: VIEWER_DIR, hostKey: 'another-host-key-of-the-relay' })
    const host = await openHost()
    await host.getByRole('heading', { name: 'The relay refused the host key' }).waitFor()
    expect(await host.getByRole('button', { name: /QR code|Copy link/ }).count()).toBe(0)
    expect(host.seen.complaints).toEqual([errorText('host', 'VS102', 'The host key is wrong')])
  })

  it('reports the problem of an invalid CSV, and shows a valid one on the phone', async () => {
    const { host, viewer } = await openBoth()
    const dir = await mkdtemp(join(tmpdir(), 'vue-sync-'))
    const drop = async (name: string, text: string): Promise<void> => {
      await writeFile(join(dir, name), text)
      const [chooser] = await Promise.all([
        host.waitForEvent('filechooser'),
        host.getByRole('button', { name: /own CSV/ }).click(),
      ])
      await chooser.setFiles(join(dir, name))
    }
    await drop('bad.csv', 'day,temp\nMon,warm\nTue,cold\n')
    await host.getByRole('alert').filter({ hasText: 'One column must hold numbers' }).waitFor()
    await drop('Harvest.csv', 'year,tons\n2024,10\n2025,14\n2026,21\n')
    await says(viewer, 'Harvest')
    expect(await host.getByRole('alert').count()).toBe(0)
    await rm(dir, { recursive: true })
    await expectQuiet(host.seen, viewer.seen)
  })
})

describe('the viewer app', () => {
  it('opens from a link, removes the key from the address bar, and remembers it', async () => {
    const { viewer } = await openBoth()
    expect(viewer.url()).toBe(`http://127.0.0.1:${relay.getStatus().port}/`)
    const again = await openViewer(viewer.url())
    await says(again, 'Global temperature')
    await expectQuiet(viewer.seen, again.seen)
  })

  it('asks for a code or link at the first start, and explains what is wrong with an invalid one', async () => {
    await openHost()
    const viewer = await openViewer(`http://127.0.0.1:${relay.getStatus().port}/`)
    await viewer.getByRole('heading', { name: 'See it live' }).waitFor()
    const field = viewer.getByRole('textbox')
    await field.fill('not a link at all')
    await viewer.getByRole('button', { name: 'Connect' }).click()
    await viewer.getByRole('alert').filter({ hasText: 'it needs 6' }).waitFor()
    await field.fill('not a link: at all')
    await viewer.getByRole('button', { name: 'Connect' }).click()
    await viewer.getByRole('alert').filter({ hasText: 'not a link from a host' }).waitFor()
    await field.fill(relay.viewerUrls()[0]!.url)
    await viewer.getByRole('button', { name: 'Connect' }).click()
    await says(viewer, 'Global temperature')
  })

  it('needs no link when the relay is open', async () => {
    await relay.stop()
    relay = await startRelay(0, { viewerDir: VIEWER_DIR, open: true })
    await openHost()
    const viewer = await openViewer(`http://127.0.0.1:${relay.getStatus().port}/`)
    await says(viewer, 'Global temperature')
  })

  it('shows the reason when its key is refused', async () => {
    const viewer = await openViewer(`http://127.0.0.1:${relay.getStatus().port}/#k=wrong`)
    await says(viewer, 'Stopped: The key was refused')
    await says(viewer, 'Scan the code on the host again.')
  })

  it('shows live stores as a tree, and stays disconnected until the user connects again', async () => {
    const { host, viewer } = await openBoth()
    await viewer.getByRole('button', { name: 'Inspector' }).click()
    await host.getByRole('slider', { name: 'Amplitude' }).fill('0.5')
    await viewer.locator('[data-path="config.amplitude"][data-value="0.5"]').waitFor()
    await viewer.getByRole('treeitem', { name: /^points\s*144 items/ }).click()
    const tree = viewer.getByRole('tree')
    await tree.focus()
    const shown = new Set<string>()
    // Only rows in sight are elements, so the list is read screen by screen.
    await expect
      .poll(async () => {
        const paths = await tree
          .locator('[data-path^="session.data.points."][aria-setsize="144"]')
          .evaluateAll((rows) => rows.map((row) => (row as HTMLElement).dataset['path']!))
        for (const path of paths) shown.add(path)
        await viewer.keyboard.press('PageDown')
        return shown.size
      })
      .toBe(144)
    await viewer.getByRole('button', { name: 'Menu' }).click()
    await viewer.getByRole('button', { name: 'Disconnect' }).click()
    await says(viewer, 'Disconnected')
    await expect.poll(() => relay.getStatus().clientCount).toBe(0)
    await viewer.getByRole('button', { name: 'Menu' }).click()
    await viewer.getByRole('dialog').getByRole('button', { name: 'Connect again' }).click()
    await says(viewer, 'Live')
    await host.close()
    await says(viewer, /Host offline, last update/)
  })

  it('shows live state without a secure context, as on an http address in the LAN', async () => {
    const host = await openHost()
    const viewer = await openViewer(relay.viewerUrls()[0]!.url.replace('127.0.0.1', 'lan.test'))
    await says(viewer, 'Global temperature')
    expect(await viewer.evaluate(() => isSecureContext)).toBe(false)
    await host.getByRole('textbox', { name: 'Session name' }).fill('Over the LAN')
    await says(viewer, 'Over the LAN')
    await viewer.getByRole('button', { name: 'Inspector' }).click()
    await viewer.getByRole('button', { name: 'More about session' }).click()
    await viewer.getByRole('button', { name: 'Copy as JSON' }).click()
    await viewer.getByRole('button', { name: 'Copied' }).waitFor()
    await expectQuiet(host.seen, viewer.seen)
  })

  it('can be installed', async () => {
    const profile = await mkdtemp(join(tmpdir(), 'vue-sync-profile-'))
    const context = await chromium.launchPersistentContext(profile, BROWSER_LAUNCH)
    const page = await context.newPage()
    await page.goto(relay.viewerUrls()[0]!.url)
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => true))
    const session = await context.newCDPSession(page)
    const { installabilityErrors } = await session.send('Page.getInstallabilityErrors')
    expect(installabilityErrors).toEqual([])
    await context.close()
    await rm(profile, { recursive: true, force: true, maxRetries: 5 })
  })
})
