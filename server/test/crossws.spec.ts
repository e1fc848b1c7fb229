import { once } from 'node:events'
import { connect as connectTcp } from 'node:net'
import type { Hooks } from 'crossws'
import nodeAdapter from 'crossws/adapters/node'
import durableAdapter03 from 'crossws-0.3/adapters/cloudflare-durable'
import nodeAdapter03 from 'crossws-0.3/adapters/node'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { offerProtocols, type Role } from '@vue-sync/vue/protocol'
import type { RelayOptions } from '../src/core/relay-options.ts'
import { createRelay, type Relay } from '../src/core/relay.ts'
import { startBareRelay, type ToAdapter } from './bare-relay.ts'
import { connectTo, session } from './client.ts'

const KEYS = { hostKey: 'host-key-of-any-adapter', viewerKey: 'viewer-key-of-any-adapter' }

const ADAPTERS: [version: string, toAdapter: ToAdapter][] = [
  ['0.3', (hooks) => nodeAdapter03({ hooks: hooks as never })],
  [
    '0.4',
    (hooks) =>
      nodeAdapter({
        hooks,
        // As 0.3 does: otherwise a client without an answer to its offer closes the connection first.
        handleProtocols: ([first]) => first ?? false,
      }) as ReturnType<ToAdapter>,
  ],
]

const stops: (() => unknown)[] = []
afterEach(async () => {
  vi.unstubAllGlobals()
  for (const stop of stops.splice(0).toReversed()) await stop()
})

async function start(toAdapter: ToAdapter, options: RelayOptions = {}) {
  const warnings: string[] = []
  const warn = (text: string): void => void warnings.push(text)
  const started = await startBareRelay({ ...KEYS, warn, ...options }, toAdapter)
  stops.push(started.stop)
  return { ...started, warnings }
}

