import { describe, expect, it } from 'vitest'
import { expectQuiet, messages, type Page } from '../support/browsers/playwright.ts'
import { useFixtureTabs } from '../support/browsers/fixture-tabs.ts'
import { startRelay, VIEWER_KEY } from '../support/relays/relay.ts'
import type { Tab } from '../support/browsers/tabs.ts'

const { bed, pages, open: openPage } = useFixtureTabs()

const open = (role: 'host' | 'viewer', prepare?: (page: Page) => Promise<unknown>) =>
  openPage(role, { cache: '' }, prepare)

const shows = (page: Page, title: string) => page.waitForSelector(`h1:text-is("${title}")`)
const list = (page: Page) => page.evaluate(() => window.test.cache!.list())

function setTitle(host: Page, title: string): Promise<void> {
  return host.evaluate((wanted) => {
    window.test.stores.useBoard.title = wanted
  }, title)
}

/** Opens a host, and lets a viewer show `Kept` and close. */
async function keep(): Promise<Tab> {
  const host = await open('host')
  await host.waitForFunction(() => window.test.host.status.value === 'connected')
  await setTitle(host, 'Kept')
  const viewer = await open('viewer')
  await shows(viewer, 'Kept')
  await viewer.goto('about:blank')
  await viewer.close()
  return host
}

/** Writes records into the database as another version or a failing disk would leave them. */
function tamper(page: Page, change: string): Promise<unknown> {
  return page.evaluate(`new Promise((resolve, reject) => {
    const request = indexedDB.open('vue-sync')
    request.onerror = () => reject(request.error)
    request.onsuccess = () => {
      const transaction = request.result.transaction('sessions', 'readwrite')
      const store = transaction.objectStore('sessions')
      ;(${change})(store)
      transaction.oncomplete = () => { request.result.close(); resolve() }
    }
  })`)
}

/** Returns the name of the error with which a write of 1 MB fails. */
const PROBE = `new Promise((resolve) => {
  const request = indexedDB.open('vue-sync')
  request.onsuccess = () => {
    const transaction = request.result.transaction('sessions', 'readwrite')
    transaction.objectStore('sessions').put('x'.repeat(1_000_000), 'probe')
    transaction.oncomplete = () => resolve('written')
    transaction.onabort = () => {
      resolve(transaction.error?.name)
      request.result.close()
    }
  }
})`

