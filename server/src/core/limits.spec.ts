import { once } from 'node:events'
import { connect as dialTcp } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createAddressCounts } from '../guard/address-counts.ts'
import { createSyncServer, LIMIT_DEFAULTS, type Limits, type SyncServer } from '../index.ts'
import { LIMIT_FLAGS, MIN_LIMITS } from './limits.ts'
import { createThrottledWarn } from './throttled-warn.ts'
import {
  ask,
  type Client,
  type ClientOptions,
  config,
  connect,
  session,
} from '../../test/client.ts'

let server: SyncServer
const clients: Client[] = []
const warnings: string[] = []
afterEach(async () => {
  for (const { socket } of clients.splice(0)) socket.terminate()
  warnings.length = 0
  await server?.stop()
})

async function start(limits: Partial<Limits>, trustProxy: string[] = []): Promise<void> {
  const warn = (text: string) => void warnings.push(text)
  server = createSyncServer({ port: 0, host: '127.0.0.1', limits, trustProxy, warn })
  await server.start()
}
async function join(role: 'host' | 'viewer', options?: ClientOptions): Promise<Client> {
  const client = await connect(server, role, options)
  clients.push(client)
  return client
}
const isIn = async (client: Client) => client.until(({ type }) => type === 'status')
const busy = (reason: string) => ({ code: 4029, reason: expect.stringContaining(reason) })
const from = (address: string) => ({ headers: { 'x-forwarded-for': address } })
const big = (seq: number, bytes: number) => session('e', seq, { a: 'x'.repeat(bytes) })

