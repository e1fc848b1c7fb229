import { expect } from 'vitest'
import { startRuntime } from './child-runtime.ts'
import { createHubBackplane } from '../src/nodes/hub-backplane.ts'
import { createHub } from '../src/nodes/hub.ts'
import { describeRelay } from './relay-contract.ts'
import { createSyncServer } from '../src/server.ts'

describeRelay('a relay on Node', async (options) => {
  const server = createSyncServer({ port: 0, host: '127.0.0.1', warn: () => {}, ...options })
  await server.start()
  return { urls: [`ws://127.0.0.1:${server.getStatus().port}`], stop: () => server.stop() }
})

describeRelay('a relay of three nodes', async (options) => {
  const hub = createHub()
  const servers = [0, 1, 2].map(() =>
    createSyncServer({
      port: 0,
      host: '127.0.0.1',
      warn: () => {},
      backplane: createHubBackplane({ hub, interval: 200 }),
      ...options,
    }),
  )
  await Promise.all(servers.map((server) => server.start()))
  return {
    urls: servers.map((server) => `ws://127.0.0.1:${server.getStatus().port}`),
    stop: async () => void (await Promise.all(servers.map((server) => server.stop()))),
  }
})

for (const runtime of ['bun', 'deno'] as const) {
  describeRelay(`a relay on ${runtime}`, async (options) => {
    const { port, stop, said } = await startRuntime(runtime, options)
    return {
      urls: [`ws://127.0.0.1:${port}`],
      async stop() {
        await stop()
        // What a host said that was no message is warned of; nothing else is to be told.
        expect(said().replaceAll(/^\[vue-sync\] Dropped a message.*\n/gm, '')).toBe('')
      },
    }
  })
}
