import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Client, connect } from '../../server/test/client.ts'
import {
  type Browser,
  BROWSER_LAUNCH,
  type BrowserContext,
  expectQuiet,
  launchBrowser,
  type Page,
} from '../support/browsers/playwright.ts'
import { serveDemoHost, VIEWER_DIR } from '../support/pages/demo.ts'
import { cameraArgs, qrPng, writeCameraFile } from '../support/browsers/fake-camera.ts'
import { startRelay, type TestRelay, VIEWER_KEY } from '../support/relays/relay.ts'
import { openTab, PHONE, type Tab } from '../support/browsers/tabs.ts'

// Tests every way to connect with a phone, with the addresses that the relay itself prints.
type Phone = Tab & { requests: string[] }

let browser: Browser
let phone: BrowserContext
let relay: TestRelay
let host: Client

const origin = () => relay.url.replace('ws', 'http')
const link = () => relay.viewerUrls()[0]!.url

beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser?.close())
beforeEach(async () => {
  relay = await startRelay(0, { viewerDir: VIEWER_DIR })
  host = await publish(relay, 'First')
  phone = await browser.newContext(PHONE)
})
afterEach(async () => {
  await phone.close()
  await host.close()
  await relay.stop()
})

async function publish(to: TestRelay, title: string, epoch = 'e'): Promise<Client> {
  const client = await connect(to, 'host')
  client.send({ type: 'session_update', epoch, seq: 0, payload: { board: { title } } })
  client.send({ type: 'status', payload: { name: `${title} show` } })
  return client
}

async function open(url = origin(), context = phone): Promise<Phone> {
  const requests: string[] = []
  const page = await openTab(context, url, async (opened) => {
    opened.on('request', (request) => requests.push(request.url()))
  })
  return Object.assign(page, { requests })
}

const says = (page: Page, text: string | RegExp) => page.getByText(text).first().waitFor()
const scanButton = (page: Page) => page.getByRole('button', { name: 'Scan the code' })
const isLive = async (page: Page, title = 'First') => {
  await says(page, 'Live')
  await says(page, title)
}

async function type(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox').fill(text)
  await page.getByRole('button', { name: 'Connect' }).click()
}

/** Gives the page a photo, as the phone's camera app does. */
async function takePhoto(page: Page, buffer: Buffer): Promise<void> {
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: /photo/ }).click(),
  ])
  await chooser.setFiles({ name: 'photo.png', mimeType: 'image/png', buffer })
}

describe('a short code', () => {
  it('from the host’s panel opens that host’s session', async () => {
    await host.close()
    const demo = await serveDemoHost()
    const desk = await browser.newContext()
    const panel = await desk.newPage()
    await panel.goto(demo.url(relay.url))
    const shown = await panel.locator('.pair-code strong').textContent()
    expect(shown).toMatch(/^[\dA-HJKMNP-TV-Z]{3} [\dA-HJKMNP-TV-Z]{3}$/)
    const page = await open()
    // Lower-case letters, a dash, and the letter o for a zero are accepted too.
    await type(page, shown!.toLowerCase().replace(' ', '-').replaceAll('0', 'o'))
    await says(page, 'Global temperature')
    await says(page, 'Live')
    expect(page.url()).toBe(`${origin()}/`)
    await expectQuiet(page.seen)
    await desk.close()
    await demo.close()
  })

  it('is rejected with a hint to the host’s screen when it is wrong', async () => {
    const page = await open()
    await type(page, '000 000')
    await page
      .getByRole('alert')
      .filter({ hasText: 'Type the one that the host shows now' })
      .waitFor()
    expect(
      await page
        .getByRole('textbox', { name: 'Code, 6 characters' })
        .getAttribute('aria-describedby'),
    ).toBe('problem')
    await type(page, '')
    await page.getByRole('alert').filter({ hasText: 'It has six letters and digits' }).waitFor()
  })

  it('is not sent when its characters are too few or none of a code', async () => {
    const page = await open()
    const field = page.getByRole('textbox', { name: 'Code, 6 characters' })
    await field.pressSequentially('k7q-4m')
    expect(await field.inputValue()).toBe('K7Q4M')
    await page.getByRole('button', { name: 'Connect' }).click()
    await page.getByRole('alert').filter({ hasText: 'has 5 characters; it needs 6' }).waitFor()
    await field.press('Backspace')
    await field.press('u')
    await says(page, 'U is not used in codes: did you mean V?')
    expect(page.requests.filter((url) => url.endsWith('/pair'))).toEqual([])
    // A dash and the case of a host name are kept when the text becomes an address.
    await field.fill('')
    await field.pressSequentially('my-Laptop.local')
    expect(await page.getByRole('textbox', { name: 'Address' }).inputValue()).toBe(
      'my-Laptop.local',
    )
  })

  it('cannot be guessed, because the relay limits wrong attempts', async () => {
    const page = await open()
    const alert = page.getByRole('alert').filter({ hasText: 'Too many wrong codes' })
    for (let tries = 0; tries < 50 && !(await alert.isVisible()); tries++) {
      await type(page, `000 ${String(tries).padStart(3, '0')}`)
      await page.getByRole('alert').filter({ hasText: /code/ }).waitFor()
      await page.getByRole('button', { name: 'Connect', disabled: false }).waitFor()
    }
    await alert.waitFor()
  })

  it('leads to a hint about Wi-Fi when the relay does not answer', async () => {
    const page = await open()
    await relay.stop()
    await type(page, 'K7Q 4MX')
    await page.getByRole('alert').filter({ hasText: 'same Wi-Fi' }).waitFor()
  })
})

