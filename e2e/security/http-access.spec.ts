import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { SyncServerOptions } from '@vue-sync/server'
import {
  type Answer,
  ask,
  type Client,
  config,
  connect,
  session,
} from '../../server/test/client.ts'
import { hasBrowser } from '../support/browsers/launch-test-browser.ts'
import { launchBrowser } from '../support/browsers/playwright.ts'
import { type RawRequest, sendRaw } from '../support/network/raw-request.ts'
import { HOST_KEY, startRelay, type TestRelay, VIEWER_KEY } from '../support/relays/relay.ts'

// The relay answers `state`, `state.json`, `log` and `stream` only for those with a key, and reveals nothing else.

const ENDPOINTS = ['/state', '/state.json', '/log', '/log?live=1', '/log?epoch=e&seq=1', '/stream']
const ID = 'a-viewer-with-an-id-0001'
const SECRET = 'only for viewers'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

interface Started {
  relay: TestRelay
  port: number
  host: Client
}

async function start(options: SyncServerOptions = {}): Promise<Started> {
  const relay = await startRelay(0, { warn: () => {}, ...options })
  closing.push(relay.stop)
  const host = await connect(relay, 'host')
  closing.push(() => host.socket.terminate())
  await host.until(({ type }) => type === 'status')
  host.send(session('e', 1, { secret: SECRET }))
  host.send(config('e', 2, { secret: `${SECRET} too` }))
  const { port } = relay.getStatus()
  await expect.poll(async () => (await get(port, '/state')).body).toContain(`${SECRET} too`)
  return { relay, port, host }
}

const bearer = (key: string) => ({ authorization: `Bearer ${key}` })
const get = (port: number, path: string, headers: Record<string, string> = bearer(VIEWER_KEY)) =>
  ask({ port }, path, { headers })

async function open(
  port: number,
  path: string,
  headers: Record<string, string> = {},
): Promise<RawRequest> {
  const opened = await sendRaw({ port, path, headers: { ...bearer(VIEWER_KEY), ...headers } })
  closing.push(opened.abort)
  return opened
}

/** The link of a guest, which the host can revoke. */
async function issue({ host }: Started): Promise<{ key: string; revoke: () => void }> {
  const send = (tokens: object[], revoked: string[]) =>
    host.send({ type: 'status', payload: { access: { generation: 0, tokens, revoked } } })
  send([{ id: 'guest' }], [])
  const { payload } = await host.until(({ payload }) =>
    JSON.stringify(payload['tokens'] ?? '').includes('"key"'),
  )
  const [{ key }] = payload['tokens'] as [{ key: string }]
  return { key, revoke: () => send([], ['guest']) }
}

function expectRefused(answer: Answer, status: number, error: string): void {
  expect(answer.status).toBe(status)
  expect(JSON.parse(answer.body)).toMatchObject({ error })
  expect(answer.body).not.toContain(SECRET)
  expect(answer.headers['cache-control']).toMatch(/no-store/)
}

describe('a client without the right key', () => {
  it('gets no state from any endpoint, and its key is in no answer', async () => {
    const { port } = await start()
    for (const path of ENDPOINTS) {
      expectRefused(await get(port, path, {}), 401, 'bad_token')
      for (const key of ['wrong-key-of-somebody', HOST_KEY.slice(0, -1), ''])
        expectRefused(await get(port, path, bearer(key)), 401, 'bad_token')
      const { body, headers } = await get(port, path, bearer('wrong-key-of-somebody'))
      expect(JSON.stringify([body, headers])).not.toContain('wrong-key-of-somebody')
    }
  })

  it('cannot put a key into the URL, a cookie or another header', async () => {
    const { port } = await start()
    const key = encodeURIComponent(VIEWER_KEY)
    for (const path of ENDPOINTS) {
      const mark = path.includes('?') ? '&' : '?'
      for (const name of ['k', 'key', 'token', 'access_token', 'authorization'])
        expectRefused(await get(port, `${path}${mark}${name}=${key}`, {}), 401, 'bad_token')
      for (const headers of [
        { cookie: `k=${VIEWER_KEY}; token=${VIEWER_KEY}` },
        { 'x-authorization': `Bearer ${VIEWER_KEY}` },
        { 'sec-websocket-protocol': `vue-sync.viewer.v1, token.${VIEWER_KEY}` },
        { authorization: `Basic ${VIEWER_KEY}` },
      ])
        expectRefused(await get(port, path, headers), 401, 'bad_token')
    }
  })

  it('cannot use or end what a viewer with its id has', async () => {
    const { port, host } = await start()
    const stream = await open(port, '/stream', { 'vue-sync-viewer': ID })
    await expect.poll(stream.text).toContain(SECRET)
    for (const path of ENDPOINTS) {
      const headers = { ...bearer('wrong'), 'vue-sync-viewer': ID }
      expectRefused(await get(port, path, headers), 401, 'bad_token')
    }
    host.send(config('e', 3, { secret: 'goes on' }))
    await expect.poll(stream.text).toContain('goes on')
    expect(stream.hasEnded()).toBe(false)
  })
})

