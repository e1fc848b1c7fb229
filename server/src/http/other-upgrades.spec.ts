import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { connect as dial } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { createSyncServer, type SyncServer, type SyncServerOptions } from '../index.ts'
import { ask, connect } from '../../test/client.ts'
import { upgradeRequest } from '../../test/raw-websocket.ts'

let server: SyncServer
let dir: string | undefined
afterEach(async () => {
  await server.stop()
  if (dir) await rm(dir, { recursive: true })
  dir = undefined
})

async function start(options: SyncServerOptions = {}): Promise<void> {
  server = createSyncServer({ port: 0, host: '127.0.0.1', admin: true, ...options })
  await server.start()
}

const OFFER = {
  connection: 'Upgrade, HTTP2-Settings',
  upgrade: 'h2c',
  'http2-settings': 'AAMAAABkAARAAAAAAAIAAAAA',
}

describe('an offer of another protocol than WebSocket', () => {
  it.each([
    ['GET', '/'],
    ['GET', '/s/show'],
    ['GET', '/healthz'],
    ['GET', '/readyz'],
    ['GET', '/status'],
    ['GET', '/setup'],
    ['GET', '/admin/sessions'],
    ['GET', '/none'],
    ['POST', '/pair'],
  ])('is ignored on %s %s', async (method, path) => {
    await start()
    const get = async (offer: object) => {
      const headers = { ...offer, 'content-type': 'application/json' }
      const body = method === 'POST' ? { body: '{"code":"K7Q4MX"}' } : {}
      const answer = await ask(server, path, { method, headers, ...body })
      return [answer.status, answer.body.replaceAll(/nonce="\w+"/g, '')]
    }
    expect(await get(OFFER)).toEqual(await get({}))
  })

  it.each(['h2c', 'h2c, websocket', 'TLS/1.2, HTTP/1.1'])(
    'as %j leaves the connection open for more requests, and for a WebSocket',
    async (offer) => {
      await start({ open: true })
      const socket = dial(server.getStatus().port, '127.0.0.1')
      let answer = ''
      socket.on('data', (data) => (answer += String(data)))
      for (const count of [1, 2]) {
        const lines = ['GET /healthz HTTP/1.1', 'Host: 127.0.0.1', 'Connection: Upgrade']
        socket.write([...lines, `Upgrade: ${offer}`, '', ''].join('\r\n'))
        await expect.poll(() => answer.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(count)
      }
      socket.write(upgradeRequest({}))
      await expect.poll(() => answer).toContain('HTTP/1.1 101 Switching Protocols')
      socket.destroy()
    },
  )

  it('is ignored over TLS too, where WebSockets open as before', async () => {
    dir = await mkdtemp(join(tmpdir(), 'vue-sync-upgrades-'))
    await start({ https: true, caDir: dir })
    const ca = await readFile(join(dir, 'ca.pem'), 'utf8')
    expect((await ask(server, '/healthz', { ca, headers: OFFER })).status).toBe(200)
    const viewer = await connect(server, 'viewer', { ca })
    await viewer.until(({ type }) => type === 'status')
    await viewer.close()
  })
})

it('an offer of h2c is answered by the oldest supported version of Node too', async () => {
  // There `upgrade` listeners get every offer, so the relay corrects what Node's parser reports.
  const script = `
    import { createServer } from 'node:http'
    import { answerOtherUpgrades } from ${JSON.stringify(new URL('other-upgrades.ts', import.meta.url).href)}
    const server = createServer((request, response) => response.end('ok'))
    delete server.shouldUpgradeCallback
    answerOtherUpgrades(server, 'connection')
    server.shouldUpgradeCallback = () => server.listenerCount('upgrade') > 0
    server.on('upgrade', (request, socket) => socket.end('upgrade'))
    server.listen(0, '127.0.0.1', () => console.log(server.address().port))`
  const child = execFile(process.execPath, ['--input-type=module', '-e', script])
  try {
    const [port] = (await once(child.stdout!, 'data')) as [string]
    const answer = async (upgrade: string): Promise<string> => {
      const socket = dial(Number(port), '127.0.0.1')
      socket.write(
        `GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: ${upgrade}\r\n\r\n`,
      )
      const [data] = (await once(socket, 'data')) as [Buffer]
      socket.destroy()
      return String(data)
    }
    expect(await answer('h2c')).toMatch(/^HTTP\/1\.1 200 OK/)
    expect(await answer('WebSocket')).toBe('upgrade')
  } finally {
    child.kill()
  }
})
