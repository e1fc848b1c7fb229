import { cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, get } from 'node:http'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { chromium } from 'playwright-core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Client, connect } from '../../server/test/client.ts'
import {
  BROWSER_LAUNCH,
  type BrowserContext,
  launchBrowser,
  type Page,
} from '../support/browsers/playwright.ts'
import { BUILT_ANEW, buildAnew, UPDATE } from '../support/pages/build-anew.ts'
import { VIEWER_DIR } from '../support/pages/demo.ts'
import { hasBrowser } from '../support/browsers/launch-test-browser.ts'
import { launchFreezableBrowser } from '../support/browsers/freezable-browser.ts'
import { startRelay, type TestRelay, VIEWER_KEY } from '../support/relays/relay.ts'
import { trustInStore } from '../support/browsers/trust.ts'

// The viewer as an installed app: a persistent profile, TLS on a phone, and updates while a page is open.
let dir: string
let relay: TestRelay
let host: Client
const closing: (() => Promise<unknown>)[] = []

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'vue-sync-pwa-'))
})
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
  await host.close()
  await relay.stop()
  // A browser may still write files right after it is closed.
  await rm(dir, { recursive: true, force: true, maxRetries: 10 })
})

async function start(options: Parameters<typeof startRelay>[1] = {}): Promise<void> {
  relay = await startRelay(0, { viewerDir: VIEWER_DIR, ...options })
  const ca = options.https ? await readFile(join(dir, 'ca.pem'), 'utf8') : undefined
  host = await connect(relay, 'host', { ca })
  host.send({ type: 'session_update', epoch: 'e', seq: 0, payload: { board: { title: 'First' } } })
}

/** Launches Chromium with a persistent profile, which trusts the CAs in its home directory. */
async function launchProfile(): Promise<BrowserContext> {
  const context = await chromium.launchPersistentContext(join(dir, 'profile'), {
    ...BROWSER_LAUNCH,
    env: { ...process.env, HOME: dir } as Record<string, string>,
  })
  closing.push(() => context.close())
  return context
}

const port = () => relay.getStatus().port
const says = (page: Page, text: string | RegExp) => page.getByText(text).first().waitFor()
const installed = (page: Page) =>
  page.evaluate(() => navigator.serviceWorker.ready.then(() => true))

describe('an installed viewer', () => {
  it('pairs by code in a new profile, and opens again without network and relay', async () => {
    await start()
    const { payload } = await host.until(({ payload: { pairCode } }) => pairCode !== undefined)
    const first = await launchProfile()
    const page = await first.newPage()
    await page.goto(`http://127.0.0.1:${port()}/`)
    await page.getByRole('textbox').fill(String(payload['pairCode']))
    await page.getByRole('button', { name: 'Connect' }).click()
    await says(page, 'First')
    await installed(page)
    await page.close()
    await first.close()

    const address = `http://127.0.0.1:${port()}/`
    await relay.stop()
    const again = await launchProfile()
    await again.setOffline(true)
    const reopened = await again.newPage()
    await reopened.goto(address)
    await says(reopened, 'First')
    await says(reopened, /No network · as of \d/)
    expect(await reopened.getByText('Live', { exact: true }).count()).toBe(0)
  })
})

