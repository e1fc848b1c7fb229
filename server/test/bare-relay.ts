import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Hooks, Peer } from 'crossws'
import { H3 } from 'h3-2'
import { toNodeHandler } from 'h3-2/node'
import { CLOSE } from '@vue-sync/vue/protocol'
import type { RelayOptions } from '../src/core/relay-options.ts'
import { createRelay, type Relay } from '../src/core/relay.ts'

/** The node adapter of any version of crossws, with these hooks. */
export type ToAdapter = (hooks: Hooks) => {
  handleUpgrade: (request: IncomingMessage, socket: Socket, head: Buffer) => unknown
}

export interface BareRelay {
  relay: Relay
  url: string
  stop: () => Promise<void>
}

function isForeign({ request: { headers } }: Pick<Peer, 'request'>): boolean {
  const origin = headers.get('origin')
  return origin !== null && new URL(origin).host !== headers.get('host')
}

/** `createRelay` in an app's own server on loopback. The app refuses pages of other sites, as the docs tell it to. */
export async function startBareRelay(
  options: RelayOptions,
  toAdapter: ToAdapter,
): Promise<BareRelay> {
  const relay = createRelay(options)
  await relay.start()
  const { handleUpgrade } = toAdapter({
    ...relay.hooks,
    open: (peer) =>
      isForeign(peer)
        ? peer.close(CLOSE.badOrigin, 'Pages of this site may not connect')
        : relay.hooks.open(peer),
  } as Hooks)
  const refusal = { error: 'bad_origin', code: CLOSE.badOrigin, reason: 'Not for this site' }
  const app = new H3().all('/**', ({ req }) =>
    isForeign({ request: req })
      ? Response.json(refusal, { status: 403, headers: { vary: 'Origin' } })
      : (relay.fetch(req) ?? new Response('', { status: 404 })),
  )
  const server = createServer(toNodeHandler(app)).listen(0, '127.0.0.1')
  server.on(
    'upgrade',
    (request, socket, head) => void handleUpgrade(request, socket as Socket, head),
  )
  await once(server, 'listening')
  return {
    relay,
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      await relay.stop()
      if (server.listening) await new Promise((resolve) => server.close(resolve))
    },
  }
}
