import { afterEach, describe, expect, it } from 'vitest'
import { createSyncServer, type SyncServer, type SyncServerOptions } from '../index.ts'
import { CODE_SHOWN_MS } from './pairing.ts'
import { type Answer, ask, type AskOptions, connect } from '../../test/client.ts'

let server: SyncServer
afterEach(() => server.stop())

async function start(options: SyncServerOptions = {}): Promise<void> {
  server = createSyncServer({
    port: 0,
    host: '127.0.0.1',
    viewerKey: 'viewer-key-of-the-pair-route',
    ...options,
  })
  await server.start()
}

const isWatching = (tokens: unknown, viewers: number): boolean =>
  Array.isArray(tokens) && (tokens as { viewers: number }[]).some((one) => one.viewers === viewers)
const JSON_TYPE = { 'content-type': 'application/json' }
const pair = (code: unknown, options: AskOptions = {}): Promise<Answer> =>
  ask(server, '/pair', {
    method: 'POST',
    body: JSON.stringify({ code }),
    ...options,
    headers: { ...JSON_TYPE, ...options.headers },
  })
const guess = (options?: AskOptions) => pair('000000', options)

describe('POST /pair', () => {
  it('returns the session and a token of its own for the code that the host shows', async () => {
    await start()
    const host = await connect(server, 'host', { path: '/s/show' })
    const update = await host.until(({ payload }) => payload['pairCode'] !== undefined)
    const code = String(update.payload['pairCode'])
    expect(code).toMatch(/^[\dA-Z]{6}$/)
    const shownFor = Number(update.payload['pairCodeUntil']) - Date.now()
    expect(shownFor).toBeGreaterThan(0)
    expect(shownFor).toBeLessThanOrEqual(CODE_SHOWN_MS)
    const { status, headers, body } = await pair(
      ` ${code.slice(0, 3)} ${code.slice(3)}`.toLowerCase(),
    )
    expect([status, JSON.parse(body)]).toEqual([200, { session: 'show', key: expect.any(String) }])
    const { key } = JSON.parse(body) as { key: string }
    expect(key).toMatch(/^\w+\.0\.\d+\.[\w-]{22}$/)
    const viewer = await connect(server, 'viewer', { path: '/s/show', key })
    await viewer.until(({ type }) => type === 'status')
    const { payload } = await host.until((message) => isWatching(message.payload['tokens'], 1))
    const [token] = (payload['tokens'] as { id: string }[]).map(({ id }) => id)
    expect(key.startsWith(`${token}.`)).toBe(true)
    viewer.socket.terminate()
    expect(headers['cache-control']).toBe('no-store')
    expect(headers['access-control-allow-origin']).toBeUndefined()
    expect(server.pairCode('show')).toBe(code)
    host.socket.terminate()
  })

  it('gives everyone who types one code the same token, lists it for the host, and revokes it', async () => {
    await start()
    const host = await connect(server, 'host')
    const { payload } = await host.until(({ payload: { pairCode } }) => pairCode !== undefined)
    const redeem = async () => JSON.parse((await pair(payload['pairCode'])).body) as { key: string }
    const [{ key }, second] = [await redeem(), await redeem()]
    expect(second.key).toBe(key)
    const viewer = await connect(server, 'viewer', { key })
    const listed = await host.until(({ payload: { access } }) =>
      JSON.stringify(access ?? '').includes('code, '),
    )
    const access = listed.payload['access'] as { tokens: { id: string; label: string }[] }
    expect(access.tokens).toEqual([
      { id: key.split('.')[0], label: expect.any(String), expires: expect.any(Number) },
    ])
    const revoked = { generation: 0, tokens: [], revoked: [access.tokens[0]!.id] }
    host.send({ type: 'status', payload: { access: revoked } })
    expect((await viewer.closed).code).toBe(4403)
    expect((await pair(payload['pairCode'])).status).toBe(404)
    // Nobody else is locked out.
    const main = await connect(server, 'viewer')
    await main.until(({ type }) => type === 'status')
    for (const { socket } of [host, main]) socket.terminate()
  })

  it.each(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'])(
    'answers %s in JSON, and names the method that it accepts',
    async (method) => {
      await start()
      const { status, body, headers } = await ask(server, '/pair', { method })
      expect([status, headers['allow']]).toEqual([405, 'POST'])
      expect(headers['content-type']).toContain('application/json')
      if (method !== 'HEAD') expect(JSON.parse(body)).toEqual({ error: 'post_only' })
    },
  )

  it('redeems a code while the host is away, as long as the code is valid', async () => {
    await start()
    const host = await connect(server, 'host')
    const { payload } = await host.until(({ payload: { pairCode } }) => pairCode !== undefined)
    host.send({ type: 'session_update', epoch: 'e', seq: 0, payload: { a: { b: 1 } } })
    await (await connect(server, 'viewer')).until(({ type }) => type === 'session_update')
    await host.close()
    const { key } = JSON.parse((await pair(payload['pairCode'])).body) as { key: string }
    const viewer = await connect(server, 'viewer', { key })
    await viewer.until(({ type }) => type === 'session_update')
    const back = await connect(server, 'host')
    const { payload: status } = await back.until(({ payload: { access } }) => access !== undefined)
    expect(JSON.stringify(status['access'])).toContain('code, ')
    for (const { socket } of [viewer, back]) socket.terminate()
  })

  it('redeems no code when the session has no space for another token', async () => {
    await start()
    const host = await connect(server, 'host')
    const { payload } = await host.until(({ payload: { pairCode } }) => pairCode !== undefined)
    const tokens = Array.from({ length: 1000 }, (_, index) => ({ id: `t${index}` }))
    const access = { generation: 0, tokens, revoked: [] }
    host.send({ type: 'status', payload: { access, change: 1 } })
    await host.until(({ payload: { change } }) => change === 1)
    expect((await pair(payload['pairCode'])).status).toBe(404)
    host.socket.terminate()
  })

  it('returns no key when the relay is open', async () => {
    await start({ open: true, viewerKey: undefined as never })
    const { body } = await pair(server.pairCode())
    expect(JSON.parse(body)).toEqual({ session: 'default' })
  })

  it('creates no code for a session that only a viewer named', async () => {
    await start()
    const viewer = await connect(server, 'viewer', { path: '/s/mine' })
    await viewer.until(({ type }) => type === 'status')
    expect(viewer.frames.join()).not.toContain('pairCode')
    viewer.socket.terminate()
  })

  it.each<[string, AskOptions, number, string]>([
    ['an unknown code', {}, 404, 'unknown_code'],
    ['a malformed code', { body: '{"code":"nope"}' }, 404, 'unknown_code'],
    ['a body without a code', { body: '{"kode":1}' }, 400, 'bad_request'],
    ['a body that is no JSON', { body: '{' }, 400, 'bad_request'],
    ['no body', { body: '' }, 400, 'bad_request'],
    ['a long body', { body: JSON.stringify({ code: 'x'.repeat(300) }) }, 400, 'bad_request'],
    [
      'a long body in chunks',
      {
        body: JSON.stringify({ code: 'x'.repeat(300) }),
        headers: { 'transfer-encoding': 'chunked' },
      },
      400,
      'bad_request',
    ],
    ['a form', { headers: { 'content-type': 'text/plain' } }, 415, 'json_only'],
    ['almost JSON', { headers: { 'content-type': 'application/jsonp' } }, 415, 'json_only'],
  ])('refuses %s', async (_, options, status, error) => {
    await start()
    const answer = await guess(options)
    expect([answer.status, JSON.parse(answer.body)]).toEqual([status, { error }])
    expect(answer.headers['cache-control']).toBe('no-store')
  })

  it('makes a client that guesses wait, even with a right code, and ignores forwarded addresses', async () => {
    await start()
    for (let count = 0; count < 10; count++)
      expect((await guess({ headers: { 'x-forwarded-for': `192.0.2.${count}` } })).status).toBe(404)
    const answer = await pair(server.pairCode())
    expect([answer.status, JSON.parse(answer.body)]).toEqual([429, { error: 'too_many' }])
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
  })

  it('looks up ten of a thousand codes that a client tries in parallel', async () => {
    await start()
    const answers = await Promise.all(Array.from({ length: 1000 }, () => guess()))
    expect(answers.filter(({ status }) => status === 404)).toHaveLength(10)
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(990)
  })

  it('redeems a right code while ten addresses try as many as they can', async () => {
    await start({ trustProxy: ['loopback'] })
    for (let attacker = 0; attacker < 10; attacker++)
      for (let count = 0; count < 15; count++)
        await guess({ headers: { 'x-forwarded-for': `192.0.2.${attacker}` } })
    const { status } = await pair(server.pairCode(), {
      headers: { 'x-forwarded-for': '192.0.2.99' },
    })
    expect(status).toBe(200)
  })

  it('counts by the forwarded address when the proxy is trusted', async () => {
    await start({ trustProxy: ['loopback'] })
    const from = (address: string) => ({ headers: { 'x-forwarded-for': address } })
    for (let count = 0; count < 10; count++) await guess(from('192.0.2.1'))
    expect((await guess(from('192.0.2.1'))).status).toBe(429)
    expect((await guess(from('192.0.2.2'))).status).toBe(404)
    // The last untrusted address counts; a client can invent the ones before it.
    expect((await guess(from('192.0.2.9, 192.0.2.1'))).status).toBe(429)
  })
})