describe('a typed address', () => {
  it('at which nothing answers is not opened, says so, and can be changed', async () => {
    const page = await open()
    await relay.stop()
    await type(page, '127.0.0.1:9')
    const alert = page.getByRole('alert').filter({ hasText: 'Nothing answers at 127.0.0.1:9' })
    await alert.waitFor()
    await page.getByRole('button', { name: 'Try again' }).click()
    await alert.waitFor()
    await page.getByRole('button', { name: 'Change address' }).click()
    relay = await startRelay(0, { viewerDir: VIEWER_DIR, open: true })
    await page.goto(origin())
    expect(await page.evaluate(() => localStorage.getItem('vue-sync:link'))).toBeNull()
  })

  it('of a relay that has keys asks for a code', async () => {
    const page = await open()
    await type(page, new URL(origin()).host)
    await says(page, 'it asks for a code')
    await page.getByRole('button', { name: 'Type a code', exact: true }).click()
    await page.getByRole('textbox', { name: 'Code, 6 characters' }).waitFor()
  })
})

describe('a card', () => {
  it('of a refused key leads to the code, and of a session without a host leads back', async () => {
    const page = await open(`${origin()}/#k=WRONG`)
    await page.getByRole('heading', { name: 'The key was refused' }).waitFor()
    await page.getByRole('button', { name: 'Type a code' }).click()
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('entry')
    await page.goto('about:blank')
    await page.goto(`${link()}&s=nobody`)
    await page.getByRole('heading', { name: 'The host is offline' }).waitFor()
    await page.getByRole('button', { name: 'Use another code' }).click()
    await page.getByRole('heading', { name: 'See it live' }).waitFor()
  })
})

