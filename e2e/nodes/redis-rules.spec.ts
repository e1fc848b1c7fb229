import process from 'node:process'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createRedisBackplane, createSyncServer, type SyncServer } from '@vue-sync/server'
import { ask, type Client, connect, session } from '../../server/test/client.ts'
import { openFaultProxy } from '../support/network/fault-proxy.ts'
import { startRedis, type TestRedis } from '../support/relays/redis.ts'
import { freePort } from '../../server/test/free-port.ts'

const KEY = 'vue-sync:{default}:session'
const LOWER = { generation: 0, tokens: [], revoked: [] }

// Which viewers a session admits, as it is stored in a real Redis.
describe.skipIf(!process.env['VUE_SYNC_REDIS_SERVER'])('access rules in Redis', () => {
  const stops: (() => unknown)[] = []
  let redis: TestRedis
  beforeEach(async () => {
    redis = await startRedis()
    stops.push(() => redis.stop())
  })
  afterEach(async () => {
    for (const stop of stops.splice(0).toReversed()) await stop()
  })

  function backplane(port = redis.port) {
    const url = `redis://127.0.0.1:${port}`
    return createRedisBackplane({ url, interval: 200 })
  }
  async function startNode(port?: number): Promise<SyncServer> {
    const server = createSyncServer({
      port: 0,
      host: '127.0.0.1',
      hostKey: 'host-key',
      viewerKey: 'viewer-key',
      backplane: backplane(port),
      warn: () => {},
    })
    await server.start()
    stops.push(() => server.stop())
    return server
  }
  async function dial(server: SyncServer, role: 'host' | 'viewer', key?: string): Promise<Client> {
    const client = await connect(server, role, key === undefined ? {} : { key })
    stops.push(() => client.close())
    return client
  }
  async function setAccess(host: Client, access: object, change = 1) {
    host.send({ type: 'status', payload: { access, change } })
    return (await host.until(({ payload }) => payload['change'] === change)).payload
  }
  const keyOf = ({ tokens }: Record<string, unknown>): string =>
    (tokens as { key: string }[]).at(-1)!.key
  const stored = () => redis.use((client) => client.hget(KEY, 'access'))

  it('are united when many nodes write at once', async () => {
    const nodes = Array.from({ length: 4 }, () => backplane())
    for (const node of nodes) {
      await node.start()
      stops.push(() => node.stop())
    }
    const ids = nodes.flatMap((_, node) =>
      Array.from({ length: 3 }, (_, id) => `r${node}.${id}`.replace('.', '-')),
    )
    await Promise.all(
      ids.map((id, index) =>
        nodes[index % 4]!.mergeAccess('default', { generation: 1, tokens: [], revoked: [id] }),
      ),
    )
    const log = await nodes[0]!.load('default', { mark: undefined, infoId: '?' })
    expect(log!.about.access!.revoked.toSorted()).toEqual(ids.toSorted())
    await nodes[1]!.mergeAccess('default', { generation: 0, tokens: [], revoked: [] })
    expect(JSON.parse((await stored())!).generation).toBe(1)
  })

  it('stay in force on a new node without any host, and in the links that it prints', async () => {
    const first = await startNode()
    const host = await dial(first, 'host')
    host.send(session('e', 0, { a: 1 }))
    const access = { generation: 3, tokens: [{ id: 'all', general: true }], revoked: ['main'] }
    const key = keyOf(await setAccess(host, access))
    await expect.poll(stored).toContain('"generation":3')
    await host.close()
    await first.stop()
    const second = await startNode()
    for (const { url } of second.viewerUrls()) expect(new URL(url).hash).toBe(`#k=${key}`)
    expect(await (await dial(second, 'viewer', 'viewer-key')).closed).toMatchObject({ code: 4403 })
    await (await dial(second, 'viewer', key)).until(({ type }) => type === 'session_update')
    const back = await dial(second, 'host')
    const { payload } = await back.until(({ type }) => type === 'status')
    expect(payload['access']).toEqual(access)
  })

  it('are not lowered by an older node, which writes them beside the name', async () => {
    const node = await startNode()
    const host = await dial(node, 'host')
    host.send(session('e', 0, { a: 1 }))
    await setAccess(host, { generation: 2, tokens: [], revoked: ['main'] })
    await expect.poll(stored).toContain('"generation":2')
    const about = JSON.stringify({ name: 'Old', access: LOWER })
    await redis.use(async (client) => {
      await client.hset(KEY, 'about', about)
      await client.publish('vue-sync:{default}', `about older - 0 \n${about}`)
    })
    expect(await (await dial(node, 'viewer')).closed).toMatchObject({ code: 4403 })
    const late = await startNode()
    expect(await (await dial(late, 'viewer')).closed).toMatchObject({ code: 4403 })
    // What the older node revoked counts.
    const higher = JSON.stringify({ access: { generation: 4, tokens: [], revoked: [] } })
    await redis.use((client) => client.publish('vue-sync:{default}', `about older - 0 \n${higher}`))
    await expect.poll(stored).toContain('"generation":4')
  })

  it('reach a node that was cut off from Redis while a link was revoked, although no state was sent', async () => {
    const proxy = await openFaultProxy(redis.port)
    stops.push(() => proxy.close())
    const [near, far] = [await startNode(), await startNode(proxy.port)]
    const host = await dial(near, 'host')
    host.send(session('e', 0, { a: 1 }))
    const guest = keyOf(await setAccess(host, { ...LOWER, tokens: [{ id: 'guest' }] }))
    const viewer = await dial(far, 'viewer', guest)
    await viewer.until(({ type }) => type === 'session_update')
    const ready = async () => (await ask(far, '/readyz', {})).body
    await expect.poll(ready).toBe('ok')
    proxy.retarget(await freePort())
    proxy.reset()
    await expect.poll(ready).toBe('degraded')
    await setAccess(host, { ...LOWER, revoked: ['guest'] }, 2)
    await expect.poll(stored).toContain('"revoked":["guest"]')
    expect(viewer.socket.readyState).toBe(viewer.socket.OPEN)
    proxy.retarget(redis.port)
    expect(await viewer.closed).toMatchObject({ code: 4403 })
    await expect.poll(ready).toBe('ok')
    expect(await (await dial(far, 'viewer', guest)).closed).toMatchObject({ code: 4403 })
  })

  it('of a node that was cut off are added to those of the others', async () => {
    const proxy = await openFaultProxy(redis.port)
    stops.push(() => proxy.close())
    const [near, far] = [await startNode(), await startNode(proxy.port)]
    const ready = async () => (await ask(far, '/readyz', {})).body
    const publisher = await dial(far, 'host')
    publisher.send(session('e', 0, { a: 1 }))
    const guest = keyOf(await setAccess(publisher, { ...LOWER, tokens: [{ id: 'guest' }] }))
    const viewer = await dial(near, 'viewer', guest)
    await viewer.until(({ type }) => type === 'session_update')
    proxy.retarget(await freePort())
    proxy.reset()
    await expect.poll(ready).toBe('degraded')
    await setAccess(publisher, { ...LOWER, revoked: ['guest'] }, 2)
    // Meanwhile another browser becomes the host on the other side, and revokes something else.
    const other = await dial(near, 'host')
    other.send(session('f', 0, { a: 2 }))
    await setAccess(other, { ...LOWER, revoked: ['press'] })
    proxy.retarget(redis.port)
    expect(await viewer.closed).toMatchObject({ code: 4403 })
    await expect.poll(stored).toMatch(/"revoked":\["(guest","press|press","guest)"\]/)
    await other.until(({ payload: { access } }) => JSON.stringify(access ?? '').includes('guest'))
  })

  it('that are not JSON, and codes that another program stored, are ignored', async () => {
    const node = await startNode()
    await redis.use(async (client) => {
      await client.hset(KEY, 'access', '{"generation":', 'about', 'null', 'info', 'x')
      for (const [code, text] of [
        ['AAAAAA', 'default'],
        ['BBBBBB', '{"session":"default","fence":"0"}'],
      ])
        await client.set(`vue-sync:code:${code}`, text!)
    })
    const host = await dial(node, 'host')
    await setAccess(host, { generation: 1, tokens: [], revoked: ['main'] })
    await expect.poll(stored).toContain('"generation":1')
    for (const code of ['AAAAAA', 'BBBBBB']) {
      const headers = { 'content-type': 'application/json' }
      const body = JSON.stringify({ code })
      expect((await ask(node, '/pair', { method: 'POST', headers, body })).status).toBe(404)
    }
  })
})
