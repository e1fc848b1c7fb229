import { defineStore } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { errorText, expectErrors } from '../support/apps/printed.ts'
import { type WebSocket as Client, WebSocketServer } from 'ws'
import { syncPlugin, type SyncHostOptions, useSyncHost } from '@vue-sync/vue/host'
import type { KeptState } from '@vue-sync/vue/cache'
import { bindingOf, parseLink, randomSecret } from '@vue-sync/vue/protocol'
import {
  syncViewer,
  type SyncViewerOptions,
  useSyncedState,
  useSyncViewer,
} from '@vue-sync/vue/viewer'
import { createTestApp, stubBrowser, unmountApps } from '../support/apps/app.ts'

// A relay that sends whatever it likes to a host and to viewers.
let relay: WebSocketServer
let url: string
let warnings: string[]

const useBoard = defineStore('board', { state: () => ({ count: 0 }), sync: true })

beforeEach(async () => {
  warnings = stubBrowser()
  relay = new WebSocketServer({
    host: '127.0.0.1',
    port: 0,
    handleProtocols: (offered) => [...offered][0]!,
  })
  await new Promise((resolve) => relay.on('listening', resolve))
  url = `ws://127.0.0.1:${(relay.address() as { port: number }).port}`
})
afterEach(() => {
  unmountApps()
  for (const client of relay.clients) client.terminate()
  relay.close()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

const nextClient = () => new Promise<Client>((resolve) => relay.once('connection', resolve))
const status = (payload: object) => JSON.stringify({ type: 'status', payload })

async function startHost(options: SyncHostOptions = {}) {
  const connected = nextClient()
  const { app, pinia } = createTestApp()
  app.use(pinia).use(syncPlugin, { url, debounce: 0, ...options })
  app.mount({})
  const client = await connected
  useBoard(pinia)
  const host = app.runWithContext(useSyncHost)
  const send = async (payload: object) => {
    client.send(status(payload))
    await expect.poll(() => host.status.value).toBe('connected')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return { host, send }
}

function startViewer(link: string, options: SyncViewerOptions = {}) {
  const { app, pinia } = createTestApp()
  app.use(syncViewer, { url: link, backoff: { first: 50, max: 50 }, ...options }).use(pinia)
  app.mount({})
  const viewer = app.runWithContext(useSyncViewer)
  return { viewer, board: app.runWithContext(() => useSyncedState('board')) }
}

const reach = 'network'
const LAN = { name: 'wlan0', url: 'http://10.0.0.1:9876/#k=x', reach }
const PUBLIC = { name: 'public', url: 'https://show.example/#k=x', reach: 'internet' }

describe('a host', () => {
  it('ignores addresses that are not http(s), with one warning, and shows the others', async () => {
    const { host, send } = await startHost()
    for (const bad of ['javascript:alert(1)', 'data:text/html,x', 7, null, {}])
      await send({ viewerUrls: [{ name: 'x', url: bad }, LAN] })
    expect(host.viewerUrls.value).toEqual([LAN])
    expect(host.status.value).toBe('connected')
    expect(warnings.filter((text) => text.includes('VS202: bad viewerUrls'))).toHaveLength(1)
  })

  it('survives a status whose every field is malformed', async () => {
    const { host, send } = await startHost({ encrypt: true })
    for (const bad of [7, 'x', null, [[]], [{ url: {} }], [null], { length: 1 }])
      await send({ clientCount: bad, viewerUrls: bad, pairCode: bad, tokens: bad, want: bad })
    await send({ clientCount: 2, viewerUrls: [PUBLIC] })
    expect(host.clientCount.value).toBe(2)
    await expect.poll(() => host.viewerUrl.value).toContain('https://show.example/#k=x&e=')
  })

  it('puts the secret into no http address, and shows VS115 while the relay reports no other', async () => {
    expectErrors(errorText('host', 'VS115', 'http://10.0.0.1:9876/'))
    const { host, send } = await startHost({ encrypt: true })
    await send({ viewerUrls: [LAN] })
    // The first link waits for the key pair.
    await expect.poll(() => host.error.value?.code).toBe('VS115')
    expect(host.viewerUrls.value).toEqual([])
    await send({ viewerUrls: [LAN, PUBLIC], want: 'session_update' })
    expect(host.viewerUrls.value.map((entry) => new URL(entry.url).origin)).toEqual([
      'https://show.example',
    ])
    expect([host.error.value, host.status.value]).toEqual([undefined, 'connected'])
  })

  it('with `viewerUrl` shows links to that address only', async () => {
    const { host, send } = await startHost({ encrypt: true, viewerUrl: 'https://my.example' })
    await send({ viewerUrls: [{ ...PUBLIC, url: 'https://evil.example/#k=x' }, LAN] })
    await expect
      .poll(() => host.viewerUrls.value.map((entry) => entry.url))
      .toEqual([expect.stringMatching(/^https:\/\/my\.example\/#k=x&e=/)])
  })
})

describe('a viewer', () => {
  const forged = { type: 'session_update', epoch: 'x', seq: 1, payload: { board: { count: 99 } } }
  const online = { type: 'status', payload: { host: 'online', since: 1 } }
  const secret = `&e=${randomSecret()}`

  /** Opens a link, sends messages to the viewer, and gives what it shows of the store `board`. */
  async function show(link: string, messages: object[], options: SyncViewerOptions = {}) {
    const connected = nextClient()
    const { viewer, board } = startViewer(link, options)
    const client = await connected
    for (const message of messages) client.send(JSON.stringify(message))
    await expect.poll(() => viewer.status.value).toBe('connected')
    await new Promise((resolve) => setTimeout(resolve, 50))
    return { viewer, board, client }
  }

  it('drops state in clear, and its position, when it gets a link with a secret', async () => {
    const { viewer, board } = await show(`${url}#k=x`, [forged, online])
    expect(board.value).toEqual({ count: 99 })
    const connected = new Promise<string>((resolve) =>
      relay.once('connection', (client, request) => {
        client.send(JSON.stringify(online))
        resolve(request.url!)
      }),
    )
    viewer.connect(`${url}#k=x${secret}`)
    expect(await connected).not.toContain('epoch')
    await expect.poll(() => viewer.status.value).toBe('connected')
    expect([board.value, viewer.lastUpdate.value, viewer.asOf.value]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })

  it.each([
    ['in clear', '', secret],
    ['under a secret', secret, ''],
    ['under another secret', `&e=${randomSecret()}`, secret],
  ])('shows no cached state that came %s', async (_, before, after) => {
    let kept: KeptState | undefined
    const cache = {
      load: async () => kept && { ...kept, binding: bindingOf(parseLink(`${url}#k=x${before}`)!) },
      save: async (_session: unknown, state: KeptState) => void (kept = state),
    }
    const first = await show(`${url}#k=x`, [forged, online], { cache })
    first.viewer.disconnect()
    expect(kept).toMatchObject({ message: { payload: { board: { count: 99 } } } })
    const { viewer, board } = await show(`${url}#k=x${after}`, [online], { cache })
    expect([board.value, viewer.lastUpdate.value]).toEqual([undefined, undefined])
    // The same link shows it.
    const same = await show(`${url}#k=x${before}`, [online], { cache })
    expect(same.board.value).toEqual({ count: 99 })
  })

  it('does not connect with a secret to an http address on the network', () => {
    expectErrors(errorText('viewer', 'VS115'))
    const { viewer } = startViewer(`http://10.0.0.1:9876/#k=x&e=${randomSecret()}`)
    expect([viewer.error.value?.code, viewer.status.value]).toEqual(['VS115', 'disconnected'])
  })
})
