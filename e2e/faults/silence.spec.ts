import { createPinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { App } from 'vue'
import { syncViewer, useSyncViewer } from '@vue-sync/vue/viewer'
import { createEmptyApp } from '../support/apps/app.ts'
import { ModelNetwork } from '../support/network/model-network.ts'

let network: ModelNetwork
let app: App

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('window', new EventTarget())
  vi.stubGlobal('document', Object.assign(new EventTarget(), { hidden: false }))
  vi.stubGlobal('navigator', { connection: Object.assign(new EventTarget(), { type: 'wifi' }) })
  network = new ModelNetwork()
  app = createEmptyApp()
})
afterEach(() => {
  app.unmount()
  network.session.close(4000, '')
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

function start() {
  const { WebSocket, fetch } = network
  app.use(createPinia()).use(syncViewer, { url: 'ws://relay', WebSocket, fetch })
  app.mount({})
  return app.runWithContext(useSyncViewer)
}

async function pass(milliseconds: number, deliver = true): Promise<void> {
  for (let left = milliseconds; left > 0; left -= 500) {
    await vi.advanceTimersByTimeAsync(Math.min(left, 500))
    if (deliver) network.deliver()
  }
}

function show(hidden: boolean): void {
  Object.assign(document, { hidden })
  document.dispatchEvent(new Event('visibilitychange'))
}

describe('a viewer connection', () => {
  it('is replaced after 35 s when the relay accepts it and sends nothing', async () => {
    const { status } = start()
    await pass(34_000, false)
    const [first] = network.socketsOf('viewer')
    expect(status.value).toBe('connecting')
    await pass(2000, false)
    expect(network.socketsOf('viewer')).not.toContain(first)
    await pass(1000)
    expect(status.value).toBe('connected')
  })

  it('is replaced after 35 s of silence, and is live again at once', async () => {
    const { status, retryAt } = start()
    await pass(1000)
    expect(status.value).toBe('connected')
    const [first] = network.socketsOf('viewer')
    first!.isStalled = true
    await pass(34_000)
    expect(network.socketsOf('viewer')).toEqual([first])
    await pass(2500)
    expect(network.socketsOf('viewer')).not.toContain(first)
    expect([status.value, retryAt.value]).toEqual(['connected', undefined])
  })

  it('closes after the page was hidden for 30 s, and is dialled at once when the page is shown', async () => {
    const { status } = start()
    await pass(1000)
    show(true)
    await pass(29_000)
    expect(network.socketsOf('viewer')).toHaveLength(1)
    await pass(2000)
    expect(network.socketsOf('viewer')).toHaveLength(0)
    await pass(120_000)
    expect([network.socketsOf('viewer').length, status.value]).toEqual([0, 'reconnecting'])
    show(false)
    await pass(500)
    expect(status.value).toBe('connected')
  })

  it('is kept after a few hidden seconds, and replaced after more', async () => {
    start()
    await pass(1000)
    const [first] = network.socketsOf('viewer')
    show(true)
    await pass(3000)
    show(false)
    await pass(1000)
    expect(network.socketsOf('viewer')).toEqual([first])
    show(true)
    await pass(8000)
    show(false)
    await pass(1000)
    expect(network.socketsOf('viewer')).toHaveLength(1)
    expect(network.socketsOf('viewer')).not.toContain(first)
  })
})

describe('a viewer page', () => {
  const fresh = (before: unknown) => {
    expect(network.socketsOf('viewer')).toHaveLength(1)
    expect(network.socketsOf('viewer')[0]).not.toBe(before)
  }
  const connection = () => (navigator as never as { connection: EventTarget }).connection

  it('disconnects at once when it is frozen, and is live on a new socket when it thaws', async () => {
    const { status } = start()
    await pass(1000)
    const [first] = network.socketsOf('viewer')
    show(true)
    document.dispatchEvent(new Event('freeze'))
    await pass(500)
    expect(network.socketsOf('viewer')).toEqual([])
    Object.assign(document, { hidden: false })
    document.dispatchEvent(new Event('resume'))
    await pass(500)
    expect(status.value).toBe('connected')
    fresh(first)
  })

  it('disconnects on pagehide, and is live again on pageshow from the back/forward cache', async () => {
    const { status } = start()
    await pass(1000)
    const [first] = network.socketsOf('viewer')
    window.dispatchEvent(new Event('pagehide'))
    await pass(60_000)
    expect(network.socketsOf('viewer')).toEqual([])
    window.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }))
    await pass(500)
    expect(status.value).toBe('connected')
    fresh(first)
  })

  it('dials at once when the network returns during a backoff', async () => {
    const { status, retryAt } = start()
    await pass(1000)
    network.kill()
    await pass(30_000)
    expect(retryAt.value! - Date.now()).toBeGreaterThan(1000)
    network.start()
    window.dispatchEvent(new Event('online'))
    await pass(500)
    expect([status.value, retryAt.value]).toEqual(['connected', undefined])
  })

  it('does not dial while hidden when the network returns, but when it is shown', async () => {
    const { status } = start()
    await pass(1000)
    show(true)
    await pass(31_000)
    window.dispatchEvent(new Event('online'))
    await pass(5000)
    expect(network.socketsOf('viewer')).toEqual([])
    show(false)
    await pass(500)
    expect(status.value).toBe('connected')
  })

  it('uses a new socket when the network changed while it was hidden for a moment', async () => {
    start()
    await pass(1000)
    const [first] = network.socketsOf('viewer')
    show(true)
    window.dispatchEvent(new Event('online'))
    await pass(1000)
    expect(network.socketsOf('viewer')).toEqual([first])
    show(false)
    await pass(500)
    fresh(first)
  })

  it('redials when the connection type changes from Wi-Fi to cellular, but not for a new speed estimate', async () => {
    const { status } = start()
    await pass(1000)
    const [first] = network.socketsOf('viewer')
    connection().dispatchEvent(new Event('change'))
    await pass(500)
    expect(network.socketsOf('viewer')).toEqual([first])
    Object.assign(connection(), { type: 'cellular' })
    connection().dispatchEvent(new Event('change'))
    await pass(500)
    fresh(first)
    expect(status.value).toBe('connected')
  })

  it('redials on the offline event, and reports a lost connection only when the dial fails', async () => {
    const { status } = start()
    await pass(1000)
    const [first] = network.socketsOf('viewer')
    window.dispatchEvent(new Event('offline'))
    await pass(500)
    fresh(first)
    expect(status.value).toBe('connected')
    network.kill()
    window.dispatchEvent(new Event('offline'))
    await pass(500)
    expect(status.value).toBe('reconnecting')
  })
})