describe('a viewer whose link is revoked', () => {
  it('loses a running stream and a waiting request at once, and gets nothing later', async () => {
    const started = await start()
    const { port, host } = started
    const { key, revoke } = await issue(started)
    const stream = await open(port, '/stream', bearer(key))
    const named = await open(port, '/stream', { ...bearer(key), 'vue-sync-viewer': ID })
    const query = /"query":"([^"]*)"/.exec((await get(port, '/state', bearer(key))).body)![1]!
    const waiting = get(port, `/log?${query}&live=1`, bearer(key))
    for (const { text } of [stream, named]) await expect.poll(text).toContain(SECRET)
    revoke()
    const ends = [await stream.ended, await named.ended]
    host.send(config('e', 3, { secret: 'not for guests' }))
    for (const text of ends) {
      expect(text.trim().split('\n').at(-1)).toContain('"type":"close","code":4403')
      expect(text).not.toContain('not for guests')
    }
    const { body } = await waiting
    expect(body).toContain('4403')
    expect(body).not.toContain('not for guests')
    for (const path of ENDPOINTS) {
      expectRefused(await get(port, path, bearer(key)), 403, 'revoked')
      const withId = { ...bearer(key), 'vue-sync-viewer': ID }
      expectRefused(await get(port, path, withId), 403, 'revoked')
    }
  })
})

describe('a page of another site', () => {
  it('gets no answer under a host name of its own (DNS rebinding)', async () => {
    const { port } = await start({ open: true })
    for (const path of [...ENDPOINTS, '/s/show/state']) {
      const { status, body } = await ask({ port }, path, { host: 'attacker.example' })
      expect([path, status, body.includes(SECRET)]).toEqual([path, 421, false])
    }
  })

  it('is refused by its origin, also where no key is needed, and only listed origins can read', async () => {
    const allowed = 'https://app.example.com'
    const { port } = await start({ open: true, allowedOrigins: [allowed] })
    for (const path of ENDPOINTS) {
      for (const origin of ['https://attacker.example', 'null', `${allowed}.attacker.example`]) {
        const answer = await get(port, path, { origin })
        expectRefused(answer, 403, 'bad_origin')
        expect(answer.headers).not.toHaveProperty('access-control-allow-origin')
        const preflight = await ask({ port }, path, {
          method: 'OPTIONS',
          headers: { origin, 'access-control-request-method': 'GET' },
        })
        expect(preflight.headers).not.toHaveProperty('access-control-allow-origin')
        for (const { headers } of [answer, preflight]) expect(headers['vary']).toMatch(/origin/i)
      }
      const { status, headers, abort } = await sendRaw({ port, path, headers: { origin: allowed } })
      abort()
      expect([status, headers['access-control-allow-origin']]).toEqual([200, allowed])
      expect(headers).not.toHaveProperty('access-control-allow-credentials')
      expect(headers['vary']).toMatch(/origin/i)
    }
  })

  it.skipIf(!hasBrowser)('cannot read the answers in a browser', async () => {
    const { port } = await start({ open: true })
    const stranger = createServer((_, response) => {
      response.setHeader('content-type', 'text/html')
      response.end('<title>a stranger</title>')
    }).listen(0, '127.0.0.1')
    closing.push(() => stranger.close())
    await once(stranger, 'listening')
    const browser = await launchBrowser()
    closing.push(() => browser.close())
    const page = await browser.newPage()
    await page.goto(`http://stranger.test:${(stranger.address() as AddressInfo).port}/`)
    const seen = await page.evaluate(
      ([paths, origin]) =>
        Promise.all(
          paths!.flatMap((path) =>
            [{}, { mode: 'no-cors' as const }, { headers: { authorization: 'Bearer x' } }].map(
              (init) =>
                fetch(origin + path, init).then(
                  async (response) => `${response.type} ${(await response.text()).length}`,
                  () => 'failed',
                ),
            ),
          ),
        ),
      [ENDPOINTS, `http://127.0.0.1:${port}`] as [string[], string],
    )
    expect(seen.every((outcome) => outcome === 'failed' || outcome === 'opaque 0')).toBe(true)
  })
})

describe('an answer', () => {
  it.each([
    ['private', {}],
    ['public', { public: true }],
  ])('has no key and no address in it, and is not public by mistake: %s', async (kind, options) => {
    const started = await start(options)
    const { port } = started
    const { key } = await issue(started)
    for (const path of ENDPOINTS.filter((it) => it !== '/stream')) {
      for (const headers of [bearer(VIEWER_KEY), bearer(key)]) {
        const answer = await get(port, path, {
          ...headers,
          'vue-sync-viewer': ID,
          'x-forwarded-for': '192.0.2.7',
          'x-forwarded-host': 'attacker.example',
          origin: `http://127.0.0.1:${port}`,
        })
        const all = JSON.stringify([answer.headers, answer.body])
        for (const hidden of [VIEWER_KEY, HOST_KEY, key, ID, '192.0.2.7', 'attacker.example'])
          expect(all).not.toContain(hidden)
        expect(answer.headers).not.toHaveProperty('set-cookie')
        expect(answer.headers['x-content-type-options']).toBe('nosniff')
        const caching = answer.headers['cache-control']!
        if (kind === 'private') expect(caching).toBe('private, no-store')
        else expect(caching).toMatch(/^public, max-age=/)
        // The same bytes for everyone: nothing that a client sends is in it.
        const other = await get(port, path)
        if (path.startsWith('/log?epoch')) expect(other.body).toBe(answer.body)
      }
    }
    const stream = await open(port, '/stream')
    expect(stream.headers['cache-control']).toMatch(/no-store/)
    // Also in a public session, a refusal is for one client.
    for (const path of ENDPOINTS)
      expectRefused(await get(port, path, bearer('wrong')), 401, 'bad_token')
  })
})