describe('a photo', () => {
  it('of the code connects the viewer without a request to any other origin', async () => {
    const page = await open()
    await takePhoto(page, qrPng(link()))
    await isLive(page)
    expect(page.requests.length).toBeGreaterThan(3)
    const elsewhere = page.requests.filter((url) => !/^(?:blob|data):/.test(url))
    expect(elsewhere.filter((url) => new URL(url).origin !== origin())).toEqual([])
    expect(elsewhere.some((url) => url.endsWith('.wasm'))).toBe(true)
    await expectQuiet(page.seen)
  })

  it('is read without a network once the viewer is installed', async () => {
    const page = await open()
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => true))
    await page.reload()
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null)
    const { port } = relay.getStatus()
    const known = link()
    await host.close()
    await relay.stop()
    await takePhoto(page, qrPng(known))
    await says(page, 'Connecting')
    relay = await startRelay(port, { viewerDir: VIEWER_DIR })
    host = await publish(relay, 'First')
    await isLive(page)
  })

  it('leads to an error about the reader when the reader cannot be loaded', async () => {
    const context = await browser.newContext({ serviceWorkers: 'block' })
    const page = await open(origin(), context)
    await relay.stop()
    await takePhoto(page, qrPng('anything'))
    await page.getByRole('alert').filter({ hasText: 'The reader could not be loaded' }).waitFor()
    await context.close()
  })

  it.each([
    [
      'of another code',
      () => qrPng('https://example.com/menu'),
      'leads to example.com; it is not a vue-sync code',
    ],
    ['that is not an image', () => Buffer.from('junk'), 'could not be read'],
    [
      'without a code',
      () =>
        Buffer.from(
          'iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAAAAACoWZBhAAAAFElEQVR4nGP8z4AATEhsBjIRGEwAYBYBEyW+/pMAAAAASUVORK5CYII=',
          'base64',
        ),
      'No code found|could not be read',
    ],
  ])('%s shows what is wrong, and another photo can be taken', async (_, picture, words) => {
    const page = await open()
    await takePhoto(page, picture())
    await page
      .getByRole('alert')
      .filter({ hasText: new RegExp(words) })
      .waitFor()
    await takePhoto(page, qrPng(link()))
    await isLive(page)
  })
})

describe('the camera', () => {
  let dir: string
  let cameraBrowser: Browser
  let context: BrowserContext

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'vue-sync-camera-'))
  })
  afterEach(async () => {
    await context?.close()
    await cameraBrowser?.close()
    await rm(dir, { recursive: true })
  })

  async function openWithCamera(text: string | undefined, answer: 'allow' | 'deny' = 'allow') {
    const file = join(dir, 'camera.y4m')
    await writeCameraFile(file, text)
    cameraBrowser = await chromium.launch({
      ...BROWSER_LAUNCH,
      args: [...BROWSER_LAUNCH.args, ...cameraArgs(file, answer)],
    })
    context = await cameraBrowser.newContext(PHONE)
    // Records each request for the camera and its tracks.
    await context.addInitScript(() => {
      const { mediaDevices } = navigator
      const ask = mediaDevices.getUserMedia.bind(mediaDevices)
      const asked: MediaStreamTrack[][] = []
      Object.assign(globalThis, { asked })
      mediaDevices.getUserMedia = async (wanted) => {
        const tracks: MediaStreamTrack[] = []
        asked.push(tracks)
        const stream = await ask(wanted)
        tracks.push(...stream.getTracks())
        return stream
      }
    })
    return open(origin(), context)
  }
  const asked = (page: Page) =>
    page.evaluate(() =>
      (globalThis as unknown as { asked: MediaStreamTrack[][] }).asked.map((tracks) =>
        tracks.map(({ readyState }) => readyState),
      ),
    )

  it('starts only on a tap, connects with the first scan, and is off afterwards', async () => {
    const page = await openWithCamera(link())
    await scanButton(page).waitFor()
    expect(await asked(page)).toEqual([])
    await scanButton(page).click()
    await isLive(page)
    await expect.poll(() => asked(page)).toEqual([['ended']])
    expect(page.url()).toBe(`${origin()}/`)
    await expectQuiet(page.seen)
  })

  it('is off after the user cancels the scan', async () => {
    const page = await openWithCamera(undefined)
    await scanButton(page).click()
    await expect.poll(() => asked(page)).toEqual([['live']])
    await page.getByRole('button', { name: 'Cancel' }).click()
    await expect.poll(() => asked(page)).toEqual([['ended']])
    await type(page, link())
    await isLive(page)
  })

  it('reads the code by other means when the browser’s own detector fails', async () => {
    const page = await openWithCamera(link())
    await page.evaluate(() => {
      class Broken {
        static getSupportedFormats = async () => ['qr_code']
        detect = () => Promise.reject(new Error('Barcode detection service unavailable'))
      }
      Object.assign(globalThis, { BarcodeDetector: Broken })
    })
    await scanButton(page).click()
    await isLive(page)
    await expectQuiet(page.seen)
  })

  it('is started again when it was lost, at once or when the page is visible again', async () => {
    const page = await openWithCamera(undefined)
    await scanButton(page).click()
    await expect.poll(() => asked(page)).toEqual([['live']])
    const lose = (turn: number, event: 'ended' | 'none') =>
      page.evaluate(
        ([at, name]) => {
          const track = (globalThis as unknown as { asked: MediaStreamTrack[][] }).asked[at]![0]!
          track.stop()
          // `stop` itself fires no event, unlike a camera that another app takes.
          if (name === 'ended') track.dispatchEvent(new Event('ended'))
          else document.dispatchEvent(new Event('visibilitychange'))
        },
        [turn, event] as const,
      )
    await lose(0, 'ended')
    await expect.poll(() => asked(page)).toEqual([['ended'], ['live']])
    // A scan in between shows that the camera works again.
    await new Promise((resolve) => setTimeout(resolve, 1000))
    await lose(1, 'none')
    await expect.poll(() => asked(page)).toEqual([['ended'], ['ended'], ['live']])
    await page.getByRole('button', { name: 'Cancel' }).click()
    await expect.poll(() => asked(page)).toEqual([['ended'], ['ended'], ['ended']])
    await expectQuiet(page.seen)
  })

  it('keeps scanning after it reports an unrelated code', async () => {
    const page = await openWithCamera('WIFI:S:guests;;')
    await scanButton(page).click()
    await says(page, 'it is not a vue-sync code')
    expect(await asked(page)).toEqual([['live']])
  })

  it('leads to an explanation and the other ways to connect when it is denied', async () => {
    const page = await openWithCamera(link(), 'deny')
    await scanButton(page).click()
    await says(page, 'The camera is not allowed here')
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: 'Type a code' }).click()
    await dialog.waitFor({ state: 'detached' })
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('entry')
    await scanButton(page).click()
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      dialog.getByRole('button', { name: 'Take a photo of the code' }).click(),
    ])
    await chooser.setFiles({ name: 'photo.png', mimeType: 'image/png', buffer: qrPng(link()) })
    await isLive(page)
  })
})

