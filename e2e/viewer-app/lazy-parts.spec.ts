import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { connect, session } from '../../server/test/client.ts'
import { hasBrowser, launchTestBrowser } from '../support/browsers/launch-test-browser.ts'
import { type Browser, launchBrowser, type Page } from '../support/browsers/playwright.ts'
import { VIEWER_DIR } from '../support/pages/demo.ts'
import type { BrowserName } from '../support/browsers/test-browser.ts'
import { startRelay, type TestRelay, VIEWER_KEY } from '../support/relays/relay.ts'

let browser: Browser
let relay: TestRelay
let page: Page

beforeAll(async () => {
  ;[browser, relay] = await Promise.all([launchBrowser(), startRelay(0, { viewerDir: VIEWER_DIR })])
  const host = await connect(relay, 'host')
  host.send(session('e', 1, { title: 'First' }))
})
afterAll(async () => {
  await browser?.close()
  await relay?.stop()
})
beforeEach(async () => {
  // Plain http on a name that is no loopback, so no service worker keeps the files.
  page = await (await browser.newContext()).newPage()
  return () => page.context().close()
})

const link = () => relay.viewerUrls()[0]!.url.replace('127.0.0.1', 'lan.test')
async function restartRelay(): Promise<void> {
  const { port } = relay.getStatus()
  await relay.stop()
  relay = await startRelay(port, { viewerDir: VIEWER_DIR })
}
const menu = () => page.getByRole('button', { name: 'Menu' })

describe('parts that the first screen does not need', () => {
  it('load in the background, so that they open when the network is gone', async () => {
    await page.goto(link(), { waitUntil: 'networkidle' })
    await page.context().setOffline(true)
    await menu().click()
    await page.getByRole('dialog').waitFor()
  })

  it('are replaced by a button that reloads the page if they cannot be loaded', async () => {
    await page.route(/MenuSheet.*\.js/, (route) => route.abort())
    await page.goto(link(), { waitUntil: 'networkidle' })
    await menu().click()
    const alert = page.getByRole('alert')
    await alert.waitFor()
    expect(await alert.textContent()).toContain('could not be loaded')
    await page.unroute(/MenuSheet.*\.js/)
    await alert.getByRole('button', { name: 'Reload', exact: true }).click()
    await menu().click()
    await page.getByRole('dialog').waitFor()
  })

  const retries: [string, () => Promise<unknown>][] = [
    ['the person opens them again', () => menu().dispatchEvent('click')],
    [
      'the network is back',
      async () => {
        await page.context().setOffline(true)
        await page.context().setOffline(false)
      },
    ],
    ['the viewer has reconnected', restartRelay],
  ]
  it.each(retries)('are fetched again when %s', async (_, retry) => {
    const FILES = /MenuSheet.*\.(js|css)/
    let asked = 0
    await page.route(FILES, (route) => {
      asked++
      return route.abort()
    })
    await page.goto(link(), { waitUntil: 'networkidle' })
    await page.evaluate(() => Object.assign(window, { isSamePage: true }))
    await menu().click()
    await page.getByRole('alert').waitFor()
    expect(asked).toBeLessThan(8)
    await page.unroute(FILES)
    await retry()
    await page.getByRole('dialog').waitFor()
    expect(await page.getByRole('alert').count()).toBe(0)
    expect(await page.evaluate(() => 'isSamePage' in window)).toBe(true)
    // Cause: Vite fetches each style sheet once, and takes one that failed for loaded.
    const links = 'link[rel=stylesheet][href*=MenuSheet]'
    const sheets = await page.evaluate(
      (selector) =>
        Array.from(document.querySelectorAll<HTMLLinkElement>(selector), ({ sheet }) => !!sheet),
      links,
    )
    expect(sheets).toEqual([true])
  })
})

const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
}

/** Serves the viewer. While it is out of reach, it answers only for what the first screen needs. */
async function serveViewer() {
  const asked: string[] = []
  let isOutOfReach = true
  let probes = 0
  const server = createServer(async ({ method, url = '/' }, response) => {
    const { pathname } = new URL(url, 'http://a')
    if (pathname.includes('MenuSheet')) asked.push(pathname)
    if (method === 'HEAD') probes++
    const isPart = method === 'HEAD' || /MenuSheet|BottomSheet/.test(pathname)
    if (isOutOfReach && isPart) return response.destroy()
    const file = join(VIEWER_DIR, pathname === '/' ? 'index.html' : pathname)
    // A service worker would fetch all files by itself.
    const body = pathname !== '/sw.js' && (await readFile(file).catch(() => undefined))
    if (!body) return response.writeHead(404).end()
    response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' })
    return response.end(method === 'HEAD' ? undefined : body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    asked,
    /** How often the page has asked whether the server is there. */
    probes: () => probes,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/?s=a#k=${VIEWER_KEY}`,
    bringBack(): void {
      isOutOfReach = false
    },
    close(): void {
      server.closeAllConnections()
      server.close()
    },
  }
}

describe.each<BrowserName>(['chromium', 'firefox', 'webkit'])('in %s', (name) => {
  // Cause: Firefox never fetches a module again that it could not fetch once.
  it.skipIf(!hasBrowser(name))(
    'a part that was opened out of reach of the server opens when the server is back',
    async () => {
      const server = await serveViewer()
      const tested = await launchTestBrowser(name)
      try {
        const opened = await tested.open(server.url)
        await opened.waitFor(`document.querySelector('nav button')`)
        await expect.poll(server.probes).toBeGreaterThan(0)
        await opened.evaluate(`document.querySelector('nav button:last-of-type').click()`)
        await opened.waitFor(`document.querySelector('[role=alert] button')`)
        expect(server.asked).toEqual([])
        server.bringBack()
        await opened.evaluate(`dispatchEvent(new Event('online'))`)
        await opened.waitFor(`document.querySelector('dialog[open]')`)
      } finally {
        await tested.close()
        server.close()
      }
    },
  )
})
