import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSyncServer, type SyncServer } from '../../index.ts'
import { type Client, connect } from '../../../test/client.ts'
import { createTokenSigner } from './tokens.ts'

const KEYS = { hostKey: 'host-key-of-the-tokens', viewerKey: 'viewer-key-of-the-tokens' }

let server: SyncServer
let host: Client
const clients: Client[] = []
const HOUR = 3_600_000

let warnings: string[]
const expectedWarnings: unknown[] = []
const warn = (text: string): void => void warnings.push(text)

beforeEach(async () => {
  warnings = []
  server = createSyncServer({ port: 0, host: '127.0.0.1', ...KEYS, warn })
  await server.start()
  host = await connect(server, 'host')
  host.send({ type: 'session_update', epoch: 'e', seq: 0, payload: { a: { b: 1 } } })
})
afterEach(async () => {
  for (const client of clients.splice(0)) client.socket.terminate()
  host.socket.terminate()
  await server.stop()
  expect(warnings).toEqual(expectedWarnings.splice(0))
})

async function openViewer(key: string | undefined): Promise<Client> {
  const client = await connect(server, 'viewer', { key })
  clients.push(client)
  return client
}

type Rules = { generation?: number; tokens?: object[]; revoked?: string[] }
const setAccess = ({ generation = 0, tokens = [], revoked = [] }: Rules, by = host): void =>
  by.send({ type: 'status', payload: { access: { generation, tokens, revoked } } })

/** The key of a token, as the relay has signed it. */
async function keyOf(id: string, by = host): Promise<string> {
  type Signed = { id: string; key: string }[]
  const has = (tokens: unknown) => ((tokens ?? []) as Signed).find((token) => token.id === id)
  const { payload } = await by.until(({ payload: { tokens } }) => has(tokens) !== undefined)
  return has(payload['tokens'])!.key
}
const receivesState = (client: Client) => client.until(({ type }) => type === 'session_update')

