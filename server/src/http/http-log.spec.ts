import { once } from 'node:events'
import { type ClientRequest, get, type IncomingMessage } from 'node:http'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createSyncServer, type SyncServer, type SyncServerOptions } from '../index.ts'
import { ask, type Client, config, connect, session } from '../../test/client.ts'

let server: SyncServer
let host: Client
const open = new Set<ClientRequest>()

async function start(options: SyncServerOptions = {}): Promise<void> {
  server = createSyncServer({ port: 0, host: '127.0.0.1', warn: () => {}, ...options })
  await server.start()
  host = await connect(server, 'host')
  await host.until(({ type }) => type === 'status')
}

beforeEach(() => start())
afterEach(async () => {
  for (const request of open) request.destroy()
  open.clear()
  await server.stop()
})

/** Long, for loaded machines. */
const until = <Result>(check: () => Result | Promise<Result>) =>
  vi.waitFor(check, { timeout: 15_000 })

const auth = (more = {}) => ({ authorization: `Bearer ${server.viewerKey}`, ...more })
const VIEWER = { 'vue-sync-viewer': 'viewer-of-this-test' }
const read = (path: string, headers: Record<string, string> = {}) =>
  ask(server, path, { headers: { ...auth(), ...headers } })
const lines = (body: string) => body.trimEnd().split('\n')
const messages = (body: string) =>
  lines(body).map((line) => JSON.parse(line) as Record<string, unknown>)
const nextOf = ({ body }: { body: string }) => String(messages(body).at(-1)!['query'])
const counts = () => host.of('status').map(({ payload }) => payload['clientCount'])

/** Sends state, and waits until the relay holds it. */
async function publish(...sent: { seq: number; [field: string]: unknown }[]): Promise<void> {
  for (const message of sent) host.send(message)
  await until(async () =>
    expect((await read('/state')).body).toContain(`"seq":${sent.at(-1)!.seq}`),
  )
}

/** A request that may take long. */
async function listen(path: string, headers = {}) {
  const request = get({
    host: '127.0.0.1',
    port: server.getStatus().port,
    path,
    agent: false,
    headers: auth(headers),
  })
  open.add(request)
  request.on('error', () => {})
  const result = { text: '', isOver: false, response: undefined as IncomingMessage | undefined }
  request.on('response', (response) => {
    result.response = response
    response.setEncoding('utf8').on('data', (data: string) => (result.text += data))
    response.on('end', () => (result.isOver = true))
    response.on('error', () => {})
  })
  await once(request, 'finish')
  return Object.assign(result, { request })
}

it('keeps the position of a viewer over any number of requests', async () => {
  await publish(session('e', 1, { n: 1 }), config('e', 2, { n: 2 }))
  const first = await read('/state')
  expect(messages(first.body).map(({ type }) => type)).toEqual([
    'session_update',
    'config_update',
    'status',
    'next',
  ])
  const waiting = await listen(`/log?${nextOf(first)}&live=1`)
  host.send(config('e', 3, { n: 3 }))
  await until(() => expect(waiting.isOver).toBe(true))
  expect(messages(waiting.text)).toMatchObject([
    { type: 'config_update', seq: 3 },
    { type: 'status', seq: 3, payload: { host: 'online' } },
    { type: 'next' },
  ])
})

it('gives the frames byte for byte, in lines or with their length', async () => {
  const text = '{"type":"session_update", "epoch":"e",\n "seq":1,"payload":{"s":{"é":"ü"}}}'
  const header = '{"type":"config_update","epoch":"e","seq":2}\n'
  const binary = Buffer.concat([Buffer.from(header), Buffer.from('{"payload":{"s":{"n":1}}}')])
  host.socket.send(text)
  host.socket.send(binary)
  await until(async () => expect((await read('/state')).body).toContain('binary'))
  const { body, headers } = await read('/state')
  expect(body).toContain(`#${Buffer.byteLength(text)} text\n${text}\n`)
  expect(body).toContain(`#${binary.length} binary\n${binary.toString()}\n`)
  expect(headers['content-length']).toBe(String(Buffer.byteLength(body)))
})

