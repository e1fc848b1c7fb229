import { afterEach, describe, expect, it } from 'vitest'
import { type Runtime, type RuntimeChild, startRuntime } from '../../test/child-runtime.ts'
import type { RuntimeOptions } from './runtime-options.ts'
import { ask, type Client, connectTo, session } from '../../test/client.ts'

const [HOST_KEY, VIEWER_KEY] = ['host-key-of-the-runtimes', 'viewer-key-of-the-runtimes']

describe.each<Runtime>(['bun', 'deno'])('a server on %s', (runtime) => {
  let relay: RuntimeChild
  const clients: Client[] = []
  let warning = ''
  afterEach(async () => {
    for (const { socket } of clients.splice(0)) socket.terminate()
    await relay.stop()
    expect(relay.said()).toBe(warning)
    warning = ''
  })

  async function start(options: RuntimeOptions = {}): Promise<void> {
    relay = await startRuntime(runtime, { hostKey: HOST_KEY, viewerKey: VIEWER_KEY, ...options })
  }
  async function join(role: 'host' | 'viewer'): Promise<Client> {
    const key = role === 'host' ? HOST_KEY : VIEWER_KEY
    const client = await connectTo(`ws://127.0.0.1:${relay.port}`, role, { key })
    clients.push(client)
    return client
  }

  it('answers health and status routes, and passes other requests to the app', async () => {
    await start()
    const viewer = await join('viewer')
    await viewer.until(({ type }) => type === 'status')
    expect(await ask(relay, '/healthz')).toMatchObject({ status: 200, body: 'ok' })
    expect(await ask(relay, '/readyz')).toMatchObject({ status: 200, body: 'ok' })
    const { body, headers } = await ask(relay, '/status')
    expect(headers['content-type']).toContain('application/json')
    expect(JSON.parse(body)).toEqual({
      running: true,
      port: relay.port,
      localIp: '127.0.0.1',
      clientCount: 1,
    })
    expect((await ask(relay, '/anything')).status).toBe(404)
  })

  it('has its status and its sockets below a base path, and passes requests outside of it to the app', async () => {
    await start({ base: '/sync' })
    for (const path of ['/healthz', '/sync/healthz', '/readyz', '/sync/readyz'])
      expect([path, (await ask(relay, path)).body]).toEqual([path, 'ok'])
    expect((await ask(relay, '/sync/status')).status).toBe(200)
    expect((await ask(relay, '/status')).status).toBe(404)
    const dial = (path: string) =>
      connectTo(`ws://127.0.0.1:${relay.port}`, 'viewer', { key: VIEWER_KEY, path })
    const viewer = await dial('/sync/s/show')
    clients.push(viewer)
    await viewer.until(({ type }) => type === 'status')
    expect((await (await dial('/s/show')).closed).code).toBe(4404)
  })

  it('answers to its own names only, also for sockets', async () => {
    await start({ allowedHosts: ['show.lan'] })
    expect((await ask(relay, '/status', { host: 'evil.example' })).status).toBe(421)
    expect((await ask(relay, '/status', { host: 'show.lan' })).status).toBe(200)
    const host = `evil.example:${relay.port}`
    const options = { key: VIEWER_KEY, headers: { host } }
    const client = await connectTo(`ws://127.0.0.1:${relay.port}`, 'viewer', options)
    expect(await client.closed).toEqual({
      code: 4404,
      reason: 'The relay does not answer to the name evil.example: see --allow-host',
    })
    expect(client.frames).toEqual([])
  })

  it('closes a client at a path that is no session with the reason', async () => {
    await start()
    const options = { key: VIEWER_KEY, path: '/other' }
    const client = await connectTo(`ws://127.0.0.1:${relay.port}`, 'viewer', options)
    expect((await client.closed).code).toBe(4404)
  })

  it('answers a request that offers another protocol as if it did not', async () => {
    await start()
    const headers = { connection: 'Upgrade', upgrade: 'h2c' }
    expect(await ask(relay, '/healthz', { headers })).toMatchObject({ status: 200, body: 'ok' })
    expect((await ask(relay, '/anything', { headers })).status).toBe(404)
  })

  it('sends hosts the public link with the key', async () => {
    await start({ publicUrl: 'https://show.example.com' })
    const host = await join('host')
    const { payload } = await host.until(({ type }) => type === 'status')
    expect(payload).toMatchObject({
      port: relay.port,
      viewerUrls: [
        { name: 'public', url: `https://show.example.com/#k=${VIEWER_KEY}`, reach: 'internet' },
      ],
    })
  })

  it('accepts viewers of one address up to the limit, and another after one has left', async () => {
    warning = '[vue-sync] A viewer was refused: 127.0.0.1 has 1 (--max-viewers-per-address)\n'
    await start({ limits: { viewersPerAddress: 1 } })
    const first = await join('viewer')
    await first.until(({ type }) => type === 'status')
    expect((await (await join('viewer')).closed).code).toBe(4029)
    await first.close()
    await (await join('viewer')).until(({ type }) => type === 'status')
  })

  it('closes a host whose message is too long, and keeps its earlier state', async () => {
    await start({ limits: { hostMessage: 100_000 } })
    const host = await join('host')
    host.send(session('e', 1, { a: 1 }))
    const viewer = await join('viewer')
    await viewer.until(({ seq }) => seq === 1)
    const long = session('e', 2, { a: 'x'.repeat(200_000) })
    host.send(long)
    // Bun closes by its own limit; on Deno, which has none, the relay does. In both cases the host may reconnect.
    const { code } = await host.closed
    expect([1006, 1009, 4029]).toContain(code)
    if (code === 4029)
      warning = `[vue-sync] A host was closed: its message has ${JSON.stringify(long).length} bytes, which is too long (--max-host-message)\n`
    await viewer.until(({ payload }) => payload['host'] === 'offline')
    expect(viewer.of('session_update')).toEqual([session('e', 1, { a: 1 })])
  })

  it('reports a mistake in an option in one line', async () => {
    await expect(startRuntime(runtime, { viewerKey: '' })).rejects.toThrow(
      '[vue-sync] viewerKey is empty',
    )
    await start()
  })
})