describe.each(ADAPTERS)('createRelay on crossws %s', (_, toAdapter) => {
  /** Wrappers of the hooks that lose the decision: each connection then had every right of a host. */
  const LOSING: Record<string, (hooks: Hooks) => Hooks> = {
    'does not pass on the upgrade hook': (hooks) => ({ ...hooks, upgrade: () => {} }),
    'gives the upgrade hook a request of its own, and drops its result': (hooks) => ({
      ...hooks,
      async upgrade({ url, headers }) {
        await hooks.upgrade({ url, headers } as Request)
      },
    }),
  }
  const CLIENTS: [Role, string | undefined][] = [
    ['host', undefined],
    ['host', 'wrong'],
    ['host', KEYS.hostKey],
    ['viewer', KEYS.viewerKey],
  ]

  describe.each(Object.entries(LOSING))('by a server that %s', (_, lose) => {
    it.each(CLIENTS)('closes a %s with key %s', async (role, key) => {
      const { url, relay, warnings } = await start((hooks) => toAdapter(lose(hooks)))
      const client = await connectTo(url, role, { key })
      expect((await client.closed).code).toBe(4401)
      expect(client.frames).toEqual([])
      expect(relay.sessions.size).toBe(0)
      expect(warnings).toEqual([expect.stringContaining('Use crossws 0.3.4')])
    })
  })

  it.each([
    ['host', true, undefined],
    ['viewer', true, undefined],
    ['host', false, 4401],
    ['viewer', false, 4401],
    ['host', 'failing', 4010],
  ] as const)('asks authorize about a %s, and obeys the answer %s', async (role, answer, code) => {
    const asked: unknown[] = []
    const { url } = await start(toAdapter, {
      authorize({ role, session, headers }) {
        asked.push([role, session, headers.get('x-user')])
        if (answer === 'failing') throw new Error('no database')
        return answer
      },
    })
    const client = await connectTo(url, role, { path: '/s/room', headers: { 'x-user': 'ann' } })
    expect(asked).toEqual([[role, 'room', 'ann']])
    if (code === undefined) await client.until(({ type }) => type === 'status')
    else expect((await client.closed).code).toBe(code)
  })

  it('refuses a request without a valid address, and serves the next one', async () => {
    const { url } = await start(toAdapter)
    const socket = connectTcp(Number(new URL(url).port), '127.0.0.1')
    socket.write(
      'GET / HTTP/1.1\r\nHost: a b[\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    )
    const [answer] = await once(socket, 'data')
    expect(String(answer)).toMatch(/^HTTP\/1\.1 (404|500)/)
    socket.destroy()
    const viewer = await connectTo(url, 'viewer', { key: KEYS.viewerKey })
    await viewer.until(({ type }) => type === 'status')
  })

  it('closes a host whose message is longer than the limit', async () => {
    const { url } = await start(toAdapter, { limits: { hostMessage: 1000 } })
    const host = await connectTo(url, 'host', { key: KEYS.hostKey })
    const viewer = await connectTo(url, 'viewer', { key: KEYS.viewerKey })
    host.send(session('e', 1, { a: 'short' }))
    await viewer.until(({ seq }) => seq === 1)
    host.send(session('e', 2, { a: 'x'.repeat(1000) }))
    expect((await host.closed).code).toBe(4029)
    await viewer.until(({ payload }) => payload['host'] === 'offline')
    expect(viewer.of('session_update')).toHaveLength(1)
  })
})

describe('createRelay in a Durable Object', () => {
  /** A server's half of a socket pair, as far as the adapter uses it. */
  class FakeSocket {
    readyState = 1
    sent: unknown[] = []
    closed: unknown
    #attachment: unknown
    serializeAttachment(value: unknown) {
      this.#attachment = structuredClone(value)
    }
    deserializeAttachment() {
      return this.#attachment
    }
    send(data: unknown) {
      this.sent.push(data)
    }
    close(...reason: unknown[]) {
      this.closed ??= reason
      this.readyState = 2
    }
  }

  const object = { ctx: { acceptWebSocket() {} } } as never

  async function open(role: Role, key: string | undefined) {
    const relay = createRelay(KEYS)
    const adapter = durableAdapter03({ hooks: relay.hooks as never })
    const socket = new FakeSocket()
    vi.stubGlobal(
      'WebSocketPair',
      class {
        0 = {}
        1 = socket
      },
    )
    // Elsewhere a Response cannot have the status 101.
    vi.stubGlobal(
      'Response',
      class {
        ok = true
      },
    )
    const headers = { 'sec-websocket-protocol': offerProtocols(role, key).join(', ') }
    const request = new Request('http://relay/s/room', { headers })
    await adapter.handleDurableUpgrade(object, request as never)
    return { relay, adapter, socket }
  }

  const viewers = (relay: Relay): number => relay.viewerCount('room')

  it('admits a viewer with the right key', async () => {
    const { relay, socket } = await open('viewer', KEYS.viewerKey)
    expect(viewers(relay)).toBe(1)
    expect(socket.sent).toEqual([expect.stringContaining('"type":"status"')])
    await relay.stop()
  })

  it.each(['host', 'viewer'] as const)('closes a %s with a wrong key', async (role) => {
    const { relay, socket } = await open(role, 'wrong')
    expect(socket.closed).toEqual([4401, `The ${role} key is wrong`])
    expect(relay.sessions.size).toBe(0)
  })

  it('closes a client that it has forgotten while it slept, so that the client connects again', async () => {
    const { relay, adapter, socket } = await open('host', KEYS.hostKey)
    expect(relay.sessions.find('room')?.hasHost).toBe(true)
    // After its sleep, the object has the socket and its attachment, and nothing else.
    const awake = new FakeSocket()
    awake.serializeAttachment(socket.deserializeAttachment())
    await adapter.handleDurableMessage(object, awake as never, '{}')
    expect(awake.closed).toEqual([4000, 'The relay has restarted'])
    await relay.stop()
  })
})
