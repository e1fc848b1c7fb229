import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { watch } from 'vue'
import { msgpack } from '@vue-sync/vue/msgpack'
import { type Runtime, startRuntime } from '../../server/test/child-runtime.ts'
import { stubBrowser } from '../support/apps/app.ts'
import { openLargeHost, openLargeViewer } from '../support/apps/large-state.ts'
import { type FaultProxy, openFaultProxy } from '../support/network/fault-proxy.ts'
import { HOST_KEY, startRelay, VIEWER_KEY } from '../support/relays/relay.ts'

const STATE = 1_500_000
/** Bytes per second, so that the state takes five seconds. */
const RATE = 300_000
/** A status or a small change on a link that carries a large state at the same time. */
const SOON_MS = 2500
/** Milliseconds. The relay would ask again with each of them for a state that it lacks. */
const HEARTBEAT = 400

const closing: (() => unknown)[] = []
let warnings: string[]

beforeEach(() => {
  warnings = stubBrowser()
})
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
  expect(warnings).toEqual([])
})

async function startOn(runtime: Runtime | 'node'): Promise<number> {
  const options = { hostKey: HOST_KEY, viewerKey: VIEWER_KEY, heartbeat: HEARTBEAT }
  if (runtime === 'node') {
    const relay = await startRelay(0, { heartbeat: HEARTBEAT })
    closing.push(relay.stop)
    return relay.getStatus().port
  }
  const child = await startRuntime(runtime, options)
  closing.push(child.stop)
  return child.port
}

async function openProxy(port: number): Promise<FaultProxy> {
  const proxy = await openFaultProxy(port)
  closing.push(proxy.close)
  return proxy
}

function host(port: number, options = {}) {
  const page = openLargeHost({ url: `ws://127.0.0.1:${port}`, key: HOST_KEY, ...options }, STATE)
  closing.push(() => page.app.unmount())
  return page
}

function viewer(port: number, options = {}) {
  const page = openLargeViewer(`ws://127.0.0.1:${port}#k=${VIEWER_KEY}`, options)
  closing.push(() => page.app.unmount())
  return page
}

/** Polls more often than by default. */
const poll = <T>(read: () => T) => expect.poll(read, { interval: 20 })

describe.each<Runtime | 'node'>(['node', 'bun', 'deno'])('a large state on %s', (runtime) => {
  it('reaches a viewer on a slow link on its first connection, and a status does not wait for it', async () => {
    const port = await startOn(runtime)
    const { host: sender, store } = host(port)
    await poll(() => sender.status.value).toBe('connected')
    const near = viewer(port)
    await poll(() => near.store.blob.length).toBe(STATE)
    const proxy = await openProxy(port)
    proxy.setConditions({ rate: RATE })
    const far = viewer(proxy.port)
    const received: number[] = []
    const times: number[] = []
    watch(
      far.viewer.progress,
      (progress) => {
        if (!progress) return
        received.push(progress.received)
        times.push(performance.now())
      },
      { flush: 'sync' },
    )
    await poll(() => received.length).toBeGreaterThan(3)
    expect(far.viewer.host.value).toBe('online')
    expect(far.viewer.stale.value).toBe(true)
    expect(far.viewer.progress.value!.total).toBeGreaterThan(STATE)
    sender.stop()
    const stopped = performance.now()
    await poll(() => far.viewer.host.value).toBe('offline')
    expect(performance.now() - stopped).toBeLessThan(SOON_MS)
    expect(far.viewer.progress.value).toBeDefined()
    await poll(() => far.store.blob).toBe(store.blob)
    expect(far.viewer.progress.value).toBeUndefined()
    expect(received).toEqual(received.toSorted((a, b) => a - b))
    const gaps = times.slice(1).map((time, at) => time - times[at]!)
    expect(Math.max(...gaps)).toBeLessThan(SOON_MS)
    // Once, and on one connection.
    expect(proxy.bytes.down).toBeLessThan(1.1 * STATE)
  })

  it('leaves a host on a slow link once, and small changes do not wait for it', async () => {
    const port = await startOn(runtime)
    const proxy = await openProxy(port)
    const { host: sender, store } = host(proxy.port)
    const near = viewer(port)
    await poll(() => near.store.blob.length).toBe(STATE)
    const first = proxy.bytes.up
    proxy.setConditions({ rate: RATE })
    sender.push()
    await poll(() => sender.progress.value?.sent).toBeGreaterThan(100_000)
    for (let n = 1; n <= 3; n++) {
      store.n = n
      const changed = performance.now()
      await poll(() => near.store.n).toBe(n)
      expect(performance.now() - changed).toBeLessThan(SOON_MS)
      expect(sender.progress.value).toBeDefined()
    }
    await poll(() => sender.progress.value).toBeUndefined()
    // The state was asked for by several heartbeats, and came once.
    expect(proxy.bytes.up - first).toBeLessThan(1.1 * STATE)
    expect(sender.status.value).toBe('connected')
    const late = viewer(port)
    await poll(() => [late.store.n, late.store.blob.length]).toEqual([3, STATE])
    store.n = 4
    await poll(() => [near.store.n, late.store.n]).toEqual([4, 4])
  })
})

