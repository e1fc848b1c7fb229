import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createApp } from 'vue'
import { type UseSyncHostReturn, useSyncHost } from '@vue-sync/vue/host'
import type { HostConfig } from '../options.ts'
import { installHost } from './host.ts'

const DEV_RELAY = Symbol.for('vue-sync.dev')
const page = globalThis as { [DEV_RELAY]?: object }

let dialed: { url: string; protocols: string[] }[]
beforeEach(() => {
  dialed = []
  class Socket extends EventTarget {
    constructor(url: string, protocols: string[]) {
      super()
      dialed.push({ url, protocols })
    }
    close(): void {}
  }
  const place = { origin: 'https://app.example', protocol: 'https:', hostname: 'app.example' }
  vi.stubGlobal('window', Object.assign(new EventTarget(), { location: place }))
  vi.stubGlobal('document', Object.assign(new EventTarget(), { hidden: false, title: '' }))
  vi.stubGlobal('location', place)
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => {} })
  vi.stubGlobal('WebSocket', Socket)
})
afterEach(() => {
  vi.unstubAllGlobals()
  delete page[DEV_RELAY]
})

interface Setup {
  host?: HostConfig
  url?: string
  hasDevRelay?: boolean
  relayPath?: string
}

/** Installs the plugin, and hydrates the page. */
async function open({ host = {}, url = '', hasDevRelay = false, relayPath }: Setup) {
  const vueApp = createApp({})
  const waiting: (() => void)[] = []
  await installHost(
    { vueApp, hooks: { hookOnce: (_, run) => waiting.push(run) } },
    { app: { baseURL: '/' }, public: { vueSync: { url, session: '', link: '' } } },
    { ...host, hasDevRelay, relayPath },
  )
  const sync: UseSyncHostReturn = vueApp.runWithContext(useSyncHost)
  const before = sync.status.value
  for (const run of waiting) run()
  return { sync, before }
}

it('connects to the configured relay when the page is hydrated', async () => {
  const { sync, before } = await open({ url: 'wss://relay.example' })
  expect(before).toBe('disconnected')
  expect(sync.status.value).toBe('connecting')
  await expect.poll(() => dialed[0]?.url).toMatch(/^wss:\/\/relay\.example\//)
})

it('connects to the relay of the app’s own server', async () => {
  await open({ relayPath: '/__sync' })
  await expect.poll(() => dialed[0]?.url).toMatch(/^wss:\/\/app\.example\/__sync\//)
})

it('does not connect on a server', async () => {
  vi.stubGlobal('window', undefined)
  const { sync } = await open({ url: 'wss://relay.example' })
  expect(sync.status.value).toBe('disconnected')
  expect(sync.label.value).toBe('No device connected')
})

it('uses the relay beside nuxt dev before the configured one', async () => {
  page[DEV_RELAY] = { url: 'ws://localhost:3000/__sync', key: 'dev-key' }
  await open({ url: 'wss://relay.example', hasDevRelay: true, host: { keyFrom: '/key' } })
  await expect.poll(() => dialed[0]?.url).toMatch(/^ws:\/\/localhost:3000\/__sync\//)
})

it('does not connect from another device during development', async () => {
  page[DEV_RELAY] = { isOff: true }
  const { sync } = await open({ hasDevRelay: true })
  expect(sync.status.value).toBe('disconnected')
})

it('publishes nothing in a built app without a relay', async () => {
  const { sync } = await open({})
  expect(sync.status.value).toBe('disconnected')
})

it.each([
  ['{"key":"the-key"}', 200, 'connecting'],
  ['the-key', 200, 'connecting'],
  ['{}', 200, 'disconnected'],
  ['{"key":null}', 200, 'disconnected'],
  ['', 204, 'disconnected'],
  ['Forbidden', 403, 'disconnected'],
])('asks the app for the key; after %j with status %d it is %s', async (body, status, expected) => {
  const fetched = vi.fn(async () => new Response(status === 204 ? null : body, { status }))
  vi.stubGlobal('fetch', fetched)
  const { sync } = await open({ url: 'wss://relay.example', host: { keyFrom: '/api/sync-key' } })
  expect(fetched).toHaveBeenCalledWith('https://app.example/api/sync-key')
  expect(sync.status.value).toBe(expected)
})

it('does not publish while the app cannot be reached', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')))
  const { sync } = await open({ url: 'wss://relay.example', host: { keyFrom: '/api/sync-key' } })
  expect(sync.status.value).toBe('disconnected')
})
