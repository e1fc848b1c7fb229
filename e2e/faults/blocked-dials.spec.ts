import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Browser, launchBrowser } from '../support/browsers/playwright.ts'
import { hasBrowser, launchTestBrowser } from '../support/browsers/launch-test-browser.ts'
import type { BrowserName, TestBrowser } from '../support/browsers/test-browser.ts'
import { HOST_KEY, startRelay, type TestRelay, VIEWER_KEY } from '../support/relays/relay.ts'

// Real browsers refuse to dial some relays, and the page must say why.
const PAGE = fileURLToPath(
  new URL('../../node_modules/.cache/vue-sync/pages/fixture', import.meta.url),
)

let dir: string
let browser: TestBrowser | Browser | undefined
let relays: TestRelay[]

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'vue-sync-blocked-'))
  relays = []
})
afterEach(async () => {
  await browser?.close()
  browser = undefined
  for (const relay of relays) await relay.stop()
  await rm(dir, { recursive: true, force: true, maxRetries: 10 })
})

async function start(options: Parameters<typeof startRelay>[1]): Promise<number> {
  const relay = await startRelay(0, options)
  relays.push(relay)
  return relay.getStatus().port
}
const pageFor = (role: 'host' | 'viewer', url: string) =>
  `/?${new URLSearchParams({ role, url, key: role === 'host' ? HOST_KEY : VIEWER_KEY })}`

describe.each<BrowserName>(['chromium', 'firefox', 'webkit'])(
  'on an https page in %s',
  (engine) => {
    it.skipIf(!hasBrowser(engine))(
      'a relay without TLS is refused with VS118 at once, and one on the same device is dialled where the browser allows it',
      async () => {
        const secure = await start({ https: true, caDir: dir, viewerDir: PAGE })
        const origin = `https://127.0.0.1:${secure}`
        const plain = await start({ allowedOrigins: [origin] })
        const opened = await launchTestBrowser(engine, { trust: join(dir, 'ca.pem') })
        browser = opened
        for (const role of ['host', 'viewer'] as const) {
          // A name that the browser does not know to be this device.
          const page = await opened.open(origin + pageFor(role, `ws://lan.test:${plain}`))
          await page.waitFor(`window.test?.${role}.error.value?.code === 'VS118'`)
          expect(await page.evaluate(`test.${role}.status.value`)).toBe('disconnected')
          await page.close()
        }
        const page = await opened.open(origin + pageFor('viewer', `ws://127.0.0.1:${plain}`))
        const isConnected = "test.viewer.status.value === 'connected'"
        const isReported = "test.viewer.problems.value[0]?.code === 'VS120'"
        // WebKit blocks loopback too, and gives no event for it.
        await page.waitFor(engine === 'webkit' ? isReported : isConnected, 60_000)
        if (engine === 'webkit')
          expect(await page.evaluate('test.viewer.problems.value[0].reason')).toContain('Safari')
        await page.close()
      },
    )
  },
)

describe('Local Network Access of Chromium', () => {
  it.each(['host', 'viewer'] as const)(
    'blocks a %s on a page from the internet, which lists VS119 and goes on dialling',
    async (role) => {
      const site = await start({ viewerDir: PAGE, allowedHosts: ['show.example'] })
      const origin = `http://show.example:${site}`
      const relay = await start({ allowedOrigins: [origin] })
      const chromium = await launchBrowser(
        '--host-resolver-rules=MAP show.example 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
        `--ip-address-space-overrides=127.0.0.1:${site}=public,127.0.0.1:${relay}=local`,
      )
      browser = chromium
      const page = await chromium.newPage()
      const errors: string[] = []
      page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
      await page.goto(origin + pageFor(role, `ws://127.0.0.1:${relay}`))
      await page.waitForFunction(
        (of) => window.test?.[of].problems.value[0]?.code === 'VS119',
        role,
      )
      expect(await page.evaluate((of) => window.test[of].status.value, role)).toBe('reconnecting')
      expect(errors.join('\n')).toMatch(/LOCAL_NETWORK_ACCESS[\s\S]*VS119: .*Local network access/)
    },
  )
})
