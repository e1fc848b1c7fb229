import nodeAdapter from 'crossws/adapters/node'
import nodeAdapter03 from 'crossws-0.3/adapters/node'
import { createApp, createRouter, defineWebSocketHandler } from 'h3-1'
import { expect } from 'vitest'
import { startBareRelay, type ToAdapter } from './bare-relay.ts'
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

const BARE: Record<string, ToAdapter> = {
  'createRelay on crossws 0.4': (hooks) => nodeAdapter({ hooks }) as ReturnType<ToAdapter>,
  'createRelay on crossws 0.3': (hooks) => nodeAdapter03({ hooks: hooks as never }),
  // As Nitro 2 does, which is the server of Nuxt 4.
  'createRelay as a route of h3 1': (hooks) => {
    const router = createRouter().use('/**', defineWebSocketHandler(hooks as never))
    return nodeAdapter03(createApp().use(router).websocket)
  },
}

for (const [name, toAdapter] of Object.entries(BARE)) {
  describeRelay(name, async (options) => {
    const { url, stop } = await startBareRelay(options, toAdapter)
    return { urls: [url], stop }
  })
}

for (const runtime of ['bun', 'deno'] as const) {
  describeRelay(`a relay on ${runtime}`, async (options) => {
    const { port, stop, said } = await startRuntime(runtime, options)
    return {
      urls: [`ws://127.0.0.1:${port}`],
      async stop() {
        await stop()
        // Invalid messages of a host are reported. No other output is expected.
        expect(
          said().replaceAll(
            /^\[vue-sync\] (?:Dropped a message|Refused a message from the host|A change of access was refused).*\n/gm,
            '',
          ),
        ).toBe('')
      },
    }
  })
}
