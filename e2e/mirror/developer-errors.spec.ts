import { defineStore } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { syncPlugin, type SyncHostOptions, useSyncHost } from '@vue-sync/vue/host'
import { syncViewer, useSyncViewer } from '@vue-sync/vue/viewer'
import { createTestApp, stubBrowser, unmountApps } from '../support/apps/app.ts'
import { errorText, recordErrors } from '../support/apps/printed.ts'
import { serveFixture } from '../support/pages/fixture.ts'
import { HOST_KEY, startRelay, type TestRelay, VIEWER_KEY } from '../support/relays/relay.ts'
import { openTab, useBrowser } from '../support/browsers/tabs.ts'

// Developers read in the console why a relay refused their app, once, in the words of their side.
const backoff = { first: 20, max: 20 }
const useBoard = defineStore('board', { state: () => ({ count: 0 }), sync: true })
let relay: TestRelay

beforeEach(async () => {
  relay = await startRelay()
})
afterEach(async () => {
  unmountApps()
  await relay.stop()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

function startHost(options: SyncHostOptions = {}) {
  const { app, pinia } = createTestApp()
  app
    .use(pinia)
    .use(syncPlugin, { url: relay.url, key: HOST_KEY, debounce: 0, backoff, ...options })
  app.mount({})
  useBoard(pinia)
  return app.runWithContext(useSyncHost)
}
function startViewer(url: string) {
  const { app, pinia } = createTestApp()
  app.use(syncViewer, { url, backoff }).use(pinia)
  app.mount({})
  return app.runWithContext(useSyncViewer)
}

describe('in a browser', () => {
  const pages = useBrowser(serveFixture)

  it('the console shows a wrong key once, for the host and for the viewer', async () => {
    const context = await pages.browser.newContext()
    const params = { key: 'wrong' }
    const host = await openTab(context, pages.site.page('host', relay.url, params))
    const viewer = await openTab(context, pages.site.page('viewer', relay.url, params))
    await host.waitForFunction(() => window.test?.host.error.value)
    await viewer.waitForFunction(() => window.test?.viewer.error.value)
    // An app that tries again by itself does not repeat the error.
    for (let attempt = 0; attempt < 3; attempt++) {
      await host.evaluate(() => window.test.host.start())
      await host.waitForFunction(() => window.test.host.error.value)
    }
    expect(host.seen.sockets).toBe(4)
    expect([host.seen.complaints, viewer.seen.complaints]).toEqual([
      [
        '[vue-sync] VS102: The relay refused the host key. Set `key` to the host key that the relay prints when it starts (The host key is wrong). See https://vue-sync.github.io/vue-sync/errors/VS102',
      ],
      [
        '[vue-sync] VS102: The relay refused the key of this link. Use the link that the host shows now: `viewerUrl` of `useSyncHost()`, or its QR code (The viewer key is wrong). See https://vue-sync.github.io/vue-sync/errors/VS102',
      ],
    ])
    await context.close()
  })

  it('the console shows a refused origin once, for the host and for the viewer', async () => {
    const context = await pages.browser.newContext()
    const at = (role: 'host' | 'viewer', key: string) =>
      openTab(context, pages.site.page(role, relay.url, { key }).replace('127.0.0.1', 'lan.test'))
    const host = await at('host', HOST_KEY)
    const viewer = await at('viewer', VIEWER_KEY)
    await host.waitForFunction(() => window.test?.host.error.value)
    await viewer.waitForFunction(() => window.test?.viewer.error.value)
    const reason = 'Pages of this origin may not use this relay: see --allow-origin, --public-url'
    expect([host.seen.complaints, viewer.seen.complaints]).toEqual([
      [errorText('host', 'VS109', reason)],
      [errorText('viewer', 'VS109', reason)],
    ])
    await context.close()
  })
})

describe('in an app', () => {
  beforeEach(() => void stubBrowser())

  it('a takeover is printed by the host that lost the session, and again after it was connected', async () => {
    const printed = recordErrors()
    const takenOver = errorText('host', 'VS103', 'Another host took over')
    const first = startHost()
    await expect.poll(() => first.status.value).toBe('connected')
    const second = startHost()
    await expect.poll(() => first.error.value?.code).toBe('VS103')
    expect(printed).toEqual([takenOver])
    second.stop()
    first.start()
    await expect.poll(() => first.status.value).toBe('connected')
    startHost()
    await expect.poll(() => first.error.value?.code).toBe('VS103')
    expect(printed).toEqual([takenOver, takenOver])
  })

  it('a state that is too large is printed once, although it is tried again', async () => {
    const printed = recordErrors()
    await relay.stop()
    relay = await startRelay(0, { limits: { hostMessage: 1_000_000 } })
    const { app, pinia } = createTestApp()
    app.use(pinia).use(syncPlugin, { url: relay.url, key: HOST_KEY, debounce: 0, backoff })
    app.mount({})
    const useLong = defineStore('long', {
      state: () => ({ text: 'x'.repeat(1_500_000) }),
      sync: true,
    })
    const long = useLong(pinia)
    const host = app.runWithContext(useSyncHost)
    await expect.poll(() => host.error.value?.code).toBe('VS117')
    long.text = 'y'.repeat(1_600_000)
    host.push()
    await expect.poll(() => host.error.value?.message).toContain('(16')
    expect(printed).toEqual([expect.stringMatching(/^\[vue-sync\] VS117: The state is too large/)])
  })

  it('a relay without room is VS126, once, until nothing answers there any more', async () => {
    const printed = recordErrors()
    await relay.stop()
    relay = await startRelay(0, { limits: { sessions: 1 } })
    const first = startHost()
    await expect.poll(() => first.status.value).toBe('connected')
    let dials = 0
    class CountedSocket extends WebSocket {
      constructor(...args: ConstructorParameters<typeof WebSocket>) {
        super(...args)
        dials++
      }
    }
    vi.stubGlobal('WebSocket', CountedSocket)
    const second = startHost({ session: 'second' })
    await expect.poll(() => second.problems.value.map(({ code }) => code)).toEqual(['VS126'])
    await expect.poll(() => dials).toBeGreaterThan(5)
    expect(printed).toEqual([
      errorText('host', 'VS126', 'This relay has reached its limit of sessions'),
    ])
    expect(second.error.value).toBeUndefined()
    await relay.stop()
    await expect.poll(() => second.problems.value.map(({ code }) => code)).toEqual(['VS120'])
  })
})

describe('`viewerUrls`', () => {
  beforeEach(() => void stubBrowser())

  it('are empty before the relay has answered, after `stop`, and when the key is wrong', async () => {
    recordErrors()
    const host = startHost()
    expect(host.viewerUrls.value).toEqual([])
    await expect.poll(() => host.viewerUrl.value).toBe(relay.viewerUrls()[0]!.url)
    host.stop()
    expect([host.viewerUrls.value, host.viewerUrl.value]).toEqual([[], undefined])
    host.start()
    await expect.poll(() => host.viewerUrls.value.length).toBeGreaterThan(0)

    const { port } = relay.getStatus()
    await relay.stop()
    relay = await startRelay(port, { hostKey: 'another-host-key-of-the-relay' })
    await expect.poll(() => host.error.value?.code).toBe('VS102')
    expect([host.viewerUrls.value, host.viewerUrl.value]).toEqual([[], undefined])
  })

  it('never lead to a link that a rotation or a revocation has ended', async () => {
    recordErrors()
    const host = startHost()
    await expect.poll(() => host.viewerUrl.value).toBeDefined()
    const main = host.viewerUrl.value!
    const done = host.rotate()
    expect(host.viewerUrls.value).toEqual([])
    await done
    await expect.poll(() => host.viewerUrl.value).toBeDefined()
    const next = host.viewerUrl.value!
    expect(next).not.toBe(main)
    const viewer = startViewer(next)
    await expect.poll(() => viewer.status.value).toBe('connected')
    await host.revoke(host.tokens.value[0]!.id)
    expect(host.viewerUrls.value).toEqual([])
    await expect.poll(() => viewer.error.value?.code).toBe('VS112')
    // Links that were issued for somebody keep their address.
    host.issue({ label: 'Press' })
    await expect.poll(() => host.tokens.value[0]?.url).toContain('#k=')
    await host.rotate()
    await expect.poll(() => host.viewerUrl.value).toContain('#k=')
  })

  it('go on at an open relay, whose links have no key, also after a rotation', async () => {
    await relay.stop()
    relay = await startRelay(0, { open: true })
    const host = startHost()
    await expect.poll(() => host.viewerUrl.value).toBeDefined()
    await host.rotate()
    await expect.poll(() => host.viewerUrl.value).toBe(relay.viewerUrls()[0]!.url)
    const viewer = startViewer(host.viewerUrl.value!)
    await expect.poll(() => viewer.status.value).toBe('connected')
  })
})
