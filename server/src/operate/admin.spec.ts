import { mkdtemp, readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSyncServer, type SyncServer, type SyncServerOptions } from '../index.ts'
import {
  type Answer,
  type AskOptions,
  ask,
  type Client,
  connect,
  session,
} from '../../test/client.ts'

let server: SyncServer
afterEach(() => server.stop())

async function start(options: SyncServerOptions): Promise<void> {
  server = createSyncServer({ port: 0, host: '127.0.0.1', ...options })
  await server.start()
}

const call = (path: string, method = 'GET', options: AskOptions = {}): Promise<Answer> =>
  ask(server, `/admin/sessions${path}`, {
    method,
    ...options,
    headers: { authorization: `Bearer ${server.hostKey}`, ...options.headers },
  })

const read = async (path: string) => JSON.parse((await call(path)).body) as Record<string, unknown>

/** A session with a host and two viewers. */
async function show(path = '/s/show'): Promise<Client[]> {
  const host = await connect(server, 'host', { path })
  host.send({ type: 'status', payload: { name: 'The show' } })
  host.send(session('e', 7, { at: 1 }))
  const viewers = [
    await connect(server, 'viewer', { path }),
    await connect(server, 'viewer', { path }),
  ]
  for (const viewer of viewers) await viewer.until(({ type }) => type === 'session_update')
  return [host, ...viewers]
}

describe('/admin', () => {
  beforeEach(() => start({ admin: true }))

  it('lists open sessions', async () => {
    expect(await read('')).toEqual({ sessions: [] })
    const [host] = await show()
    const found = {
      name: 'show',
      open: true,
      title: 'The show',
      host: 'online',
      hostSince: expect.any(Number) as number,
      viewers: { here: 2, all: 2 },
      retainedBytes: expect.any(Number) as number,
      epoch: 'e',
      seq: 7,
    }
    expect(await read('')).toEqual({ sessions: [found] })
    const viewer = {
      id: expect.stringMatching(/^here\.\d+$/) as string,
      token: 'main',
      since: expect.any(Number) as number,
      bufferedBytes: 0,
    }
    expect(await read('/show')).toEqual({ ...found, viewers: [viewer, viewer] })
    await host!.close()
    await expect.poll(async () => (await read('/show'))['host']).toBe('offline')
  })

  it('ends a session: closes its clients for good and deletes its state', async () => {
    const clients = await show()
    const others = await show('/s/other')
    expect(await call('/show', 'DELETE')).toMatchObject({ status: 204, body: '' })
    for (const client of clients)
      expect(await client.closed).toEqual({
        code: 4410,
        reason: 'The operator of the relay ended this session',
      })
    const late = await connect(server, 'viewer', { path: '/s/show' })
    await late.until(({ type }) => type === 'status')
    expect(late.of('session_update')).toEqual([])
    for (const { socket } of others) expect(socket.readyState).toBe(socket.OPEN)
  })

  it('closes one viewer and no other', async () => {
    const [host, first, second] = await show()
    const [{ id }] = (await read('/show'))['viewers'] as [{ id: string }]
    expect((await call(`/show/viewers/${id}`, 'DELETE')).status).toBe(204)
    expect((await first!.closed).code).toBe(4410)
    for (const { socket } of [host!, second!]) expect(socket.readyState).toBe(socket.OPEN)
    expect((await call(`/show/viewers/${id}`, 'DELETE')).status).toBe(404)
  })

  it('answers 404 for unknown sessions and viewers', async () => {
    const unknown = [
      ['GET', '/show', 'unknown_session'],
      ['DELETE', '/show', 'unknown_session'],
      ['DELETE', '/show/viewers/here.1', 'unknown_viewer'],
      ['GET', '/a%20b', 'unknown_session'],
    ] as const
    for (const [method, path, error] of unknown) {
      const { status, body } = await call(path, method)
      expect([status, JSON.parse(body)]).toEqual([404, { error }])
    }
    // The search did not create the session.
    expect(await read('')).toEqual({ sessions: [] })
  })

  it('needs the host key, and refuses pages of other sites', async () => {
    const [host] = await show()
    for (const key of [undefined, 'wrong', server.viewerKey])
      for (const [method, path] of [
        ['GET', ''],
        ['GET', '/show'],
        ['DELETE', '/show'],
        ['DELETE', '/other'],
      ] as const) {
        const headers = { authorization: key === undefined ? '' : `Bearer ${key}` }
        const { status, body, ...answer } = await call(path, method, { headers })
        expect([status, JSON.parse(body)]).toEqual([401, { error: 'bad_key' }])
        expect(answer.headers['access-control-allow-origin']).toBeUndefined()
      }
    expect((await call('', 'GET', { host: 'evil.example' })).status).toBe(421)
    const preflight = { origin: 'https://evil.example', 'access-control-request-method': 'DELETE' }
    const { headers } = await call('/show', 'OPTIONS', { headers: preflight })
    expect(headers['access-control-allow-methods']).toBeUndefined()
    expect(host!.socket.readyState).toBe(host!.socket.OPEN)
  })
})