describe('viewer tokens', () => {
  it('admit their viewers, are counted, and stay valid after a restart of the relay', async () => {
    setAccess({ tokens: [{ id: 'guests', label: 'Guests' }] })
    const key = await keyOf('guests')
    await receivesState(await openViewer(key))
    await host.until(({ payload }) =>
      JSON.stringify(payload['tokens'] ?? '').includes('"viewers":1'),
    )
    const port = server.getStatus().port
    await server.stop()
    server = createSyncServer({ port, host: '127.0.0.1', ...KEYS })
    await server.start()
    const viewer = await openViewer(key)
    host = await connect(server, 'host')
    host.send({ type: 'session_update', epoch: 'e', seq: 0, payload: { a: { b: 1 } } })
    await receivesState(viewer)
  })

  it('close only their own viewers when they are revoked, at once and for good', async () => {
    setAccess({ tokens: [{ id: 'one' }, { id: 'two' }] })
    const [one, two, main] = [
      await openViewer(await keyOf('one')),
      await openViewer(await keyOf('two')),
      await openViewer(KEYS.viewerKey),
    ]
    await Promise.all([one, two, main].map(receivesState))
    setAccess({ tokens: [{ id: 'two' }], revoked: ['one'] })
    expect(await one.closed).toEqual({ code: 4403, reason: 'This link was withdrawn' })
    expect((await (await openViewer(await keyOf('one'))).closed).code).toBe(4403)
    host.send({ type: 'config_update', epoch: 'e', seq: 1, payload: { a: { b: 2 } } })
    await Promise.all([two, main].map((it) => it.until(({ type }) => type === 'config_update')))
  })

  it('are all void after a rotation, as is the relay’s own key, and the links carry the new one', async () => {
    setAccess({ tokens: [{ id: 'old' }] })
    const old = await openViewer(await keyOf('old'))
    const main = await openViewer(KEYS.viewerKey)
    setAccess({ generation: 1, tokens: [{ id: 'new' }], revoked: ['main'] })
    expect((await old.closed).code).toBe(4403)
    expect((await main.closed).code).toBe(4403)
    const key = await keyOf('new')
    expect(server.viewerUrls().map(({ url }) => url.split('#')[1])).toEqual(
      server.viewerUrls().map(() => `k=${key}`),
    )
    await receivesState(await openViewer(key))
    expect((await (await openViewer(KEYS.viewerKey)).closed).code).toBe(4403)
  })

  it('close their viewers when they expire', async () => {
    setAccess({
      tokens: [
        { id: 'gone', expires: 1 },
        { id: 'soon', expires: Date.now() + 400 },
      ],
    })
    expect(await (await openViewer(await keyOf('gone'))).closed).toEqual({
      code: 4403,
      reason: 'This link has expired',
    })
    const soon = await openViewer(await keyOf('soon'))
    expect((await soon.closed).code).toBe(4403)
  })

  it('are valid for one session only, and a viewer cannot change them', async () => {
    setAccess({ tokens: [{ id: 'here', expires: Date.now() + HOUR }] })
    const key = await keyOf('here')
    const elsewhere = await connect(server, 'viewer', { key, path: '/s/other' })
    expect((await elsewhere.closed).code).toBe(4401)
    const viewer = await openViewer(key)
    await receivesState(viewer)
    setAccess({ revoked: ['main', 'here'] }, viewer)
    await receivesState(await openViewer(KEYS.viewerKey))
  })

  it.each([
    [{ generation: -1, tokens: [], revoked: [] }, 'access.generation'],
    [{ generation: 1e15, tokens: [], revoked: ['main'] }, 'access.generation'],
    [{ generation: 0, tokens: [{ id: 'main' }], revoked: [] }, 'access.tokens[0]'],
    [
      { generation: 0, tokens: [{ id: 'a', expires: 'soon' }], revoked: ['main'] },
      'access.tokens[0]',
    ],
    [
      {
        generation: 0,
        tokens: [{ id: 'a' }, { id: 'b', label: 'x'.repeat(201) }],
        revoked: ['main'],
      },
      'access.tokens[1]',
    ],
    [{ generation: 0, tokens: [], revoked: Array(1001).fill('main') }, 'access.revoked'],
    [{ generation: 0, tokens: {}, revoked: ['main'] }, 'access.tokens'],
    [{ generation: 0, tokens: [], revoked: [7] }, 'access.revoked[0]'],
    [{ generation: 0, tokens: [], revoked: ['main', 7] }, 'access.revoked[1]'],
    ['junk', 'access'],
    [null, 'access'],
  ])(
    'ignore invalid access rules: %j, all of them, and answer with the field',
    async (access, field) => {
      host.send({ type: 'status', payload: { access, change: 3 } })
      const { payload } = await host.until(({ payload: { change } }) => change === 3)
      expect(payload['problem']).toEqual({
        field,
        reason: expect.stringMatching(/^(It|At most) .*\.$/),
      })
      expect(payload['access']).toEqual({ generation: 0, tokens: [], revoked: [] })
      expectedWarnings.push(expect.stringContaining(`A change of access was refused: ${field}. `))
      host.send({ type: 'config_update', epoch: 'e', seq: 1, payload: { a: { b: 2 } } })
      await receivesState(await openViewer(KEYS.viewerKey))
    },
  )

  it('of a host that sends a lower generation are ignored, and it receives the present rules', async () => {
    const rules = {
      generation: 4,
      tokens: [{ id: 'new', general: true }],
      revoked: ['main', 'one'],
    }
    setAccess(rules)
    const key = await keyOf('new')
    await host.close()
    // As a browser whose storage was cleared.
    host = await connect(server, 'host')
    const { payload } = await host.until(({ type }) => type === 'status')
    expect(payload['access']).toEqual(rules)
    for (const lower of [{ generation: 0 }, { generation: 4, revoked: [] }]) setAccess(lower)
    host.send({ type: 'session_update', epoch: 'f', seq: 0, payload: { a: { b: 3 } } })
    await receivesState(await openViewer(key))
    expect((await (await openViewer(KEYS.viewerKey)).closed).code).toBe(4403)
    host.send({
      type: 'status',
      payload: { access: { generation: 5, tokens: [], revoked: [] }, change: 9 },
    })
    const { payload: answer } = await host.until(({ payload: { change } }) => change === 9)
    expect(answer['access']).toEqual({ generation: 5, tokens: [], revoked: ['main'] })
    expect((await (await openViewer(key)).closed).code).toBe(4403)
  })

  it('that are personal are never in the links of the relay', async () => {
    setAccess({ tokens: [{ id: 'press', label: 'Press' }], revoked: ['main'] })
    await keyOf('press')
    const keysOf = (urls: { url: string }[]) => new Set(urls.map(({ url }) => new URL(url).hash))
    expect(keysOf(server.viewerUrls())).toEqual(new Set(['']))
    const tokens = [{ id: 'press' }, { id: 'all', general: true }]
    setAccess({ generation: 1, tokens, revoked: ['main'] })
    const key = await keyOf('all')
    expect(keysOf(server.viewerUrls())).toEqual(new Set([`#k=${key}`]))
    setAccess({ generation: 1, tokens: [], revoked: ['all'] })
    await expect.poll(() => keysOf(server.viewerUrls())).toEqual(new Set(['']))
  })

  it('reach a limit with a clear answer, and a rotation drops what it makes redundant', async () => {
    const ids = (from: number) => Array.from({ length: 600 }, (_, index) => `r${from + index}`)
    setAccess({ revoked: ids(0) })
    const send = (access: object, change: number) => {
      host.send({ type: 'status', payload: { access, change } })
      return host.until(({ payload }) => payload['change'] === change)
    }
    const full = await send({ generation: 0, tokens: [], revoked: ids(600) }, 1)
    expect(full.payload['problem']).toEqual({
      field: 'access',
      reason:
        'At most 1000 are kept. Call rotate(): it ends all of them, and the list starts again.',
    })
    expect(full.payload['access']).toEqual({ generation: 0, tokens: [], revoked: ids(0) })
    const rotated = await send({ generation: 1, tokens: [], revoked: ['main'] }, 2)
    expect(rotated.payload).not.toHaveProperty('problem')
    expect(rotated.payload['access']).toEqual({ generation: 1, tokens: [], revoked: ['main'] })
    expectedWarnings.push(expect.stringContaining('Call rotate()'))
  })
})

