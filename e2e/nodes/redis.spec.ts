import process from 'node:process'
import { afterAll, beforeAll, describe } from 'vitest'
import { describeNodeLimits, describeNodes } from '../../server/test/nodes-suite.ts'
import { createRedisBackplane, createSyncServer, type SyncServerOptions } from '@vue-sync/server'
import { describeRelay } from '../../server/test/relay-contract.ts'
import { startRedis, type TestRedis } from '../support/relays/redis.ts'

describe.skipIf(!process.env['VUE_SYNC_REDIS_SERVER'])('Redis', () => {
  let redis: TestRedis
  let round = 0
  beforeAll(async () => {
    redis = await startRedis()
  })
  afterAll(() => redis.stop())

  async function startNodes(options: SyncServerOptions) {
    round++
    const servers = [0, 1, 2].map(() =>
      createSyncServer({
        port: 0,
        host: '127.0.0.1',
        admin: true,
        backplane: createRedisBackplane({ url: redis.url, prefix: `test-${round}`, interval: 200 }),
        ...options,
      }),
    )
    await Promise.all(servers.map((server) => server.start()))
    return { servers, stop: async () => void (await Promise.all(servers.map((s) => s.stop()))) }
  }

  describeNodes('Redis', () => startNodes({ hostKey: 'host-key', viewerKey: 'viewer-key' }))

  describeNodeLimits('Redis', (limits) =>
    startNodes({ hostKey: 'host-key', viewerKey: 'viewer-key', limits, warn: () => {} }),
  )

  describeRelay('a relay of three nodes with a Redis', async (options) => {
    const { servers, stop } = await startNodes({ ...options, warn: () => {} })
    return { urls: servers.map((server) => `ws://127.0.0.1:${server.getStatus().port}`), stop }
  })
})