describe('the key of /admin', () => {
  const from = (address: string, key: string) => ({
    headers: { 'x-forwarded-for': address, authorization: `Bearer ${key}` },
  })

  it('locks out a client that guesses a short key for a minute, even with the right one', async () => {
    await start({ admin: true, hostKey: 'short-key' })
    for (let guess = 0; guess < 10; guess++) {
      const { status } = await call('', 'GET', { headers: { authorization: `Bearer ${guess}` } })
      expect(status).toBe(401)
    }
    const { status, headers, body } = await call('')
    expect([status, JSON.parse(body)]).toEqual([429, { error: 'too_many' }])
    expect(Number(headers['retry-after'])).toBeGreaterThan(0)
  })

  it.each(['short-key', undefined])(
    'is compared with ten of a thousand parallel guesses (%s)',
    async (hostKey) => {
      await start({ admin: true, ...(hostKey && { hostKey }) })
      const guesses = Array.from({ length: 1000 }, (_, guess) =>
        call('', 'GET', { headers: { authorization: `Bearer ${guess}` } }),
      )
      const answers = await Promise.all(guesses)
      expect(answers.filter(({ status }) => status === 401)).toHaveLength(10)
      expect(answers.filter(({ status }) => status === 429)).toHaveLength(990)
    },
  )

  it('works while ten other addresses guess, and a long one also behind an address that guesses', async () => {
    for (const hostKey of ['short-key', 'kQ3vT9xLw2NfB7sYpR4mZd']) {
      await start({ admin: true, hostKey, trustProxy: ['loopback'] })
      for (let attacker = 0; attacker < 10; attacker++)
        for (let guess = 0; guess < 15; guess++)
          await call('', 'GET', from(`192.0.2.${attacker}`, `guess-${guess}`))
      expect((await call('', 'GET', from('198.51.100.1', hostKey))).status).toBe(200)
      const shared = await call('', 'GET', from('192.0.2.1', hostKey))
      expect(shared.status).toBe(hostKey === 'short-key' ? 429 : 200)
      await server.stop()
    }
  })
})

describe('without /admin', () => {
  it('/admin does not exist unless it is enabled', async () => {
    await start({})
    await show()
    for (const [path, method] of [
      ['', 'GET'],
      ['/show', 'DELETE'],
    ] as const)
      expect((await call(path, method)).status).toBe(404)
  })

  it('/admin is not served over plain http when there is https', async () => {
    const caDir = await mkdtemp(join(tmpdir(), 'vue-sync-ca-'))
    await start({ admin: true, https: true, caDir, allowedHosts: ['lan.test'] })
    expect((await call('', 'GET', { host: 'lan.test' })).status).toBe(404)
  })

  it('an ended session is deleted from the folder', async () => {
    const persist = await mkdtemp(join(tmpdir(), 'vue-sync-admin-'))
    await start({ admin: true, persist })
    await show()
    await expect.poll(() => readdir(persist)).toHaveLength(1)
    await call('/show', 'DELETE')
    await expect.poll(() => readdir(persist)).toEqual([])
  })
})
