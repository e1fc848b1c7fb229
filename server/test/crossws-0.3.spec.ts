import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import nodeAdapter from 'crossws-0.3/adapters/node'
import { afterEach, expect, it } from 'vitest'
import { offerProtocols, type Role } from '@vue-sync/vue/protocol'
import { WebSocket } from 'ws'
import { createRelay } from '../src/relay.ts'

const stops: (() => unknown)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop()
})

// crossws 0.3, which Nuxt 4 ships, drops the context that `upgrade` returns. Everyone then was a host.
it.each([
  ['host', undefined],
  ['host', 'wrong'],
  ['host', 'host-key-of-the-old-crossws'],
  ['viewer', 'viewer-key-of-the-old-crossws'],
] as [Role, string | undefined][])(
  'closes a %s with key %s on a server that drops the decision of the relay',
  async (role, key) => {
    const warnings: string[] = []
    const relay = createRelay({
      hostKey: 'host-key-of-the-old-crossws',
      viewerKey: 'viewer-key-of-the-old-crossws',
      authorize: () => undefined,
      warn: (text) => warnings.push(text),
    })
    const { handleUpgrade } = nodeAdapter({ hooks: relay.hooks as never })
    const server = createServer().listen(0, '127.0.0.1')
    server.on('upgrade', (request, socket, head) => void handleUpgrade(request, socket, head))
    await once(server, 'listening')
    stops.push(() => new Promise((resolve) => server.close(resolve)))
    const { port } = server.address() as AddressInfo

    const socket = new WebSocket(`ws://127.0.0.1:${port}/`, offerProtocols(role, key))
    const frames: unknown[] = []
    socket.on('message', (data) => frames.push(data))
    const [code] = await once(socket, 'close')
    expect(code).toBe(4401)
    expect(frames).toEqual([])
    expect(relay.sessions.size).toBe(0)
    expect(warnings).toEqual([expect.stringContaining('Use crossws 0.4 or later')])
  },
)