describe('a viewer that caches its state', () => {
  it('shows it with its time while the relay is down, and updates it when the relay is back', async () => {
    const host = await keep()
    const { port } = bed.relay.getStatus()
    await host.close()
    await bed.relay.stop()
    const viewer = await open('viewer')
    await shows(viewer, 'Kept')
    const { asOf, status, stale } = await viewer.evaluate(() => ({
      asOf: window.test.viewer.asOf.value!,
      status: window.test.viewer.status.value,
      stale: window.test.viewer.stale.value,
    }))
    expect(asOf).toBeGreaterThan(Date.now() - 600_000)
    expect([/connecting/.test(status), stale]).toEqual([true, true])
    bed.relay = await startRelay(port)
    const again = await open('host')
    await setTitle(again, 'New')
    await shows(viewer, 'New')
    await expectQuiet(viewer.seen)
  })

  it('receives only the changes it missed', async () => {
    const host = await keep()
    const viewer = await open('viewer')
    await viewer.waitForFunction(() => window.test.viewer.status.value === 'connected')
    expect(messages(viewer.seen.received, 'session_update')).toEqual([])
    await viewer.close()
    await setTitle(host, 'Missed')
    await expect
      .poll(() => messages(host.seen.sent, 'config_update').map(({ payload }) => payload))
      .toContainEqual({ board: { title: 'Missed' } })
    const third = await open('viewer')
    await shows(third, 'Missed')
    expect(messages(third.seen.received, 'session_update')).toEqual([])
    expect(messages(third.seen.received, 'config_update')).toHaveLength(1)
    await expectQuiet(viewer.seen, third.seen)
  })

  it('lists the session with its name, and forgets it together with its key', async () => {
    await keep()
    const viewer = await open('viewer')
    await shows(viewer, 'Kept')
    await expect
      .poll(async () => (await list(viewer))[0])
      .toMatchObject({
        name: 'vue-sync test page',
        link: `${bed.relay.url.replace('ws', 'http')}/#k=${VIEWER_KEY}`,
      })
    await viewer.evaluate(async () => {
      const { cache, viewer } = window.test
      viewer.disconnect()
      await cache!.forget((await cache!.list())[0]!.link)
    })
    expect(await list(viewer)).toEqual([])
    await bed.relay.stop()
    await viewer.reload()
    await viewer.waitForFunction(() => window.test.viewer.retryAt.value !== undefined)
    expect(await viewer.textContent('h1')).toBe('Board')
  })

  // The list was once written after the state, and a page that closed in between left the old name.
  it('lists the session with its latest name even when the page closes right after the change', async () => {
    const host = await keep()
    const viewer = await open('viewer')
    await shows(viewer, 'Kept')
    await expect.poll(async () => (await list(viewer))[0]?.name).toBe('vue-sync test page')
    await host.evaluate(() => (document.title = 'Renamed'))
    await setTitle(host, 'New')
    await viewer.waitForFunction(() => window.test.viewer.name.value === 'Renamed')
    await viewer.goto('about:blank')
    await host.close()
    await bed.relay.stop()
    const again = await open('viewer')
    await shows(again, 'New')
    expect((await list(again)).map(({ name }) => name)).toEqual(['Renamed'])
  })

  it.each([
    ['is corrupt', '(store) => store.put({ v: 1, frame: "{", lastUpdate: 1, asOf: 1 }, key)'],
    ['is of another version', '(store) => store.put({ v: 99, state: {} }, key)'],
    ['is not a record', '(store) => store.put("junk", key)'],
  ])('drops a record that %s, and is live', async (_, change) => {
    await keep()
    const viewer = await open('viewer')
    await shows(viewer, 'Kept')
    const key = `state ${bed.relay.url.replace('ws://', '')}/`
    await viewer.evaluate(() => window.test.unmount())
    await tamper(viewer, `(store) => { const key = ${JSON.stringify(key)}; (${change})(store) }`)
    await tamper(
      viewer,
      '(store) => { store.put({ id: 7 }, "seen x"); store.put("junk", "seen y") }',
    )
    await viewer.reload()
    await shows(viewer, 'Kept')
    expect(messages(viewer.seen.received, 'session_update').length).toBeGreaterThan(0)
    await expect.poll(async () => (await list(viewer)).length, { timeout: 20_000 }).toBe(1)
    await expectQuiet(viewer.seen)
  })

  it.each([
    [
      'refused',
      'IDBFactory.prototype.open = () => { throw new DOMException("no", "SecurityError") }',
    ],
    ['missing', 'Object.defineProperty(globalThis, "indexedDB", { value: undefined })'],
    ['never answered', 'IDBFactory.prototype.open = () => new EventTarget()'],
  ])('is live when storage is %s', async (_, script) => {
    await keep()
    const viewer = await open('viewer', (page) => page.addInitScript(script))
    await shows(viewer, 'Kept')
    await expectQuiet(viewer.seen)
  })

  it('is live when the quota is exceeded, and keeps the earlier record', async () => {
    // The browser caches the free space, so the quota is set before any other page opens; it lasts while this page is open.
    const control = await bed.context.newCDPSession(await bed.context.newPage())
    const origin = new URL(pages.site.page('viewer', '')).origin
    await control.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 500_000 })
    const host = await keep()
    const viewer = await open('viewer')
    await setTitle(host, 'x'.repeat(1_000_000))
    await viewer.waitForFunction(() => window.test.stores.useBoard.title.length === 1_000_000)
    await viewer.evaluate(() => document.dispatchEvent(new Event('freeze')))
    expect(await viewer.evaluate(PROBE)).toBe('QuotaExceededError')
    await viewer.evaluate(() => document.dispatchEvent(new Event('resume')))
    await setTitle(host, 'y'.repeat(1_000_000))
    await viewer.waitForFunction(() => window.test.stores.useBoard.title.startsWith('y'))
    await expectQuiet(viewer.seen)
    await host.close()
    await bed.relay.stop()
    await viewer.reload()
    await shows(viewer, 'Kept')
  })

  it('shows nothing of the first session after it connects to another', async () => {
    await keep()
    const viewer = await open('viewer')
    await shows(viewer, 'Kept')
    await viewer.evaluate(
      (url) => window.test.viewer.connect(url),
      `${bed.relay.url}/s/other#k=${VIEWER_KEY}`,
    )
    await viewer.waitForFunction(() => window.test.viewer.status.value === 'connected')
    expect(
      await viewer.evaluate(() => [
        window.test.viewer.storeIds.value.length,
        window.test.viewer.asOf.value,
        window.test.viewer.name.value,
      ]),
    ).toEqual([0, undefined, undefined])
    await viewer.evaluate(
      (url) => window.test.viewer.connect(url),
      `${bed.relay.url}#k=${VIEWER_KEY}`,
    )
    await shows(viewer, 'Kept')
    await expectQuiet(viewer.seen)
  })
})

describe('a viewer app', () => {
  it('has one connection however often connect() is called, and none after unmount', async () => {
    await keep()
    const viewer = await open('viewer')
    await shows(viewer, 'Kept')
    const urls = [
      bed.relay.url,
      `${bed.relay.url}/s/a`,
      `${bed.relay.url}/s/b`,
      'ws://127.0.0.1:9/',
    ]
    await viewer.evaluate(
      (all) => {
        for (let round = 0; round < 10; round++)
          for (const url of all) window.test.viewer.connect(url)
        for (let round = 0; round < 10; round++) window.test.viewer.connect(all[0]!)
      },
      urls.map((url) => `${url}#k=${VIEWER_KEY}`),
    )
    await viewer.waitForFunction(() => window.test.viewer.status.value === 'connected')
    await expect.poll(() => bed.relay.getStatus().clientCount).toBe(1)
    const { sockets } = viewer.seen
    await viewer.evaluate(() => window.test.unmount())
    await expect.poll(() => bed.relay.getStatus().clientCount).toBe(0)
    await viewer.evaluate(() => {
      window.dispatchEvent(new Event('online'))
      document.dispatchEvent(new Event('visibilitychange'))
    })
    await viewer.waitForTimeout(3000)
    expect([viewer.seen.sockets, bed.relay.getStatus().clientCount]).toEqual([sockets, 0])
    await expectQuiet(viewer.seen)
  })
})