describe('a phone and a relay with TLS', () => {
  /** A name in the relay's certificate that browsers do not treat as loopback. */
  const name = () => `${hostname().split('.')[0]!.toLowerCase()}.test`
  const link = (scheme: 'http' | 'https') => `${scheme}://${name()}:${port()}/#k=${VIEWER_KEY}`

  it('show the guide with the certificate over plain http', async () => {
    await start({ https: true, caDir: dir })
    const browser = await launchBrowser()
    closing.push(() => browser.close())
    const page = await browser.newPage()
    await page.goto(link('http'))
    await page.getByRole('heading', { level: 1 }).waitFor()
    expect(await page.locator('a[href="./ca.crt"]').count()).toBeGreaterThan(0)
    expect(new URL(page.url()).protocol).toBe('http:')
  })

  it('show live state and a warning when the certificate is not trusted', async () => {
    await start({ https: true, caDir: dir })
    const browser = await launchBrowser()
    closing.push(() => browser.close())
    // The option stands for a user who dismisses the browser's warning.
    const context = await browser.newContext({ ignoreHTTPSErrors: true })
    const page = await context.newPage()
    await page.goto(link('https'))
    await says(page, 'First')
    await says(page, 'Live')
    await says(page, 'Certificate not trusted: can’t install or work offline.')
    await page.getByRole('link', { name: 'Trust it' }).click()
    await page.getByRole('heading', { level: 1 }).waitFor()
    expect(new URL(page.url()).pathname).toBe('/setup')
  })

  it.skipIf(!hasBrowser('chromium'))(
    'pair a new phone by the set-up code and the short code, and no key is ever in an http address',
    async () => {
      await start({ https: true, caDir: dir })
      const { payload } = await host.until(({ payload: { pairCode } }) => pairCode !== undefined)
      const setUp = String(payload['setUpUrl'])
      expect(setUp).toBe(`http://127.0.0.1:${port()}/setup`)
      expect(relay.setUpUrl()).toBe(setUp)
      await trustInStore(join(dir, '.pki/nssdb'), join(dir, 'ca.pem'))
      const context = await launchProfile()
      const page = await context.newPage()
      const addresses: string[] = []
      page.on('framenavigated', (frame) => addresses.push(frame.url()))
      page.on('request', (request) => addresses.push(request.url()))
      await page.goto(setUp.replace('127.0.0.1', name()))
      await page.getByRole('heading', { name: 'Get this device ready' }).waitFor()
      await says(page, 'This device is ready.')
      await page.getByRole('link', { name: 'Done, open the viewer' }).click()
      await page.getByRole('heading', { name: 'See it live' }).waitFor()
      expect(new URL(page.url()).protocol).toBe('https:')
      await page.getByRole('textbox').fill(String(payload['pairCode']))
      await page.getByRole('button', { name: 'Connect' }).click()
      await says(page, 'First')
      await says(page, 'Live')
      const plain = addresses.filter((url) => url.startsWith('http:'))
      expect(plain.length).toBeGreaterThan(0)
      expect(plain.filter((url) => /#|k=|e=/.test(url) || url.includes(VIEWER_KEY))).toEqual([])
    },
  )

  it.skipIf(!hasBrowser('chromium'))(
    'redirect the http link to https and allow an install when the CA is trusted',
    async () => {
      await start({ https: true, caDir: dir })
      await trustInStore(join(dir, '.pki/nssdb'), join(dir, 'ca.pem'))
      const context = await launchProfile()
      const page = await context.newPage()
      await page.goto(link('http'))
      await page.waitForURL((url) => url.protocol === 'https:')
      await says(page, 'First')
      await says(page, 'Live')
      expect(page.url()).toBe(`https://${name()}:${port()}/`)
      expect(await page.evaluate(() => isSecureContext)).toBe(true)
      await installed(page)
      expect(await page.getByRole('complementary').count()).toBe(0)
      const session = await context.newCDPSession(page)
      const { installabilityErrors } = await session.send('Page.getInstallabilityErrors')
      expect(installabilityErrors).toEqual([])
    },
  )
})

it('a viewer with another protocol version shows the problem, and keeps the displayed state', async () => {
  await start()
  const browser = await launchBrowser()
  closing.push(() => browser.close())
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(relay.viewerUrls()[0]!.url)
  await says(page, 'First')
  await says(page, 'Live')
  // The viewer offers a future version, and the real relay refuses it.
  await context.addInitScript(() => {
    const Real = WebSocket
    globalThis.WebSocket = class extends Real {
      constructor(url: string | URL, protocols?: string | string[]) {
        super(
          url,
          [protocols ?? []].flat().map((name) => name.replace(/\bv\d+\b/, 'v99')),
        )
      }
    }
  })
  const later = await context.newPage()
  await later.goto(`http://127.0.0.1:${port()}/`)
  await says(later, /Stopped: The versions do not match · as of \d/)
  await says(later, 'Reload to get the relay’s viewer. If that does not help, update the relay.')
  await says(later, 'First')
})

describe('an installed viewer behind a proxy with other apps', () => {
  it('answers only the paths at which the relay serves it, and leaves the others to the network', async () => {
    await start({ open: true, viewerKey: undefined as never, trustProxy: ['loopback'] })
    const others = ['/blog/', '/blog', '/s', '/s/a/b', '/setup-guide', '/admin', '/a?s=1']
    const proxy = createServer((request, response) => {
      if (others.includes(request.url!)) {
        response.setHeader('content-type', 'text/html')
        return void response.end(`<!doctype html><title>Other</title><h1>Another app</h1>`)
      }
      const { url: path, method, headers } = request
      const passed = get({ port: port(), host: '127.0.0.1', path, method, headers }, (answer) => {
        response.writeHead(answer.statusCode!, answer.headers)
        answer.pipe(response)
      })
      passed.on('error', () => response.destroy())
    })
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
    closing.push(async () => void proxy.closeAllConnections())
    closing.push(async () => void proxy.close())
    const origin = `http://127.0.0.1:${(proxy.address() as { port: number }).port}`
    const context = await launchProfile()
    const page = await context.newPage()
    await page.goto(origin)
    await installed(page)
    await page.reload()
    expect(await page.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true)
    for (const path of others) {
      await page.goto(origin + path)
      await says(page, 'Another app')
    }
    // The viewer itself opens without the relay, at each of its addresses.
    await relay.stop()
    await context.setOffline(true)
    for (const path of ['/', '/?pair', '/s/show', '/s/show/']) {
      await page.goto(origin + path)
      expect(await page.title()).toContain('vue-sync')
    }
  })
})

describe('a new build while a page is open', () => {
  let viewerDir: string

  beforeEach(async () => {
    viewerDir = join(dir, 'viewer')
    await cp(VIEWER_DIR, viewerDir, { recursive: true })
    await start({ viewerDir })
  })

  async function openControlled(page: Pick<Page, 'evaluate'>): Promise<void> {
    await page.evaluate('navigator.serviceWorker.ready.then(() => true)')
  }

  it('is offered without a reload, and takes over on a tap', async () => {
    const browser = await launchBrowser()
    closing.push(() => browser.close())
    const page = await browser.newPage()
    await page.goto(relay.viewerUrls()[0]!.url)
    await says(page, 'First')
    await openControlled(page)
    await page.reload()
    await says(page, 'Live')
    let loads = 0
    page.on('load', () => loads++)
    await buildAnew(viewerDir)
    await page.evaluate(UPDATE)
    await says(page, 'A new version is ready.')
    host.send({
      type: 'config_update',
      epoch: 'e',
      seq: 1,
      payload: { board: { title: 'Second' } },
    })
    await says(page, 'Second')
    expect([loads, await page.evaluate(BUILT_ANEW)]).toEqual([0, false])
    await page.getByRole('button', { name: 'Update' }).click()
    // `waitForFunction` evaluates a text in the page, whose policy forbids that.
    await expect.poll(() => page.evaluate(BUILT_ANEW).catch(() => false)).toBe(true)
    await says(page, 'Second')
    await says(page, 'Live')
    expect(loads).toBe(1)
    expect(await page.getByText('A new version is ready.').count()).toBe(0)
  })

  it('takes over while the page is hidden', async () => {
    const browser = await launchFreezableBrowser()
    closing.push(() => browser.close())
    const page = await browser.open(relay.viewerUrls()[0]!.url)
    await page.waitFor('document.body.innerText.includes("First")')
    await page.evaluate('navigator.serviceWorker.ready.then(() => true)')
    await page.reload()
    await page.waitFor('document.body.innerText.includes("Live")')
    await buildAnew(viewerDir)
    await page.evaluate(UPDATE)
    await page.waitFor('document.body.innerText.includes("A new version is ready")')
    expect(await page.evaluate(BUILT_ANEW)).toBe(false)
    await page.hide()
    await page.waitFor(BUILT_ANEW)
    await page.thaw()
    await page.waitFor('document.body.innerText.includes("Live")')
  })
})
