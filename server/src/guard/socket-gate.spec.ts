import { once } from 'node:events'
import { connect as dialRaw } from 'node:net'
import { hostname } from 'node:os'
import { afterEach, describe, expect, it } from 'vitest'
import { createSyncServer, type SyncServer, type SyncServerOptions } from '../index.ts'
import { ask, type Client, connect } from '../../test/client.ts'
import { upgradeRequest } from '../../test/raw-websocket.ts'

let server: SyncServer
const clients: Client[] = []
afterEach(async () => {
  for (const { socket } of clients.splice(0)) socket.terminate()
  await server.stop()
})

async function start(options: SyncServerOptions = {}): Promise<void> {
  server = createSyncServer({ port: 0, host: '127.0.0.1', ...options })
  await server.start()
}
const port = () => server.getStatus().port

async function dial(
  origin: string | undefined,
  {
    role = 'viewer' as 'viewer' | 'host',
    ...options
  }: Parameters<typeof connect>[2] & {
    role?: 'viewer' | 'host'
  } = {},
): Promise<Client> {
  const headers = { ...(origin !== undefined && { origin }), ...options.headers }
  const client = await connect(server, role, { ...options, headers })
  clients.push(client)
  return client
}
/** The first line of the answer to an upgrade request that a WebSocket client could not send. */
async function upgradeAs(host: string, ...others: string[]): Promise<string> {
  const socket = dialRaw(port(), '127.0.0.1')
  socket.write(upgradeRequest({ host, headers: others }))
  const [answer] = (await once(socket, 'data')) as [Buffer]
  socket.destroy()
  return String(answer).split('\r\n')[0]!
}

const isIn = async (client: Client) => client.until(({ type }) => type === 'status')

describe('a host name that is not the relay’s', () => {
  it.each(['/', '/status', '/setup', '/s/show', '/assets/app.js', '/healthz', '/trusted'])(
    'gets nothing at %s',
    async (path) => {
      await start()
      const { status, body, headers } = await ask(server, path, { host: 'evil.example' })
      expect([status, body]).toEqual([
        421,
        'This relay does not answer to the name evil.example. If the name is correct, start the relay with --allow-host evil.example\n',
      ])
      expect(headers['access-control-allow-origin']).toBeUndefined()
    },
  )

  // crossws builds a URL from `Host` itself, and answers 500 if that fails.
  it.each(['', '[', ':', 'a b', 'a:99999', '127.0.0.1:99999', '[::1', '@', '#', '/', 'x\u00e9'])(
    'opens no socket as %j, which is none at all',
    async (host) => {
      await start({ open: true, trustProxy: ['loopback'] })
      expect(await upgradeAs(host)).toBe('HTTP/1.1 421 Misdirected Request')
      // The value of the trusted proxy counts, not the other one.
      const proxied = await upgradeAs(host, 'X-Forwarded-Host: localhost')
      expect(proxied).toBe('HTTP/1.1 101 Switching Protocols')
      await isIn(await dial(undefined))
    },
  )

  it('cannot open a socket or redeem a code', async () => {
    await start({ open: true })
    const host = `evil.example:${port()}`
    for (const role of ['viewer', 'host'] as const) {
      const { closed, frames } = await dial(undefined, { role, headers: { host } })
      expect(await closed).toEqual({
        code: 4404,
        reason: 'The relay does not answer to the name evil.example: see --allow-host',
      })
      expect(frames).toEqual([])
    }
    const long = `${'x'.repeat(60)}.`.repeat(4)
    const { closed } = await dial(undefined, { headers: { host: `${long}example` } })
    expect((await closed).code).toBe(4404)
    const post = await ask(server, '/pair', { host: 'evil.example', method: 'POST', body: '{}' })
    expect([post.status, post.body]).toEqual([421, '{"error":"unknown_host"}'])
  })

  it('is accepted when it is listed, in publicUrl, or this machine’s', async () => {
    await start({ allowedHosts: ['show.lan'], publicUrl: 'https://show.example.com' })
    const label = hostname().split('.')[0]!.toLowerCase()
    for (const host of ['show.lan', 'show.example.com', `${label}.local`, `${label}.lan`, '[::1]'])
      expect([host, (await ask(server, '/healthz', { host })).status]).toEqual([host, 200])
  })

  it('is read from a trusted proxy', async () => {
    const headers = { 'x-forwarded-host': 'evil.example, show.lan' }
    await start({ allowedHosts: ['show.lan'] })
    expect((await ask(server, '/healthz', { host: 'relay', headers })).status).toBe(421)
    await server.stop()
    await start({ allowedHosts: ['show.lan'], trustProxy: ['loopback'] })
    expect((await ask(server, '/healthz', { host: 'relay', headers })).status).toBe(200)
    const forged = { 'x-forwarded-host': 'show.lan, evil.example' }
    expect((await ask(server, '/healthz', { host: 'relay', headers: forged })).status).toBe(421)
  })
})