it('no warning and no close reason contains a key', async () => {
  const texts: string[] = []
  const secret = 'secret-of-a-guest'
  const other = createSyncServer({
    port: 0,
    host: '127.0.0.1',
    hostKey: 'secret-of-the-host-of-this-relay',
    viewerKey: 'secret-of-viewers-of-this-relay',
    warn: (text) => void texts.push(text),
    authorize: ({ key }) => {
      if (key === secret) throw new Error('the app is down')
      return undefined
    },
  })
  await other.start()
  for (const role of ['host', 'viewer'] as const) {
    for (const key of [secret, 'secret-that-is-wrong', undefined]) {
      const { closed } = await connect(other, role, { key })
      texts.push((await closed).reason)
    }
  }
  const publisher = await connect(other, 'host')
  publisher.send('junk')
  await expect.poll(() => texts.some((text) => text.includes('Dropped'))).toBe(true)
  publisher.socket.terminate()
  await other.stop()
  expect(texts.length).toBeGreaterThan(8)
  expect(texts.filter((text) => text.includes('secret'))).toEqual([])
})

describe('a signature', () => {
  const { sign, verify } = createTokenSigner('secret')
  const token = fc.record({
    id: fc.stringMatching(/^[\w-]{1,64}$/),
    expires: fc.option(fc.integer({ min: 0, max: 8.64e15 }), { nil: undefined }),
  })

  it('verifies what was signed, and nothing that was changed', async () => {
    await fc.assert(
      fc.asyncProperty(
        token,
        fc.nat(),
        fc.nat(),
        fc.string({ minLength: 1, maxLength: 1 }),
        async (given, generation, at, other) => {
          const key = await sign('s', generation, given)
          expect(await verify('s', key)).toEqual({ ...given, generation })
          expect(await verify('t', key)).toBeUndefined()
          expect(await createTokenSigner('other').verify('s', key)).toBeUndefined()
          const place = at % key.length
          const changed = key.slice(0, place) + other + key.slice(place + 1)
          if (changed !== key) expect(await verify('s', changed)).toBeUndefined()
        },
      ),
    )
  })
})