describe('a large state from a host on a slow link', () => {
  it('is complete with the changes during its upload when the relay had nothing before', async () => {
    const port = await startOn('node')
    const proxy = await openProxy(port)
    proxy.setConditions({ rate: RATE })
    const { host: sender, store } = host(proxy.port)
    const waiting = viewer(port)
    await poll(() => sender.progress.value?.sent).toBeGreaterThan(100_000)
    const timer = setInterval(() => void store.n++, 15)
    closing.push(() => clearInterval(timer))
    await poll(() => waiting.store.blob.length).toBe(STATE)
    clearInterval(timer)
    expect(store.n).toBeGreaterThan(100)
    const late = viewer(port)
    await poll(() => [waiting.store.n, late.store.n]).toEqual([store.n, store.n])
    expect(proxy.bytes.up).toBeLessThan(1.3 * STATE)
  })

  it.each([
    ['with a codec', { codec: msgpack() }, { codecs: [msgpack()] }],
    ['compressed', { compressOver: 1000 }, {}],
  ])('arrives %s', async (_, hostOptions, viewerOptions) => {
    const port = await startOn('node')
    const proxy = await openProxy(port)
    const { store } = host(proxy.port, hostOptions)
    const page = viewer(proxy.port, viewerOptions)
    await poll(() => page.store.blob === store.blob).toBe(true)
    store.n = 1
    await poll(() => page.store.n).toBe(1)
  })
})

describe('a state that the relay does not accept', () => {
  it('is reported with size and limit, is not sent again and again, and is sent when it is smaller', async () => {
    const logged: string[] = []
    const relay = await startRelay(0, {
      heartbeat: 100,
      limits: { hostMessage: 1_000_000 },
      warn: (text) => void logged.push(text),
    })
    closing.push(relay.stop)
    const errors = vi.spyOn(console, 'error').mockImplementation(() => {})
    const proxy = await openProxy(relay.getStatus().port)
    const { host: sender, store } = host(proxy.port)
    await poll(() => sender.error.value?.code).toBe('VS117')
    expect(sender.error.value!.message).toMatch(/1500\d{3} bytes, the relay accepts 1000000/)
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect(sender.status.value).toBe('connected')
    expect(proxy.bytes.up).toBeLessThan(10_000)
    expect(errors).toHaveBeenCalledOnce()
    store.blob = store.blob.slice(0, 500_000)
    const page = viewer(proxy.port)
    await expect.poll(() => page.store.blob.length, { timeout: 15_000 }).toBe(500_000)
    expect(sender.error.value).toBeUndefined()
    expect(logged).toEqual([])
  })

  it('is reported after a change that made it too large, until a change makes it smaller', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const relay = await startRelay(0, { limits: { hostMessage: 1_000_000 } })
    closing.push(relay.stop)
    const { port } = relay.getStatus()
    const { host: sender, store } = host(port)
    store.blob = 'small'
    const page = viewer(port)
    await poll(() => page.store.blob).toBe('small')
    store.blob = 'x'.repeat(1_500_000)
    await poll(() => sender.error.value?.code).toBe('VS117')
    store.blob = 'smaller'
    await poll(() => page.store.blob).toBe('smaller')
    expect(sender.error.value).toBeUndefined()
    expect(sender.problems.value).toEqual([])
  })

  it('may be as large as the operator allows, also when it is unpacked', async () => {
    const relay = await startRelay(0, { limits: { hostMessage: 40_000_000 } })
    closing.push(relay.stop)
    const { port } = relay.getStatus()
    const { store } = host(port, { compressOver: 1000 })
    store.blob = 'x'.repeat(20_000_000)
    const page = viewer(port)
    await expect.poll(() => page.store.blob.length, { timeout: 30_000 }).toBe(20_000_000)
  })
})