describe('a page of another site', () => {
  it('is refused with and without a key, and learns the flag', async () => {
    await start()
    for (const origin of ['https://evil.example', 'null', 'http://192.0.2.1:9876']) {
      const viewer = await dial(origin)
      expect(await viewer.closed).toEqual({
        code: 4405,
        reason: expect.stringContaining('--allow-origin'),
      })
      expect((await (await dial(origin, { role: 'host' })).closed).code).toBe(4405)
      expect((await (await dial(origin, { key: 'guess' })).closed).code).toBe(4405)
      expect(viewer.frames).toEqual([])
    }
  })

  it.each(['file://', 'null', 'tauri://localhost', 'capacitor://localhost'])(
    'of a desktop or mobile shell (%s) is named in the log, and may connect when its origin is listed',
    async (origin) => {
      const events: unknown[] = []
      await start({ audit: (event) => events.push(event) })
      expect((await (await dial(origin)).closed).code).toBe(4405)
      expect(events).toMatchObject([{ kind: 'refused', code: 4405, origin }])
      await server.stop()
      await start({ allowedOrigins: [origin] })
      await isIn(await dial(origin))
    },
  )

  it('may connect when its origin is listed', async () => {
    await start({ allowedOrigins: ['https://app.example.com', 'null'] })
    await isIn(await dial('https://app.example.com'))
    await isIn(await dial('null'))
  })

  it('cannot redeem a code', async () => {
    await start()
    const pair = (origin?: string) =>
      ask(server, '/pair', {
        method: 'POST',
        body: JSON.stringify({ code: server.pairCode() }),
        headers: { 'content-type': 'application/json', ...(origin && { origin }) },
      })
    for (const origin of ['https://evil.example', 'null', 'http://localhost:1']) {
      const { status, body, headers } = await pair(origin)
      expect([status, JSON.parse(body)]).toEqual([403, { error: 'bad_origin' }])
      expect(headers['access-control-allow-origin']).toBeUndefined()
    }
    expect((await pair(`http://127.0.0.1:${port()}`)).status).toBe(200)
    expect((await pair()).status).toBe(200)
  })
})

describe('a page served by the relay', () => {
  it('may connect under the name it was loaded from', async () => {
    await start({ allowedHosts: ['show.lan'] })
    await isIn(await dial(`http://127.0.0.1:${port()}`))
    const headers = { host: `show.lan:${port()}` }
    await isIn(await dial(`http://show.lan:${port()}`, { headers }))
    expect((await (await dial('http://show.lan', { headers })).closed).code).toBe(4405)
  })

  it('counts as loaded over TLS when a trusted proxy says so', async () => {
    const headers = { host: 'show.lan', 'x-forwarded-proto': 'https' }
    await start({ allowedHosts: ['show.lan'] })
    expect((await (await dial('https://show.lan', { headers })).closed).code).toBe(4405)
    await server.stop()
    await start({ allowedHosts: ['show.lan'], trustProxy: ['loopback'] })
    await isIn(await dial('https://show.lan', { headers }))
  })

  it('may connect under the public address, with any proxy in between', async () => {
    await start({ publicUrl: 'https://show.example.com' })
    await isIn(await dial('https://show.example.com'))
  })
})

describe('a page of this machine, and a client that is not a page', () => {
  it('may connect with a key', async () => {
    await start()
    await isIn(await dial('http://localhost:5173'))
    await isIn(await dial('http://[::1]:5173', { role: 'host' }))
    await isIn(await dial(undefined))
    for (const origin of ['http://localhost:5173', undefined])
      expect((await (await dial(origin, { key: 'wrong' })).closed).code).toBe(4401)
  })

  it('may not connect because the app recognizes the cookie of another port', async () => {
    await start({
      authorize: ({ headers }) => headers.get('cookie')?.includes('login=1') || undefined,
    })
    const headers = { cookie: 'login=1' }
    for (const role of ['host', 'viewer'] as const) {
      const key = undefined
      const page = await dial('http://localhost:5173', { role, key, headers })
      expect((await page.closed).code).toBe(4405)
      // Any page can make up a key, so a wrong one changes nothing.
      const guessing = await dial('http://localhost:5173', { role, key: 'made-up', headers })
      expect((await guessing.closed).code).toBe(4405)
      await isIn(await dial(`http://127.0.0.1:${port()}`, { role, key, headers }))
      await isIn(await dial(undefined, { role, key, headers }))
    }
    // Without the cookie, the key decides.
    await isIn(await dial('http://localhost:5173', { role: 'host' }))
  })

  it('needs no key when the relay is open and on this machine', async () => {
    await start({ open: true, allowedHosts: ['show.lan'] })
    await isIn(await dial('http://localhost:5173'))
    await isIn(await dial(undefined))
    const elsewhere = { headers: { host: 'show.lan' } }
    expect((await (await dial('http://localhost:5173', elsewhere)).closed).code).toBe(4405)
    await isIn(await dial(undefined, elsewhere))
  })
})
