import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cbor } from '@vue-sync/vue/cbor'
import { msgpack } from '@vue-sync/vue/msgpack'
import { encodeFrame, type SessionUpdate } from '@vue-sync/vue/protocol'
import { type Client, connect } from '../../server/test/client.ts'
import { type Browser, launchBrowser, type Page } from '../support/browsers/playwright.ts'
import { VIEWER_DIR } from '../support/pages/demo.ts'
import { startRelay, type TestRelay } from '../support/relays/relay.ts'

// The viewer app with hosts that use a binary codec.
let browser: Browser
let relay: TestRelay
let host: Client

beforeEach(async () => {
  browser = await launchBrowser()
  relay = await startRelay(0, { viewerDir: VIEWER_DIR })
  host = await connect(relay, 'host')
})
afterEach(async () => {
  await browser.close()
  await host.close()
  await relay.stop()
})

const state = (seq: number, title: string): SessionUpdate => ({
  type: 'session_update',
  epoch: 'e',
  seq,
  payload: { board: { title } },
})
const says = (page: Page, text: string) => page.getByText(text).first().waitFor()
const link = () => relay.viewerUrls()[0]!.url
const chunk = /\/assets\/(?:msgpack|cbor)-.*\.js$/

describe('the viewer app', () => {
  it.each([msgpack(), cbor()])(
    'loads $name when a host uses it, and then has it without the network',
    async (codec) => {
      host.socket.send(encodeFrame(state(1, 'First'), { codec }) as Uint8Array)
      const context = await browser.newContext()
      const page = await context.newPage()
      await page.goto(link())
      await says(page, 'First')
      await says(page, 'Live')
      await page.evaluate(() => navigator.serviceWorker.ready.then(() => true))
      await page.close()

      host.socket.send(encodeFrame(state(2, 'Second'), { codec }) as Uint8Array)
      const again = await context.newPage()
      const loaded: string[] = []
      await again.route(chunk, (route) => {
        loaded.push(route.request().url())
        return route.abort()
      })
      await again.goto(link())
      await says(again, 'Second')
      await says(again, 'Live')
      expect(loaded).toEqual([])
    },
  )

  it('loads no codec for a host that uses JSON', async () => {
    host.send(state(1, 'Plain'))
    const context = await browser.newContext({ serviceWorkers: 'block' })
    const page = await context.newPage()
    const loaded: string[] = []
    page.on('request', (request) => {
      if (chunk.test(request.url())) loaded.push(request.url())
    })
    await page.goto(link())
    await says(page, 'Plain')
    expect(loaded).toEqual([])
  })

  it('says that it cannot read a codec that it does not have', async () => {
    const codec = { ...msgpack(), name: 'other' }
    host.socket.send(encodeFrame(state(1, 'First'), { codec }) as Uint8Array)
    const page = await browser.newPage()
    await page.goto(link())
    await says(page, 'Stopped: This viewer cannot read what the host sends')
  })
})