describe('limits', () => {
  it('closes a host and a viewer whose message is too large, each by its own limit', async () => {
    await start({ hostMessage: 4096, viewerMessage: 200 })
    const [loud, quiet, host] = [await join('viewer'), await join('viewer'), await join('host')]
    loud.send('x'.repeat(201))
    quiet.send('x'.repeat(200))
    host.send(big(1, 3000))
    expect((await loud.closed).code).toBe(1009)
    await quiet.until(({ seq }) => seq === 1)
    host.send(big(2, 5000))
    expect((await host.closed).code).toBe(1009)
    await quiet.until(({ payload }) => payload['host'] === 'offline')
    expect(quiet.of('session_update')).toHaveLength(1)
  })

  it('refuses viewers above the limit of a session, and no others', async () => {
    await start({ viewersPerSession: 2 })
    const inside = [await join('viewer'), await join('viewer')]
    await Promise.all(inside.map(isIn))
    for (let count = 0; count < 5; count++)
      expect(await (await join('viewer')).closed).toEqual(busy('limit of viewers'))
    await isIn(await join('viewer', { path: '/s/other' }))
    await isIn(await join('host'))
    expect(warnings).toEqual([
      'A viewer was refused: its session has 2 viewers already (--max-viewers)',
    ])
    await inside[0]!.close()
    await expect.poll(() => server.getStatus().clientCount).toBe(2)
    await isIn(await join('viewer'))
    expect(inside[1]!.socket.readyState).toBe(1)
  })

  it('refuses viewers above the limit of an address, as reported by a trusted proxy', async () => {
    await start({ viewersPerAddress: 2 }, ['loopback'])
    const inside = [
      await join('viewer', from('192.0.2.1')),
      await join('viewer', { ...from('192.0.2.1'), path: '/s/b' }),
    ]
    await Promise.all(inside.map(isIn))
    for (let count = 0; count < 3; count++)
      expect(await (await join('viewer', from('192.0.2.1'))).closed).toEqual(busy('this address'))
    await isIn(await join('host', from('192.0.2.1')))
    await isIn(await join('viewer', from('192.0.2.2')))
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain('192.0.2.1 has 2 (--max-viewers-per-address)')
    await inside[0]!.close()
    await expect.poll(() => server.getStatus().clientCount).toBe(2)
    await isIn(await join('viewer', from('192.0.2.1')))
  })

  it('refuses sessions above the limit, and drops an abandoned one to make room', async () => {
    await start({ sessions: 2 })
    const first = await join('host', { path: '/s/a' })
    first.send(session('e', 1, { a: 1 }))
    const second = await join('host', { path: '/s/b' })
    await Promise.all([isIn(first), isIn(second)])
    expect(await (await join('host', { path: '/s/d' })).closed).toEqual(busy('limit of sessions'))
    expect(warnings).toEqual(['A session was refused: 2 are open already (--max-sessions)'])
    await isIn(await join('viewer', { path: '/s/a' }))
    await second.close()
    await isIn(await join('host', { path: '/s/c' }))
    expect(first.socket.readyState).toBe(1)
  })

  it('refuses viewers in too many sessions without a host, and serves those when a host comes', async () => {
    await start({ sessions: 2 })
    const waiting = [await join('viewer', { path: '/s/a' }), await join('viewer', { path: '/s/b' })]
    await Promise.all(waiting.map(isIn))
    expect(await (await join('viewer', { path: '/s/c' })).closed).toEqual(busy('without a host'))
    expect(warnings).toEqual([
      expect.stringContaining('sessions that have no host (--max-sessions)'),
    ])
    const host = await join('host', { path: '/s/a' })
    host.send(session('e', 1, { a: 1 }))
    await waiting[0]!.until(({ seq }) => seq === 1)
    await isIn(await join('viewer', { path: '/s/c' }))
  })

  it('lets hosts in while a guest names a thousand sessions', async () => {
    await start({ sessions: 50 })
    await Promise.all(
      Array.from({ length: 1000 }, (_, name) => join('viewer', { path: `/s/guess-${name}` })),
    )
    for (let name = 0; name < 50; name++) await isIn(await join('host', { path: `/s/h${name}` }))
    expect(await (await join('host', { path: '/s/one-more' })).closed).toEqual(
      busy('limit of sessions'),
    )
  })

  it('lets a viewer wait for its host while others have taken all places to wait', async () => {
    await start({ sessions: 10 }, ['loopback'])
    for (let name = 0; name < 10; name++) {
      const path = `/s/guess-${name}`
      await isIn(await join('viewer', { path, ...from(`192.0.2.${name % 5}`) }))
    }
    const viewer = await join('viewer', { path: '/s/real', ...from('198.51.100.1') })
    await isIn(viewer)
    expect(await clients[0]!.closed).toEqual(busy('without a host'))
    const host = await join('host', { path: '/s/real', ...from('198.51.100.1') })
    host.send(session('e', 1, { a: 1 }))
    await viewer.until(({ seq }) => seq === 1)
  })

  it('keeps the state and the revoked keys of absent hosts, however many sessions guests name', async () => {
    await start({ sessions: 2 })
    const host = await join('host', { path: '/s/a' })
    host.send(session('e', 1, { a: 1 }))
    const access = { generation: 1, tokens: [], revoked: ['main'] }
    host.send({ type: 'status', payload: { access } })
    await expect
      .poll(() =>
        server
          .viewerUrls('a')
          .map(({ url }) => url)
          .join(),
      )
      .not.toContain('k=')
    await host.close()
    for (let name = 0; name < 20; name++) await join('viewer', { path: `/s/guess-${name}` })
    const guest = await join('viewer', { path: '/s/a' })
    expect((await guest.closed).code).toBe(4403)
  })

  it('drops the state of abandoned sessions before it closes a host above the retained bytes', async () => {
    await start({ retainedBytes: 10_000 })
    const old = await join('host', { path: '/s/old' })
    old.send(big(1, 5000))
    await isIn(await join('viewer', { path: '/s/old' }))
    await clients[1]!.until(({ seq }) => seq === 1)
    await clients[1]!.close()
    await old.close()

    const host = await join('host', { path: '/s/a' })
    host.send(big(1, 6000))
    const viewer = await join('viewer', { path: '/s/a' })
    await viewer.until(({ seq }) => seq === 1)
    const late = await join('viewer', { path: '/s/old' })
    await isIn(late)
    expect(late.of('session_update')).toEqual([])

    const greedy = await join('host', { path: '/s/b' })
    greedy.send(big(1, 6000))
    expect(await greedy.closed).toEqual(busy('limit of retained state'))
    expect(warnings).toEqual([
      'A host was closed: the sessions hold 10000 bytes already (--max-retained)',
    ])
    host.send(config('e', 2, { a: 'y' }))
    await viewer.until(({ seq }) => seq === 2)
    const small = await join('host', { path: '/s/b' })
    small.send(big(1, 100))
    await (await join('viewer', { path: '/s/b' })).until(({ seq }) => seq === 1)
  })

  it('counts only the state that is retained, however often a host replaces it', async () => {
    await start({ retainedBytes: 10_000 })
    const [host, viewer] = [await join('host'), await join('viewer')]
    for (let seq = 1; seq <= 50; seq++) host.send(big(seq, 4000))
    await viewer.until(({ seq }) => seq === 50)
    expect(warnings).toEqual([])
  })

  it('refuses connections above the rate of an address, and warns once', async () => {
    await start({ connectionsPerMinute: 3 }, ['loopback'])
    const inside = [1, 2, 3].map(() => join('viewer', from('192.0.2.1')))
    await Promise.all((await Promise.all(inside)).map(isIn))
    for (let count = 0; count < 3; count++)
      expect(await (await join('viewer', from('192.0.2.1'))).closed).toEqual(busy('wait a minute'))
    await isIn(await join('viewer', from('192.0.2.2')))
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain('--max-connections')
  })

  it('admits two hundred viewers behind one address three times in a minute', async () => {
    await start({})
    for (let storm = 0; storm < 3; storm++) {
      const crowd = await Promise.all(Array.from({ length: 200 }, () => join('viewer')))
      await Promise.all(crowd.map(isIn))
      for (const { socket } of crowd) socket.terminate()
    }
    expect(warnings).toEqual([])
  })

  it.each(['', 'GET / HTTP/1.1\r\nHost: 127', 'POST /pair HTTP/1.1\r\nHost: 127.0.0.1\r\n'])(
    'closes a client that does not complete its request in time: %j',
    async (request) => {
      await start({ handshakeTime: 300 })
      const host = await join('host')
      const begun = Date.now()
      const socket = dialTcp(server.getStatus().port, '127.0.0.1', () => socket.write(request))
      socket.on('error', () => {})
      socket.resume()
      await once(socket, 'close')
      expect(Date.now() - begun).toBeGreaterThan(250)
      expect(Date.now() - begun).toBeLessThan(5000)
      expect((await ask(server, '/healthz')).status).toBe(200)
      expect(host.socket.readyState).toBe(1)
    },
  )

  it('are validated, and their help states the default', () => {
    for (const name of Object.keys(LIMIT_DEFAULTS) as (keyof Limits)[]) {
      const limits = { [name]: MIN_LIMITS[name] - 1 }
      expect(() => createSyncServer({ limits })).toThrow(`[vue-sync] limits.${name} must be`)
      expect(LIMIT_FLAGS[name].help).toContain(`(${LIMIT_DEFAULTS[name]})`)
    }
    expect(() => createSyncServer({ limits: { viewers: 1 } as never })).toThrow('limits.viewers')
  })
})

describe('the cost of a refusal', () => {
  it('is one warning per minute and kind', () => {
    let now = 0
    const warned: string[] = []
    const warn = createThrottledWarn(
      (text) => warned.push(text),
      () => now,
    )
    for (now = 0; now < 130_000; now += 1000) {
      warn('a', `a ${now}`)
      warn('b', `b ${now}`)
    }
    expect(warned).toEqual(['a 0', 'b 0', 'a 60000', 'b 60000', 'a 120000', 'b 120000'])
  })

  it('is two numbers per address, or per network with IPv6', () => {
    let now = 0
    const counts = createAddressCounts(() => now)
    expect(
      ['2001:db8::1', '2001:db8::2', '10.0.0.1'].map((at) => counts.countConnection(at)),
    ).toEqual([1, 2, 1])
    now = 60_000
    expect(counts.countConnection('2001:db8::1')).toBe(1)
    counts.addViewer('2001:db8::1')
    counts.addViewer('2001:db8::2')
    counts.removeViewer('2001:db8::1')
    expect(counts.viewersOf('2001:db8::9')).toBe(1)
    counts.removeViewer('2001:db8::2')
    expect(counts.viewersOf('2001:db8::1')).toBe(0)
  })
})