describe('the pairing screen over plain http', () => {
  it('hides the scan button, reads a photo, and links to the guide with the session', async () => {
    const lan = link().replace('127.0.0.1', 'lan.test')
    const page = await open(new URL(lan).origin)
    await page.getByRole('heading', { name: 'See it live' }).waitFor()
    expect(await page.evaluate(() => isSecureContext)).toBe(false)
    expect(await scanButton(page).count()).toBe(0)
    await says(page, 'Not secure: can’t install, work offline or scan.')
    await takePhoto(page, qrPng(lan))
    await isLive(page)
    await page.getByRole('link', { name: 'How to fix' }).click()
    await page.getByRole('heading').first().waitFor()
    expect(page.url()).toBe(`${new URL(lan).origin}/setup#k=${VIEWER_KEY}`)
    await expectQuiet(page.seen)
  })
})

describe('remembered sessions', () => {
  it('are not replaced by a wrong link in the address, which any page can open', async () => {
    const page = await open(link())
    await isLive(page)
    await page.goto('about:blank')
    await page.goto(`${origin()}/#k=WRONG`)
    await says(page, 'the key was refused')
    await page.goto('about:blank')
    await page.goto(origin())
    await isLive(page)
    await page.goto('about:blank')
    await page.goto(`${origin()}/#k=WRONG`)
    await says(page, 'the key was refused')
    await page.getByRole('button', { name: 'Menu' }).click()
    await page.getByRole('button', { name: 'Other sessions' }).click()
    await page.reload()
    await isLive(page)
  })

  it('are listed with name and time, open with a tap, and are forgotten with their key', async () => {
    const page = await open(link())
    await isLive(page)
    await page.getByRole('button', { name: 'Menu' }).click()
    await page.getByRole('button', { name: 'Other sessions' }).click()
    const known = page.getByRole('button', { name: /First show .* last seen \d/ })
    await known.click()
    await isLive(page)
    await page.getByRole('button', { name: 'Menu' }).click()
    await page.getByRole('button', { name: 'Other sessions' }).click()
    await page.getByRole('button', { name: 'Forget First show' }).click()
    await page.getByRole('button', { name: 'Undo' }).click()
    await known.waitFor()
    await page.getByRole('button', { name: 'Forget First show' }).click()
    await says(page, '“First show” was deleted from this device')
    await page.reload()
    await page.getByRole('heading', { name: 'See it live' }).waitFor()
    expect(await page.getByText('Recent').count()).toBe(0)
    const left = await page.evaluate(() => JSON.stringify({ ...localStorage }))
    expect(left).not.toContain(VIEWER_KEY)
  })

  it('are forgotten at once in the menu too, and open again when the user undoes that', async () => {
    const page = await open(link())
    await isLive(page)
    await page.getByRole('button', { name: 'Menu' }).click()
    await page.getByRole('button', { name: 'Forget this session' }).click()
    await says(page, '“First show” was deleted from this device')
    const undo = page.getByRole('button', { name: 'Undo' })
    await expect.poll(() => undo.evaluate((it) => it === document.activeElement)).toBe(true)
    await undo.click()
    await isLive(page)
  })

  it('stay in reach after a double click on the menu button, which opens the menu only', async () => {
    const page = await open(link())
    await isLive(page)
    // Beside the menu, the button is under its backdrop.
    await page.setViewportSize({ width: 800, height: 900 })
    const menu = page.getByRole('dialog')
    await page.getByRole('button', { name: 'Menu' }).dblclick()
    await menu.getByRole('button', { name: 'Other sessions' }).click()
    await page.getByRole('button', { name: /^First show/ }).waitFor()
  })

  it('are listed separately, and the home-screen shortcut opens the list', async () => {
    const second = await startRelay(0, { viewerDir: VIEWER_DIR })
    const other = await publish(second, 'Second', 'f')
    const page = await open(link())
    await isLive(page)
    await page.getByRole('button', { name: 'Menu' }).click()
    await page.getByRole('button', { name: 'Other sessions' }).click()
    await page.getByRole('button', { name: /^First show/ }).click()
    await isLive(page)
    await page.goto(`${origin()}/?pair`)
    await page.getByRole('button', { name: /^First show/ }).waitFor()
    expect(page.url()).toBe(`${origin()}/`)
    await type(page, second.viewerUrls()[0]!.url)
    await isLive(page, 'Second')
    await page.waitForFunction(() => document.title.startsWith('Second show'))
    await page.getByRole('button', { name: 'Menu' }).click()
    await page.getByRole('button', { name: 'Other sessions' }).click()
    await page.getByRole('button', { name: /^Second show/ }).waitFor()
    await page.getByRole('button', { name: /^First show/ }).click()
    await isLive(page)
    await other.close()
    await second.stop()
  })

  it('stay one session when the relay moves to another address', async () => {
    const page = await open(link())
    await isLive(page)
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => true))
    await page.reload()
    await isLive(page)
    await host.close()
    await relay.stop()
    await says(page, 'Reconnecting')
    // The restarted relay gets another port; the new link leads there.
    relay = await startRelay(0, { viewerDir: VIEWER_DIR })
    host = await publish(relay, 'Moved')
    await page.getByRole('button', { name: 'Menu' }).click()
    await page.getByRole('button', { name: 'Other sessions' }).click()
    await takePhoto(page, qrPng(link()))
    await isLive(page, 'Moved')
    await page.getByRole('button', { name: 'Menu' }).click()
    await page.getByRole('button', { name: 'Other sessions' }).click()
    await page.getByRole('button', { name: /^Moved show/ }).waitFor()
    expect(await page.getByRole('button', { name: /last seen/ }).count()).toBe(1)
    await page.getByRole('button', { name: /^Moved show/ }).click()
    await isLive(page, 'Moved')
  })
})
