import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { connect as dial } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { createSyncServer, type SyncServer } from '../src/server.ts'
import { connect } from './client.ts'

const servers: SyncServer[] = []
function make(options: Parameters<typeof createSyncServer>[0] = {}): SyncServer {
  const server = createSyncServer({ port: 0, host: '127.0.0.1', ...options })
  servers.push(server)
  return server
}
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()))
})
const urlOf = (server: SyncServer) => `http://127.0.0.1:${server.getStatus().port}`

describe('start and stop', () => {
  it('reports its status, over HTTP too, with no key in it', async () => {
    const server = make()
    expect(server.getStatus().running).toBe(false)
    await server.start()
    const expected = {
      running: true,
      localIp: '127.0.0.1',
      clientCount: 0,
      port: expect.any(Number),
    }
    expect(server.getStatus()).toEqual(expected)
    const answer = await fetch(`${urlOf(server)}/status`)
    expect(answer.headers.get('content-type')).toContain('application/json')
    expect(await answer.json()).toEqual(expected)
  })

  it('frees the port and closes all clients, and can be started again and stopped twice', async () => {
    const server = make()
    await Promise.all([server.start(), server.start()])
    const { port } = server.getStatus()
    const host = await connect(server, 'host')
    const viewer = await connect(server, 'viewer')
    await Promise.all([server.stop(), server.stop()])
    expect((await host.closed).code).toBe(4000)
    expect((await viewer.closed).code).toBe(4000)
    const other = make({ port })
    await other.start()
    await other.stop()
    await server.start()
    expect(server.getStatus().clientCount).toBe(0)
  })

  it('stops although a client never answers the close frame', async () => {
    const server = make({ open: true })
    await server.start()
    const socket = dial(server.getStatus().port, '127.0.0.1')
    socket.write(
      'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
    )
    await new Promise((resolve) => socket.once('data', resolve))
    await server.stop()
    expect(server.getStatus().running).toBe(false)
    socket.destroy()
  })

  it('survives clients that disconnect during the handshake', async () => {
    const server = make()
    await server.start()
    for (let count = 0; count < 20; count++) {
      const socket = dial(server.getStatus().port, '127.0.0.1', () => {
        socket.write(
          'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
            'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
        )
        socket.resetAndDestroy()
      })
      socket.on('error', () => {})
      await new Promise((resolve) => socket.once('close', resolve))
    }
    expect((await fetch(`${urlOf(server)}/status`)).status).toBe(200)
  })

  // Path and `Host` were once parsed as one URL, which threw inside an event handler of the server.
  it('answers a request whose path and host are not a valid URL, and goes on', async () => {
    const server = make()
    await server.start()
    const answer = await new Promise<string>((resolve) => {
      const socket = dial(server.getStatus().port, '127.0.0.1', () =>
        socket.write('GET \\\\[x HTTP/1.1\r\nHost: a:99999\r\nConnection: close\r\n\r\n'),
      )
      let text = ''
      socket.on('data', (data) => (text += String(data)))
      socket.on('close', () => resolve(text))
    })
    expect(answer).toMatch(/^HTTP\/1.1 400/)
    expect((await fetch(`${urlOf(server)}/status`)).status).toBe(200)
  })

  it('reports in one line that the port is in use, and can be started later', async () => {
    const first = make()
    await first.start()
    const { port } = first.getStatus()
    const second = make({ port })
    await expect(second.start()).rejects.toThrow(
      `[vue-sync] Port ${port} is in use. Stop what uses it, or choose another with --port (0 for any).`,
    )
    await first.stop()
    await second.start()
  })

  it('reports that an address does not belong to this machine', async () => {
    await expect(make({ host: '192.0.2.77' }).start()).rejects.toThrow(
      'is not an address of this machine',
    )
  })

  it.each([
    [{ port: 70_000 }, 'port must be a whole number from 0 to 65535, not 70000'],
    [{ port: 1.5 }, 'port must be a whole number'],
    [{ capacity: 15 }, 'capacity must be a whole number from 16'],
    [{ hostKey: '' }, 'hostKey is empty'],
    [{ viewerKey: '' }, 'viewerKey is empty'],
    [{ viewerKey: 'x', open: true }, 'viewerKey and open exclude each other'],
  ])('refuses %j', (options, text) => {
    expect(() => createSyncServer(options)).toThrow(`[vue-sync] ${text}`)
  })

  it('generates long random keys, and no viewer key when open', () => {
    const [one, two] = [make(), make({ open: true })]
    expect(one.hostKey.length).toBeGreaterThanOrEqual(22)
    expect(new Set([one.hostKey, one.viewerKey, two.hostKey]).size).toBe(3)
    expect(two.viewerKey).toBeUndefined()
  })
})

