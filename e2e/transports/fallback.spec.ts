import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { reactive } from 'vue'
import { createSyncClient, type SyncClient, type SyncClientOptions } from '@vue-sync/vue/client'
import { syncPlugin, useSyncSource } from '@vue-sync/vue/host'
import { createTestApp, stubBrowser, unmountApps } from '../support/apps/app.ts'
import { type HttpProxy, openHttpProxy, type ProxyRules } from '../support/network/http-proxy.ts'
import { HOST_KEY, startRelay, type TestRelay, VIEWER_KEY } from '../support/relays/relay.ts'

// A viewer, a real relay, and proxies between them that break what some networks break.
let relay: TestRelay
let proxy: HttpProxy
const clients: SyncClient[] = []

beforeEach(async () => {
  stubBrowser()
  relay = await startRelay()
})
afterEach(async () => {
  for (const client of clients.splice(0)) client.disconnect()
  unmountApps()
  await proxy.close()
  await relay.stop()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

function startHost() {
  const { app } = createTestApp()
  app.use(syncPlugin, { url: relay.url, key: HOST_KEY, name: 'Final', debounce: 20 })
  app.mount({})
  const score = reactive<Record<string, unknown>>({ home: 0 })
  app.runWithContext(() => useSyncSource('score', score))
  return score
}

/** Connects a client through a proxy, and records what it shows. */
async function connect(rules: Partial<ProxyRules>, options: SyncClientOptions = {}) {
  proxy = await openHttpProxy(relay.getStatus().port, rules)
  const client = createSyncClient({
    url: `ws://127.0.0.1:${proxy.port}#k=${VIEWER_KEY}`,
    backoff: { first: 20, max: 100 },
    ...options,
  })
  clients.push(client)
  const shown: unknown[] = []
  const statuses: string[] = []
  client.on('change', () => void shown.push((client.state['score'] as { home: unknown }).home))
  client.on('status', () => {
    if (statuses.at(-1) !== client.status) statuses.push(client.status)
  })
  return { client, shown, statuses }
}

describe('a viewer whose network refuses WebSockets', () => {
  it.each([403, 501])('is live by a stream (%i)', async (refusesUpgrades) => {
    const score = startHost()
    const { client, shown } = await connect({ refusesUpgrades })
    await expect.poll(() => client.stale).toBe(false)
    expect(client.transport).toBe('stream')
    for (let home = 1; home <= 5; home++) {
      score['home'] = home
      await expect.poll(() => client.state['score']).toEqual({ home })
    }
    expect(shown).toEqual([0, 1, 2, 3, 4, 5])
    expect(client.name).toBe('Final')
    expect(client.problems).toEqual([])
    expect(relay.getStatus().clientCount).toBe(1)
  })

  it('returns to a WebSocket when that works again, without a gap and without a word about it', async () => {
    const score = startHost()
    const { client, shown, statuses } = await connect(
      { refusesUpgrades: 403 },
      { probe: { first: 50, max: 50 } },
    )
    await expect.poll(() => client.transport).toBe('stream')
    let home = 0
    const changing = setInterval(() => (score['home'] = ++home), 30)
    await expect
      .poll(() => proxy.requests.filter((path) => path.startsWith('upgrade')).length)
      .toBeGreaterThan(4)
    proxy.rules.refusesUpgrades = undefined
    await expect.poll(() => client.transport).toBe('socket')
    const last = home
    await expect.poll(() => home > last + 5).toBe(true)
    clearInterval(changing)
    await expect.poll(() => client.state['score']).toEqual({ home })
    expect(shown).toEqual(shown.toSorted((a, b) => Number(a) - Number(b)))
    expect(new Set(shown).size).toBe(shown.length)
    expect(statuses.slice(statuses.indexOf('connected'))).toEqual(['connected'])
  })

  it('shows why it is refused', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    startHost()
    const { client } = await connect({ refusesUpgrades: 403 })
    await expect.poll(() => client.status).toBe('connected')
    client.disconnect()
    client.connect(`ws://127.0.0.1:${proxy.port}#k=wrong`)
    await expect.poll(() => client.error?.code).toBe('VS102')
    expect(client.status).toBe('disconnected')
  })
})

describe('a viewer whose network also holds back answers', () => {
  it('is live by polling', async () => {
    const score = startHost()
    const { client, shown } = await connect({ refusesUpgrades: 403, holdsBack: true })
    await expect.poll(() => client.stale).toBe(false)
    expect(client.transport).toBe('poll')
    for (let home = 1; home <= 5; home++) {
      score['home'] = home
      await expect.poll(() => client.state['score']).toEqual({ home })
    }
    expect(shown).toEqual([0, 1, 2, 3, 4, 5])
    expect(client.problems).toEqual([])
  })

  it('returns to a stream and then to a WebSocket as they work again', async () => {
    const score = startHost()
    const { client, shown, statuses } = await connect(
      { refusesUpgrades: 403, holdsBack: true },
      { probe: { first: 50, max: 50 } },
    )
    await expect.poll(() => client.transport).toBe('poll')
    score['home'] = 1
    await expect.poll(() => client.state['score']).toEqual({ home: 1 })
    proxy.rules.holdsBack = false
    await expect.poll(() => client.transport).toBe('stream')
    score['home'] = 2
    await expect.poll(() => client.state['score']).toEqual({ home: 2 })
    proxy.rules.refusesUpgrades = undefined
    await expect.poll(() => client.transport).toBe('socket')
    score['home'] = 3
    await expect.poll(() => client.state['score']).toEqual({ home: 3 })
    expect(shown).toEqual([0, 1, 2, 3])
    expect(statuses.slice(statuses.indexOf('connected'))).toEqual(['connected'])
  })
})