it('ends a wait when the presence of the host changes, and not for a heartbeat', async () => {
  await server.stop()
  await start({ heartbeat: 100 })
  await publish(session('e', 1, { n: 1 }))
  const waiting = await listen(`/log?${nextOf(await read('/state'))}&live=1`)
  await new Promise((resolve) => setTimeout(resolve, 400))
  expect(waiting.isOver).toBe(false)
  await host.close()
  await until(() => expect(waiting.isOver).toBe(true))
  expect(messages(waiting.text)[0]).toMatchObject({ payload: { host: 'offline' } })
  // The cursor stands for the status before, so the answer is there at once.
  const old = nextOf({ body: waiting.text }).replace(/cursor=.*/, 'cursor=other.1')
  expect(messages((await read(`/log?${old}&live=1`)).body)).toHaveLength(2)
})

it('answers 304 to a viewer that has the state', async () => {
  await publish(session('e', 1, { n: 1 }))
  const { headers, status } = await read('/state')
  expect(status).toBe(200)
  const etag = headers.etag!
  expect(await read('/state', { 'if-none-match': etag })).toMatchObject({ status: 304, body: '' })
  await publish(config('e', 2, { n: 2 }))
  expect((await read('/state', { 'if-none-match': etag })).status).toBe(200)
})

it('puts the state together for programs that keep no position', async () => {
  expect(await read('/state.json')).toMatchObject({ status: 404 })
  host.send({ type: 'status', payload: { name: 'Final' } })
  await publish(session('e', 1, { rows: [{ n: 1 }], title: 'a' }), {
    ...config('e', 2, { title: 'b' }),
    patch: [{ op: 'add', path: '/s/rows/-', value: { n: 2 } }],
  })
  const { body, headers } = await read('/state.json')
  expect(headers['content-type']).toBe('application/json')
  expect(JSON.parse(body)).toMatchObject({
    epoch: 'e',
    seq: 2,
    host: 'online',
    behind: false,
    name: 'Final',
    state: { s: { title: 'b', rows: [{ n: 1 }, { n: 2 }] } },
  })
  expect(await read('/state.json', { 'if-none-match': headers.etag! })).toMatchObject({
    status: 304,
  })
  const binary = '{"type":"config_update","epoch":"e","seq":3}\n{"payload":{}}'
  host.socket.send(Buffer.from(binary))
  await until(async () => expect((await read('/state.json')).status).toBe(406))
})

describe('the count of viewers', () => {
  it('has a viewer once, between its requests too', async () => {
    await publish(session('e', 1, { n: 1 }))
    let query = nextOf(await read('/state', VIEWER))
    await until(() => expect(counts().at(-1)).toBe(1))
    for (let seq = 2; seq < 8; seq++) {
      const waiting = await listen(`/log?${query}&live=1`, VIEWER)
      host.send(config('e', seq, { n: seq }))
      await until(() => expect(waiting.isOver).toBe(true))
      query = nextOf({ body: waiting.text })
    }
    expect(server.getStatus().clientCount).toBe(1)
    expect(Math.max(...(counts() as number[]))).toBe(1)
  })

  // A viewer without an id had its answer before it was added to its session, and was never removed.
  it('returns to zero after viewers without an id', async () => {
    await publish(session('e', 1, { n: 1 }))
    for (let turn = 0; turn < 3; turn++) await read('/state')
    await until(() => expect(server.getStatus().clientCount).toBe(0))
  })

  it('is called an estimate where caches may answer', async () => {
    await publish(session('e', 1, { n: 1 }))
    await read('/state', VIEWER)
    await until(() => expect(counts().at(-1)).toBe(1))
    expect(host.of('status').at(-1)!.payload).not.toHaveProperty('estimated')
    await server.stop()
    await start({ public: true })
    await publish(session('e', 1, { n: 1 }))
    await read('/state', VIEWER)
    await until(() => expect(host.of('status').at(-1)!.payload['estimated']).toBe(true))
  })
})