describe('the viewer app', () => {
  async function withViewer(): Promise<{ url: string; dir: string }> {
    const root = await mkdtemp(join(tmpdir(), 'vue-sync-'))
    const dir = join(root, 'viewer')
    await mkdir(join(dir, 'assets'), { recursive: true })
    await Promise.all([
      writeFile(join(root, 'secret.txt'), 'secret'),
      writeFile(join(dir, 'index.html'), '<h1>viewer</h1>'),
      writeFile(join(dir, 'sw.js'), '1'),
      writeFile(join(dir, 'manifest.webmanifest'), '{}'),
      writeFile(join(dir, 'assets/app-1a2b.js'), '2'),
    ])
    const server = make({ viewerDir: dir })
    await server.start()
    return { url: urlOf(server), dir: root }
  }

  it('is served with cache headers that let updates arrive', async () => {
    const { url, dir } = await withViewer()
    const head = async (path: string) => {
      const { status, headers } = await fetch(url + path)
      return [status, headers.get('content-type'), headers.get('cache-control')]
    }
    expect(await head('/')).toEqual([200, 'text/html', 'no-cache'])
    expect(await head('/s/some-name')).toEqual([200, 'text/html', 'no-cache'])
    expect(await head('/sw.js')).toEqual([200, expect.stringContaining('javascript'), 'no-cache'])
    expect(await head('/manifest.webmanifest')).toEqual([
      200,
      'application/manifest+json',
      'no-cache',
    ])
    expect(await head('/assets/app-1a2b.js')).toEqual([
      200,
      expect.stringContaining('javascript'),
      'public, max-age=31536000, immutable',
    ])
    expect((await fetch(`${url}/nope.js`)).status).toBe(404)
    await rm(dir, { recursive: true })
  })

  it.each([
    '/../secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/assets/..%5c..%5csecret.txt',
    '//secret.txt',
    '/%2e%2e%2fsecret.txt',
    '/..%5csecret.txt',
    '/..%c0%afsecret.txt',
    '/%252e%252e%252fsecret.txt',
    '/assets/../../secret.txt',
    '/assets/%2e%2e/%2e%2e/secret.txt',
    '/assets/..;/..;/secret.txt',
    '/s/../../secret.txt',
    '/....//secret.txt',
    '/%00/../secret.txt',
    '/index.html%00/../../secret.txt',
    'http://127.0.0.1/../secret.txt',
    '../secret.txt',
  ])('never serves files outside its folder: %s', async (path) => {
    const { url, dir } = await withViewer()
    const { port } = new URL(url)
    const answer = await new Promise<string>((resolve) => {
      const socket = dial(Number(port), '127.0.0.1', () =>
        socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n`),
      )
      let text = ''
      socket.on('data', (data) => (text += String(data)))
      socket.on('close', () => resolve(text))
    })
    expect(answer).toMatch(/^HTTP\/1.1 [24]/)
    expect(answer).not.toContain('secret\n')
    expect(answer.split('\r\n\r\n')[1]).not.toMatch(/secret/)
    await rm(dir, { recursive: true })
  })

  it('is served with security headers', async () => {
    const { url, dir } = await withViewer()
    for (const path of ['/', '/s/some-name', '/index.html', '/sw.js', '/assets/app-1a2b.js']) {
      const { headers } = await fetch(url + path)
      const policy = headers.get('content-security-policy')!
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval';")
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).not.toContain('unsafe-inline')
      expect(Object.fromEntries(headers)).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'permissions-policy': 'camera=(self), screen-wake-lock=(self), fullscreen=(self)',
        'cross-origin-opener-policy': 'same-origin',
      })
      expect(headers.has('access-control-allow-origin')).toBe(false)
    }
    await rm(dir, { recursive: true })
  })

  it('is replaced by instructions when there is none', async () => {
    const server = make()
    await server.start()
    const answer = await fetch(urlOf(server))
    expect(await answer.text()).toContain('--viewer-dir')
    expect((await fetch(`${urlOf(server)}/other`)).status).toBe(404)
  })
})
