import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request as overTls } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { SyncServerOptions } from '@vue-sync/server'
import { WebSocket } from 'ws'
import { issue, makeAuthority } from '../../server/src/tls/certificates.ts'
import { type Caddy, hasCaddy, startCaddy } from '../support/relays/caddy.ts'
import { VIEWER_DIR } from '../support/pages/demo.ts'
import { freePort } from '../../server/test/free-port.ts'
import { HOST_KEY, startRelay, type TestRelay, VIEWER_KEY } from '../support/relays/relay.ts'
import { offerProtocols } from '@vue-sync/vue/protocol'

let dir: string
let ca: string
let relay: TestRelay | undefined
let caddy: Caddy | undefined
let port: number

async function start(options: SyncServerOptions): Promise<void> {
  relay = await startRelay(0, { viewerDir: VIEWER_DIR, ...options })
  port = await freePort()
  caddy = await startCaddy({
    file: 'Caddyfile',
    env: {
      VUE_SYNC_DOMAIN: `https://localhost:${port}`,
      VUE_SYNC_RELAY: `127.0.0.1:${relay.getStatus().port}`,
    },
    edit(site) {
      const own = `{\n\ttls ${join(dir, 'cert.pem')} ${join(dir, 'key.pem')}\n\treverse_proxy`
      expect(site).toContain('{\n\treverse_proxy')
      return site.replace('{\n\treverse_proxy', own)
    },
  })
}

interface Ask {
  path: string
  /** The client's own address. */
  from?: string
  body?: object
  headers?: Record<string, string>
}

async function ask({ path, from = '127.0.0.1', body, headers = {} }: Ask) {
  const request = overTls({
    ca,
    port,
    path,
    host: '127.0.0.1',
    servername: 'localhost',
    localAddress: from,
    agent: false,
    method: body ? 'POST' : 'GET',
    headers: {
      host: `localhost:${port}`,
      ...(body && { 'content-type': 'application/json' }),
      ...headers,
    },
  })
  request.end(body && JSON.stringify(body))
  const [response] = await once(request, 'response')
  const parts: Buffer[] = []
  for await (const part of response) parts.push(part as Buffer)
  return { status: response.statusCode as number, text: String(Buffer.concat(parts)) }
}

const guess = (from: string, headers?: Record<string, string>) =>
  ask({ path: '/pair', from, body: { code: '000000' }, ...(headers && { headers }) })

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'vue-sync-proxy-'))
  const authority = await makeAuthority({ hostname: 'test', now: Date.now() })
  const leaf = await issue(authority, { names: ['localhost'], now: Date.now() })
  ca = authority.cert
  await writeFile(join(dir, 'cert.pem'), leaf.cert)
  await writeFile(join(dir, 'key.pem'), leaf.key)
})
afterAll(() => rm(dir, { recursive: true }))
afterEach(async () => {
  await caddy?.stop()
  await relay?.stop()
  caddy = relay = undefined
})

describe.skipIf(!hasCaddy)('behind the Caddy of docs/deploy', () => {
  it('the relay serves the viewer page, and the viewer receives changes', async () => {
    const publicUrl = 'https://show.example.com'
    await start({ trustProxy: ['127.0.0.1'], publicUrl })
    expect(relay!.viewerUrls()[0]).toEqual({
      name: 'public',
      url: `${publicUrl}/#k=${VIEWER_KEY}`,
      reach: 'internet',
    })
    expect((await ask({ path: '/' })).text).toContain('vue-sync viewer')
    expect((await ask({ path: '/setup' })).text).toContain('Nothing to set up')

    const host = new WebSocket(relay!.url, offerProtocols('host', HOST_KEY))
    await once(host, 'open')
    const send = (message: object) => host.send(JSON.stringify({ epoch: 'e', ...message }))
    send({ type: 'session_update', seq: 1, payload: { s: { a: 1 } } })
    const viewer = new WebSocket(`wss://localhost:${port}/`, offerProtocols('viewer', VIEWER_KEY), {
      ca,
      family: 4,
    })
    const seen: number[] = []
    viewer.on('message', (data) => {
      const { type, seq } = JSON.parse(String(data)) as { type: string; seq: number }
      if (type !== 'status') seen.push(seq)
    })
    await expect.poll(() => seen).toEqual([1])
    send({ type: 'config_update', seq: 2, payload: { s: { a: 2 } } })
    await expect.poll(() => seen).toEqual([1, 2])
    const { text } = await ask({ path: '/pair', body: { code: relay!.pairCode() } })
    const { session, key } = JSON.parse(text) as { session: string; key: string }
    expect(session).toBe('default')
    expect(key).toMatch(/^\w+\.0\.\d+\.[\w-]{22}$/)
    host.terminate()
    viewer.terminate()
  })

  it('the relay limits each client by its address, whatever X-Forwarded-For the client sends', async () => {
    await start({ trustProxy: ['127.0.0.1'] })
    for (let count = 0; count < 10; count++)
      await guess('127.0.0.2', { 'x-forwarded-for': `192.0.2.${count}` })
    expect((await guess('127.0.0.2')).status).toBe(429)
    expect((await guess('127.0.0.3')).status).toBe(404)
  })

  it('the relay counts all clients as one while the proxy is not trusted', async () => {
    await start({})
    for (let count = 0; count < 10; count++) await guess('127.0.0.2')
    expect((await guess('127.0.0.3')).status).toBe(429)
  })

  it('a relay with https serves requests only from a trusted proxy that received them over TLS', async () => {
    const caDir = join(dir, 'ca')
    await start({ https: true, caDir })
    expect((await ask({ path: '/' })).text).toContain('Get this device ready')
    expect((await ask({ path: '/status' })).status).toBe(404)
    await relay!.stop()
    await caddy!.stop()
    await start({ https: true, caDir, trustProxy: ['loopback'] })
    expect((await ask({ path: '/status' })).status).toBe(200)
  })
})
