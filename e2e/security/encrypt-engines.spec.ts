import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineStore } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { syncPlugin, useSyncHost } from '@vue-sync/vue/host'
import { createTestApp, stubPage, stubStorage, unmountApps } from '../support/apps/app.ts'
import { hasBrowser, launchTestBrowser } from '../support/browsers/launch-test-browser.ts'
import type { BrowserName, TestBrowser } from '../support/browsers/test-browser.ts'
import { VIEWER_DIR } from '../support/pages/demo.ts'
import { HOST_KEY, startRelay, type TestRelay } from '../support/relays/relay.ts'

// The cryptography of each engine against that of Node, which encrypts and signs.
const useBoard = defineStore('board', { state: () => ({ title: 'First' }), sync: true })
let dir: string
let browser: TestBrowser | undefined
let relay: TestRelay | undefined

beforeEach(async () => {
  stubPage()
  stubStorage('sessionStorage')
  stubStorage('localStorage')
  dir = await mkdtemp(join(tmpdir(), 'vue-sync-engines-'))
})
afterEach(async () => {
  unmountApps()
  await browser?.close()
  await relay?.stop()
  browser = relay = undefined
  vi.unstubAllGlobals()
  await rm(dir, { recursive: true })
})

const shows = (text: string) => `document.body.innerText.includes(${JSON.stringify(text)})`

describe.each<BrowserName>(['chromium', 'firefox', 'webkit'])('in %s', (name) => {
  it.skipIf(!hasBrowser(name))('the viewer decrypts and verifies what the host sends', async () => {
    relay = await startRelay(0, { https: true, caDir: dir, viewerDir: VIEWER_DIR })
    const { app, pinia } = createTestApp()
    const viewerUrl = relay.url.replace('ws', 'https')
    app.use(pinia).use(syncPlugin, { url: relay.url, key: HOST_KEY, encrypt: true, viewerUrl })
    app.mount({})
    const host = app.runWithContext(useSyncHost)
    const board = useBoard(pinia)
    await expect.poll(() => host.viewerUrl.value).toMatch(/&e=[\w-]{43}&p=[\w-]{43}$/)

    browser = await launchTestBrowser(name, { trust: join(dir, 'ca.pem') })
    const page = await browser.open(host.viewerUrl.value!)
    await page.waitFor(shows('First'))
    board.title = 'Second'
    await page.waitFor(`${shows('Second')} && ${shows('Live')}`)
    expect(await page.evaluate('location.hash')).toBe('')
  })
})
