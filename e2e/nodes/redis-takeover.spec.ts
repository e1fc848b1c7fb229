import process from 'node:process'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createRedisBackplane, createSyncServer, type SyncServer } from '@vue-sync/server'
import { type Client, connect, session } from '../../server/test/client.ts'
import { type FaultProxy, openFaultProxy } from '../support/network/fault-proxy.ts'
import { startRedis, type TestRedis } from '../support/relays/redis.ts'

/** Longer than a page takes to reconnect to another node. */
const DELAY_MS = 150

describe.skipIf(!process.env['VUE_SYNC_REDIS_SERVER'])('a node with a slow way to Redis', () => {
  let redis: TestRedis
  let proxy: FaultProxy
  let servers: SyncServer[]
  const clients: Client[] = []

  beforeEach(async () => {
    redis = await startRedis()
    proxy = await openFaultProxy(redis.port, { delay: DELAY_MS })
    servers = [redis.url, `redis://127.0.0.1:${proxy.port}`].map((url) =>
      createSyncServer({
        port: 0,
        host: '127.0.0.1',
        hostKey: 'host-key-of-a-slow-node',
        viewerKey: 'viewer-key-of-a-slow-node',
        backplane: createRedisBackplane({ url, interval: 200 }),
      }),
    )
    await Promise.all(servers.map((server) => server.start()))
  })
  afterEach(async () => {
    for (const { socket } of clients.splice(0)) socket.terminate()
    await Promise.all(servers.map((server) => server.stop()))
    await proxy.close()
    await redis.stop()
  })

  async function dial(node: number): Promise<Client> {
    const client = await connect(servers[node]!, 'host')
    clients.push(client)
    return client
  }

  // The node took its estimate of Redis's clock from a late answer, so its host seemed to be the earlier one.
  it('takes over a host that has just connected to another node', async () => {
    const first = await dial(0)
    first.send(session('first', 0, {}))
    await first.until(({ type }) => type === 'status')
    const second = await dial(1)
    expect(await Promise.race([first.closed.then(() => 1), second.closed.then(() => 2)])).toBe(1)
    const third = await dial(0)
    expect(await Promise.race([second.closed.then(() => 2), third.closed.then(() => 3)])).toBe(2)
  })
})
