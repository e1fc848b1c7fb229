import process from 'node:process'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type AuditEvent,
  createRedisBackplane,
  createSyncServer,
  type SyncServer,
} from '@vue-sync/server'
import { type Client, config, connect, session } from '../../server/test/client.ts'
import { startRedis, type TestRedis } from '../support/relays/redis.ts'

const PREFIX = 'fuzz'
const CHANNEL = `${PREFIX}:{fuzzed}`
const RUNS = 400

/** Notices of each type, with fields that are right, wrong or missing. None may end the session for good. */
const value = fc.oneof(
  fc.anything({ maxDepth: 3 }),
  fc.constantFrom(
    null,
    undefined,
    -1,
    0,
    1e308,
    Number.MAX_SAFE_INTEGER,
    '',
    'x'.repeat(300),
    {},
    [],
  ),
)
const notice = fc.record(
  {
    type: fc.constantFrom(
      'here',
      'who',
      'gone',
      'want',
      'hash',
      'kick',
      'list',
      'listed',
      'addresses',
      '__proto__',
      'constructor',
      'x',
    ),
    viewers: value,
    tokens: value,
    hostSince: value,
    position: fc.oneof(value, fc.record({ epoch: value, seq: value })),
    hash: value,
    viewer: value,
    ask: value,
    isAll: value,
    counts: fc.oneof(value, fc.array(fc.tuple(value, value, value))),
    code: value,
    reason: value,
  },
  { requiredKeys: [] },
)
const json = (part: unknown): string => JSON.stringify(part) ?? ''
const head = fc.oneof(
  fc.constantFrom('note n - 0 ', 'about n - 0 ', 'reset n l 1 ', 'claim n - 1 ', 'entry n l 1 {}'),
  fc
    .record({ epoch: value, seq: value, binary: value, snapshot: value })
    .map((header) => `entry n l 1 ${json(header)}`),
  fc.nat().map((count) => `entry n l ${'9'.repeat(count % 400)} {"epoch":"e","seq":1}`),
  fc.string(),
)
const message = fc.oneof(
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  fc.tuple(head, fc.oneof(notice, value)).map(([first, body]) => `${first}\n${json(body)}`),
  notice.map((body) => `note n - 0 \n${json(body)}`),
  fc.constantFrom(
    'note n - 0 \nnull',
    'note n - 0 \n{"type":"here"}',
    'note n - 0 \n{"type":"close","code":7,"reason":5}',
  ),
)

const HOST_KEY = 'host-key-of-fuzzed-nodes'

describe.skipIf(!process.env['VUE_SYNC_REDIS_SERVER'])('messages in Redis', () => {
  let redis: TestRedis
  let servers: SyncServer[]
  const clients: Client[] = []
  const warnings: string[][] = [[], []]
  let events: AuditEvent[]

  beforeEach(async () => {
    events = []
    redis = await startRedis()
    servers = [0, 1].map((index) =>
      createSyncServer({
        port: 0,
        host: '127.0.0.1',
        hostKey: HOST_KEY,
        viewerKey: 'viewer-key-of-fuzzed-nodes',
        admin: true,
        warn: (text) => void warnings[index]!.push(text),
        audit: (event) => void events.push(event),
        backplane: createRedisBackplane({ url: redis.url, prefix: PREFIX, interval: 200 }),
      }),
    )
    await Promise.all(servers.map((server) => server.start()))
  })
  afterEach(async () => {
    for (const { socket } of clients.splice(0)) socket.terminate()
    await Promise.all(servers.map((server) => server.stop()))
    await redis.stop()
  })

  async function dial(index: number, role: 'host' | 'viewer', name: string): Promise<Client> {
    const client = await connect(servers[index]!, role, { path: `/s/${name}` })
    clients.push(client)
    return client
  }
  /** A host on the first node and a viewer on the second. */
  async function show(name: string) {
    const host = await dial(0, 'host', name)
    const viewer = await dial(1, 'viewer', name)
    host.send(session('e', 0, { at: 0 }))
    await viewer.until(({ seq }) => seq === 0)
    return { host, viewer }
  }

  it('that are malformed end no relay and stop no session, and are reported once', async () => {
    const { host, viewer } = await show('other')
    await show('fuzzed')
    await redis.use((client) =>
      fc.assert(
        fc.asyncProperty(message, async (data) => {
          await client.publish(CHANNEL, data)
        }),
        { numRuns: RUNS },
      ),
    )
    host.send(config('e', 1, { at: 1 }))
    await viewer.until(({ seq }) => seq === 1)
    for (const texts of warnings) {
      expect(texts).toEqual([expect.stringContaining('A message of another node was dropped')])
    }
    // Whatever valid messages the fuzzer made of it, a new host and a new viewer are served.
    const again = await dial(1, 'host', 'fuzzed')
    again.send(session('f', 0, { at: 2 }))
    const late = await dial(0, 'viewer', 'fuzzed')
    await late.until(({ epoch }) => epoch === 'f')
  })

  it('say whether a host on another node is the same page, so that the log has takeovers only', async () => {
    const { host } = await show('moved')
    const moved = { path: '/s/moved', position: { epoch: 'e', seq: 0 } }
    const again = await connect(servers[1]!, 'host', moved)
    clients.push(again)
    await host.closed
    expect(events).toEqual([])
    await dial(0, 'host', 'moved')
    await again.closed
    expect(events).toMatchObject([{ kind: 'replaced', elsewhere: true }])
  })

  it('and stored values that are malformed hide no other session', async () => {
    await redis.use(async (client) => {
      await client.set(`${PREFIX}:code:K7Q4MX`, '../no session name')
      await client.set(`${PREFIX}:count:codes:127.0.0.1`, 'no number')
      await client.hset(`${PREFIX}:{bad}:session`, { term: 'x', log: 'l', count: 'y', about: '{' })
      await client.xadd(`${PREFIX}:{bad}:log`, '1-0', 'h', '{', 'b', 'x')
      await client.xadd(`${PREFIX}:{a b}:log`, '1-0', 'h', '{', 'b', 'x')
    })
    const viewer = await dial(1, 'viewer', 'bad')
    await viewer.until(({ type }) => type === 'status')
    const answer = await fetch(`http://127.0.0.1:${servers[0]!.getStatus().port}/pair`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"code":"K7Q4MX"}',
    })
    expect(answer.status).toBe(404)
    const list = await fetch(`http://127.0.0.1:${servers[0]!.getStatus().port}/admin/sessions`, {
      headers: { authorization: `Bearer ${HOST_KEY}` },
    })
    expect(((await list.json()) as { sessions: object[] }).sessions).toContainEqual({
      name: 'bad',
      open: false,
    })
    const { viewer: other } = await show('other')
    expect(other.socket.readyState).toBe(1)
  })
})
