import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { connect as dial } from 'node:net'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as dialTls } from 'node:tls'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createSyncServer, type SyncServer, type SyncServerOptions } from '../index.ts'
import { ask, config, connect, session } from '../../test/client.ts'

let caDir: string
let ca: string
let server: SyncServer
const warnings: string[] = []

beforeAll(async () => {
  caDir = await mkdtemp(join(tmpdir(), 'vue-sync-ca-'))
})
afterAll(() => rm(caDir, { recursive: true }))
afterEach(async () => {
  await server.stop()
  expect(warnings.splice(0)).toEqual([])
})

async function start(options: SyncServerOptions = {}): Promise<void> {
  server = createSyncServer({
    port: 0,
    host: '127.0.0.1',
    https: true,
    caDir,
    allowedHosts: ['lan.test'],
    warn: (text) => warnings.push(text),
    ...options,
  })
  await server.start()
  ca = await readFile(join(caDir, 'ca.pem'), 'utf8')
}

/** A name that resolves to loopback but counts as remote, as for a phone on the Wi-Fi. */
const LAN = { host: 'lan.test' }

describe('https on a LAN', () => {
  it('serves pages and sockets over TLS to clients that trust the CA', async () => {
    await start()
    expect((await ask(server, '/status', { ca })).status).toBe(200)
    expect((await ask(server, '/setup', { ca, host: 'localhost' })).status).toBe(200)
    const trusted = await ask(server, '/trusted', { ca })
    expect([trusted.status, trusted.headers['cache-control']]).toEqual([204, 'no-store'])
    expect(trusted.headers['access-control-allow-origin']).toBeUndefined()
    const host = await connect(server, 'host', { ca })
    const viewer = await connect(server, 'viewer', { ca })
    host.send(session('e', 1, { a: 1 }))
    host.send(config('e', 2, { a: 2, fill: 'é'.repeat(100_000) }))
    await viewer.until(({ seq }) => seq === 2)
    await Promise.all([host.close(), viewer.close()])
  })

  it('answers to this machine’s name below every private domain', async () => {
    await start()
    const [label] = hostname().toLowerCase().split('.')
    for (const host of [`${label}.local`, `${label}.lan`, `${label}.test`])
      expect((await ask(server, '/trusted', { ca, host })).status).toBe(204)
  })

  it('is refused by clients that do not trust the CA', async () => {
    await start()
    const socket = dialTls({ port: server.getStatus().port, host: '127.0.0.1' })
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException]
    expect(error.code).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE')
  })

  it('gives a phone on plain http only the set-up page and the CA', async () => {
    await start()
    for (const path of ['/', '/s/show', '/setup']) {
      const { status, headers } = await ask(server, path, LAN)
      expect([path, status, headers['content-type']]).toEqual([
        path,
        200,
        'text/html; charset=utf-8',
      ])
    }
    for (const path of ['/status', '/trusted', '/assets/app.js'])
      expect([path, (await ask(server, path, LAN)).status]).toEqual([path, 404])
    expect((await ask(server, '/pair', { ...LAN, method: 'POST' })).status).toBe(404)
    const { headers, body } = await ask(server, '/ca.crt', LAN)
    expect(headers).toMatchObject({
      'content-type': 'application/x-x509-ca-cert',
      'content-disposition': 'attachment; filename="vue-sync-ca.crt"',
    })
    expect(body.length).toBeGreaterThan(300)
    expect((await ask(server, '/ca.pem', LAN)).body).toBe(ca)
    expect(server.authority()).toMatchObject({ file: join(caDir, 'ca.pem') })
  })

  it('refuses a plain socket from another machine, and names wss://', async () => {
    await start()
    const { port } = server.getStatus()
    const socket = dial(port, '127.0.0.1')
    socket.write(
      `GET / HTTP/1.1\r\nHost: lan.test:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    )
    let text = ''
    socket.on('data', (data: Buffer) => (text += data.toString('latin1')))
    await once(socket, 'close')
    expect(text).toMatch(/^HTTP\/1\.1 101 /)
    // A browser sees the code and the reason of a close frame only.
    const frame = Buffer.from(text.slice(text.indexOf('\r\n\r\n') + 4), 'latin1')
    expect([frame[0], frame.readUInt16BE(2)]).toEqual([0x88, 4404])
    expect(text).toContain('wss://')
  })

  it('needs no TLS within this machine, under loopback names', async () => {
    await start()
    for (const host of ['localhost', '127.0.0.1', '[::1]'])
      expect([host, (await ask(server, '/status', { host })).status]).toEqual([host, 200])
    const host = await connect(server, 'host')
    await host.close()
  })

  it('treats clients behind a local proxy as remote, unless the proxy is trusted', async () => {
    await start()
    const forwarded = { 'x-forwarded-for': '192.0.2.1', 'x-forwarded-proto': 'https' }
    expect((await ask(server, '/status', { host: '127.0.0.1', headers: forwarded })).status).toBe(
      404,
    )
    await server.stop()
    await start({ trustProxy: ['loopback'] })
    const through = (proto: string) =>
      ask(server, '/status', { ...LAN, headers: { ...forwarded, 'x-forwarded-proto': proto } })
    expect((await through('https')).status).toBe(200)
    expect((await through('http')).status).toBe(404)
    expect((await ask(server, '/status', LAN)).status).toBe(404)
  })

  it('survives junk, resets and half a handshake, and stops despite silent clients', async () => {
    await start()
    const { port } = server.getStatus()
    for (const bytes of [[0x16], [0x16, 3, 1, 0, 5, 1, 2, 3, 4, 5], [0, 1, 2], [0x47, 0x45]]) {
      const socket = dial(port, '127.0.0.1')
      socket.on('error', () => {})
      socket.write(Buffer.from(bytes))
      await once(socket, 'connect')
      socket.resetAndDestroy()
      await once(socket, 'close')
    }
    const silent = [[], [0x16], [0x47]].map((bytes) => {
      const socket = dial(port, '127.0.0.1', () => socket.write(Buffer.from(bytes)))
      return socket
    })
    await Promise.all(silent.map((socket) => once(socket, 'connect')))
    expect((await ask(server, '/status', { ca })).status).toBe(200)
    const closed = silent.map((socket) =>
      once(
        socket.on('error', () => {}),
        'close',
      ),
    )
    const viewer = await connect(server, 'viewer', { ca })
    await server.stop()
    await Promise.all(closed)
    expect((await viewer.closed).code).toBe(4000)
  })

  it('keeps its CA over a restart, so devices trust it only once', async () => {
    await start()
    const first = ca
    await server.stop()
    await start()
    expect(ca).toBe(first)
    expect((await ask(server, '/status', { ca: first })).status).toBe(200)
  })
})
