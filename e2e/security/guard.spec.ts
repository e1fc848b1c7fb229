import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Client, connect, session } from '../../server/test/client.ts'
import {
  type Browser,
  expectQuiet,
  launchBrowser,
  type Page,
  watch,
} from '../support/browsers/playwright.ts'
import { VIEWER_DIR } from '../support/pages/demo.ts'
import { qrPng } from '../support/browsers/fake-camera.ts'
import { startRelay, type TestRelay, VIEWER_KEY } from '../support/relays/relay.ts'

// A browser applies the relay's headers, and meets pages of other origins.

let browser: Browser
let relay: TestRelay
let other: TestRelay
let host: Client
let stranger: Server

beforeAll(async () => {
  browser = await launchBrowser()
  stranger = createServer((_, response) => {
    response.setHeader('content-type', 'text/html')
    response.end('<title>a stranger</title>')
  }).listen(0, '127.0.0.1')
  await once(stranger, 'listening')
})
afterAll(async () => {
  await browser?.close()
  stranger.close()
})
beforeEach(async () => {
  relay = await startRelay(0, { viewerDir: VIEWER_DIR })
  other = await startRelay(0, { viewerDir: VIEWER_DIR })
  host = await connect(other, 'host')
  host.send(session('e', 1, { title: 'From the other' }))
})
afterEach(async () => {
  host.socket.terminate()
  await Promise.all([relay.stop(), other.stop()])
})

const at = (name: string, { url }: TestRelay) => url.replace('ws://127.0.0.1', `http://${name}`)
const says = (page: Page, text: string | RegExp) => page.getByText(text).first().waitFor()

describe('the viewer under its content security policy', () => {
  it('shows state, caches it, reads a photo and installs without a violation', async () => {
    const context = await browser.newContext()
    const page = await context.newPage()
    const seen = watch(page)
    await page.addInitScript(() => {
      const violations: string[] = ((window as never as { violations: string[] }).violations = [])
      addEventListener('securitypolicyviolation', (event) =>
        violations.push(`${event.effectiveDirective} ${event.blockedURI}`),
      )
    })
    const violations = () =>
      page.evaluate(() => (window as never as { violations: string[] }).violations)
    const answer = await page.goto(at('127.0.0.1', other))
    expect(answer!.headers()['content-security-policy']).toContain("script-src 'self'")
    await page.getByRole('heading', { name: 'See it live' }).waitFor()
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      page.getByRole('button', { name: /photo/ }).click(),
    ])
    const buffer = qrPng(other.viewerUrls()[0]!.url)
    await chooser.setFiles({ name: 'photo.png', mimeType: 'image/png', buffer })
    await says(page, 'From the other')
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => true))
    expect(await violations()).toEqual([])
    await page.reload()
    await says(page, 'From the other')
    expect(await violations()).toEqual([])
    await expectQuiet(seen)
    await context.close()
  })

  it('cannot be framed by another page', async () => {
    const page = await browser.newPage()
    await page.goto(`http://stranger.test:${(stranger.address() as { port: number }).port}/`)
    await page.setContent(`<iframe src="${at('127.0.0.1', other)}/"></iframe>`)
    await expect
      .poll(() => page.frames().some((frame) => frame.url().startsWith('chrome-error:')))
      .toBe(true)
    await page.close()
  })
})

describe('a link to another relay', () => {
  it('opens the viewer of that relay, which shows live state', async () => {
    const page = await browser.newPage()
    await page.goto(at('lan.test', relay))
    await page.getByRole('textbox').fill(`${at('lan.test', other)}/#k=${VIEWER_KEY}`)
    await page.getByRole('button', { name: 'Connect' }).click()
    await says(page, 'From the other')
    expect(page.url()).toBe(`${at('lan.test', other)}/`)
    // Returning to the first relay must not redirect again.
    await page.goto(at('lan.test', relay))
    await page.getByRole('heading', { name: 'See it live' }).waitFor()
    await page.close()
  })
})

describe('a page of another origin', () => {
  it('gets close code 4405 and the reason when it opens a socket', async () => {
    const page = await browser.newPage()
    await page.goto(`http://stranger.test:${(stranger.address() as { port: number }).port}/`)
    const closed = await page.evaluate(
      (url) =>
        new Promise((resolve) => {
          const socket = new WebSocket(url)
          const seen: unknown[] = []
          socket.addEventListener('message', ({ data }) => seen.push(data))
          socket.addEventListener('close', ({ code, reason }) => resolve({ code, reason, seen }))
        }),
      relay.url,
    )
    expect(closed).toEqual({
      code: 4405,
      reason: expect.stringContaining('--allow-origin'),
      seen: [],
    })
    await page.close()
  })

  it('is refused with 421, and its socket with 4404, when its own host name resolves to the relay', async () => {
    const page = await browser.newPage()
    const answer = await page.goto(at('stranger.test', relay))
    expect(answer!.status()).toBe(421)
    await says(page, '--allow-host stranger.test')
    const asked = await page.evaluate(async () => {
      const status = await fetch('/status')
      const socket = new WebSocket(location.origin.replace('http', 'ws'))
      const seen: unknown[] = []
      socket.addEventListener('message', ({ data }) => seen.push(data))
      const code = await new Promise((resolve) =>
        socket.addEventListener('close', (event) => resolve(event.code)),
      )
      return { status: status.status, code, seen }
    })
    expect(asked).toEqual({ status: 421, code: 4404, seen: [] })
    await page.close()
  })
})
