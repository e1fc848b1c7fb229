import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Client, connect } from '../../server/test/client.ts'
import { VIEWER_DIR } from '../support/pages/demo.ts'
import type { BrowserName, TestBrowser } from '../support/browsers/test-browser.ts'
import { hasBrowser, launchTestBrowser } from '../support/browsers/launch-test-browser.ts'
import { startRelay, type TestRelay, VIEWER_KEY } from '../support/relays/relay.ts'

let dir: string
let browser: TestBrowser | undefined
let host: Client | undefined
let relay: TestRelay | undefined

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'vue-sync-browsers-'))
})
afterEach(async () => {
  await browser?.close()
  await host?.close()
  await relay?.stop()
  browser = host = relay = undefined
  await rm(dir, { recursive: true })
})

const caPath = () => join(dir, 'ca.pem')

/** Starts a relay as `vue-sync --https` does; its CA outlives a restart. */
async function startSecure(port = 0): Promise<number> {
  relay = await startRelay(port, { https: true, caDir: dir, viewerDir: VIEWER_DIR })
  return relay.getStatus().port
}

async function stopRelay(): Promise<void> {
  await relay!.stop()
  relay = host = undefined
}

/** Connects a new host, which sends its full state first. */
async function publish(seq: number, title: string): Promise<void> {
  host = await connect(relay!, 'host', { ca: await readFile(caPath(), 'utf8') })
  host.send({ type: 'session_update', epoch: 'e', seq, payload: { board: { title } } })
}

const shows = (text: string) => `document.body.innerText.includes(${JSON.stringify(text)})`
/** The error of each browser; WebKitGTK’s driver gives no reason. */
const REFUSAL = /ERR_CERT_AUTHORITY_INVALID|SEC_ERROR_UNKNOWN_ISSUER|could not be loaded/
const IS_CONTROLLED = 'navigator.serviceWorker.controller !== null'

describe.each<BrowserName>(['chromium', 'firefox', 'webkit'])('in %s', (name) => {
  it.skipIf(!hasBrowser(name))(
    'the viewer is live, keeps its state and reopens without the relay, and is live again when the relay is back',
    async () => {
      const port = await startSecure()
      await publish(0, 'First')
      browser = await launchTestBrowser(name, { trust: caPath() })
      const origin = `https://127.0.0.1:${port}`
      let page = await browser.open(`${origin}/#k=${VIEWER_KEY}`)
      await page.waitFor(shows('First'))
      expect(await page.evaluate('isSecureContext')).toBe(true)

      await page.evaluate('navigator.serviceWorker.ready.then(({ active }) => active.state)')
      await page.reload()
      await page.waitFor(IS_CONTROLLED)
      await page.waitFor(shows('First'))
      host!.send({
        type: 'config_update',
        epoch: 'e',
        seq: 1,
        payload: { board: { title: 'Second' } },
      })
      await page.waitFor(shows('Second'))

      await stopRelay()
      await page.waitFor(shows('Reconnecting'))
      await page.reload()
      await page.waitFor(`${shows('Second')} && ${shows('as of')}`)

      await page.close()
      page = await browser.open(`${origin}/`)
      await page.waitFor(`${IS_CONTROLLED} && ${shows('Second')} && ${shows('as of')}`)
      expect(await page.text()).not.toContain('Live')

      await startSecure(port)
      await publish(2, 'Third')
      await page.waitFor(shows('Third'))
      await page.waitFor(shows('Live'))
      expect(await page.text()).not.toContain('Reconnecting')
      await page.close()
    },
  )

  it.skipIf(!hasBrowser(name))('the browser refuses a relay with an untrusted CA', async () => {
    const port = await startSecure()
    browser = await launchTestBrowser(name)
    await expect(browser.open(`https://127.0.0.1:${port}/`)).rejects.toThrow(REFUSAL)
  })
})