describe('access', () => {
  it('refuses a wrong key also with the id of a viewer that has the right one', async () => {
    await publish(session('e', 1, { n: 1 }))
    await read('/state', VIEWER)
    const refused = await read('/state', { ...VIEWER, authorization: 'Bearer wrong' })
    expect(refused).toMatchObject({ status: 401 })
    expect(JSON.parse(refused.body)).toMatchObject({ error: 'bad_token', code: 4401 })
    expect((await read('/state', VIEWER)).status).toBe(200)
  })

  // The new request took the place of the viewer before its key was compared.
  it('does not end the stream of a viewer because somebody else claims its id', async () => {
    await publish(session('e', 1, { n: 1 }))
    const stream = await listen('/stream', VIEWER)
    await until(() => expect(stream.text).toContain('status'))
    expect((await read('/log', { ...VIEWER, authorization: 'Bearer wrong' })).status).toBe(401)
    host.send(config('e', 2, { n: 2 }))
    await until(() => expect(stream.text).toContain('"seq":2'))
  })

  it('takes a key in the form of a subprotocol, which may be any text', async () => {
    await server.stop()
    await start({ viewerKey: 'grün und lang genug für einen Test ✓' })
    const token = `token.${Buffer.from(server.viewerKey!).toString('base64url')}`
    const { status } = await ask(server, '/state', {
      headers: { authorization: `Bearer ${token}` },
    })
    expect(status).toBe(200)
  })

  it('ends a stream and a wait when the links are withdrawn', async () => {
    await publish(session('e', 1, { n: 1 }))
    const stream = await listen('/stream')
    const waiting = await listen(`/log?${nextOf(await read('/state'))}&live=1`)
    await until(() => expect(stream.text).toContain('status'))
    host.send({
      type: 'status',
      payload: { access: { generation: 1, tokens: [{ id: 'new' }], revoked: ['main'] } },
    })
    await until(() => expect(stream.isOver && waiting.isOver).toBe(true))
    expect(messages(stream.text).at(-1)).toMatchObject({ type: 'close', code: 4403 })
    expect(waiting.response!.statusCode).toBe(403)
    expect(JSON.parse(waiting.text)).toMatchObject({ error: 'revoked', code: 4403 })
  })

  it('ends a stream with the code for a relay that stops', async () => {
    await publish(session('e', 1, { n: 1 }))
    const stream = await listen('/stream')
    await until(() => expect(stream.text).toContain('status'))
    await server.stop()
    await until(() => expect(stream.text).toContain('"type":"close","code":4000'))
  })
})

it('lets pages of allowed origins read, and no others', async () => {
  await server.stop()
  await start({ allowedOrigins: ['https://app.example'] })
  const allowed = await read('/state', { origin: 'https://app.example' })
  expect(allowed).toMatchObject({ status: 200, headers: { vary: 'Origin' } })
  expect(allowed.headers['access-control-allow-origin']).toBe('https://app.example')
  const foreign = await read('/state', { origin: 'https://evil.example' })
  expect(foreign.status).toBe(403)
  expect(JSON.parse(foreign.body)).toMatchObject({ error: 'bad_origin' })
  expect(foreign.headers).not.toHaveProperty('access-control-allow-origin')
})

describe('caches', () => {
  const cacheOf = async (path: string) => (await read(path)).headers['cache-control']

  it('keep nothing by default', async () => {
    await publish(session('e', 1, { n: 1 }), config('e', 2, { n: 2 }))
    for (const path of ['/state', '/log?epoch=e&seq=1', '/log?epoch=e&seq=1&live=1'])
      expect(await cacheOf(path)).toBe('private, no-store')
  })

  it('keep what is public, and what follows a position for good', async () => {
    await server.stop()
    await start({ public: true })
    await publish(session('e', 1, { n: 1 }), config('e', 2, { n: 2 }))
    expect(await cacheOf('/state')).toBe('public, max-age=1')
    expect(await cacheOf('/log?epoch=e&seq=2')).toBe('public, max-age=1')
    expect(await cacheOf('/log?epoch=old&seq=7')).toBe('public, max-age=1')
    expect(await cacheOf('/log?epoch=e&seq=1&live=1')).toBe('public, max-age=5')
    expect(await cacheOf('/log?epoch=e&seq=1')).toBe('public, max-age=31536000, immutable')
  })

  // The answer was made before the viewer was in its session, so the relay did not know that it is encrypted.
  it('keep what is encrypted', async () => {
    const header = '{"type":"session_update","epoch":"e","seq":1,"codec":"aes-256-gcm.es256"}\n'
    host.socket.send(Buffer.concat([Buffer.from(header), Buffer.from('sealed')]))
    await until(async () => expect((await read('/state')).body).toContain('sealed'))
    expect(await cacheOf('/state')).toBe('public, max-age=1')
  })
})

it('names the fault of a bad request', async () => {
  expect(await read('/log?epoch=e')).toMatchObject({ status: 400 })
  expect(await ask(server, '/log', { method: 'POST' })).toMatchObject({
    status: 405,
    headers: { allow: 'GET, HEAD, OPTIONS' },
  })
  expect(JSON.parse((await read('/s/bad%20name/log')).body)).toMatchObject({ code: 4404 })
  expect((await read('/state', { host: 'evil.example' })).status).toBe(421)
})
