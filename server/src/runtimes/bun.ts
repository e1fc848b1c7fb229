import type { Adapter, AdapterInstance } from 'crossws'
import adapter from 'crossws/adapters/bun'
import { BUN_SOCKETS, createBunPeers } from '../peers/bun-peer.ts'
import { LIMIT_DEFAULTS } from '../core/limits.ts'
import { RUNTIME_DEFAULTS, type RuntimeOptions } from './runtime-options.ts'
import { countPeers, createRuntimeRelay, type RuntimeServer } from './runtime-relay.ts'

export { RUNTIME_DEFAULTS } from './runtime-options.ts'
export type { RuntimeOptions } from './runtime-options.ts'
export type { RuntimeServer } from './runtime-relay.ts'

/** The parts of Bun used here. Bun's own types would become globals of every app that imports this package. */
interface BunServer {
  port: number
  requestIP: (request: Request) => { address: string } | null
  stop: (closeActiveConnections: boolean) => Promise<void>
}
type BunServe = (options: {
  /** Seconds without a byte after which a request is ended. Bun's default is 10. */
  idleTimeout: number
  port: number
  hostname: string
  fetch: (request: Request, server: BunServer) => Promise<Response | undefined>
  websocket: object
}) => BunServer

/** Longer than an answer of the log waits. */
const HTTP_IDLE_SECONDS = 60

const bunAdapter = adapter as unknown as Adapter<
  AdapterInstance & {
    websocket: object
    handleUpgrade: (request: Request, server: BunServer) => Promise<Response | undefined>
  }
>

/**
 * Serves the relay on a port with `Bun.serve`.
 *
 * @example
 * ```ts
 * import { serveBun } from '@vue-sync/server/bun' // bun run relay.ts
 *
 * const relay = await serveBun({ port: 9876, hostKey: '…', viewerKey: '…' })
 * console.log(relay.port, relay.getStatus().clientCount)
 * ```
 * @param idleTimeout milliseconds without a byte after which a connection is dead
 * @throws UsageError for an option out of range; Bun's own error when the port is taken
 */
export async function serveBun(
  options: RuntimeOptions = {},
  { idleTimeout }: { idleTimeout?: number } = {},
): Promise<RuntimeServer> {
  const { port, host, limits } = { ...RUNTIME_DEFAULTS, ...options }
  const { hostMessage } = { ...LIMIT_DEFAULTS, ...limits }
  const peers = createBunPeers({ idleTimeout, hostMessage })
  const relay = createRuntimeRelay(options, peers.toPeer)
  const sockets = bunAdapter({ hooks: peers.watch(relay.hooks) })
  const { serve } = (globalThis as unknown as { Bun: { serve: BunServe } }).Bun
  return relay.serve(() => {
    const server = serve({
      port,
      hostname: host,
      idleTimeout: HTTP_IDLE_SECONDS,
      fetch: (request, server) =>
        relay.answer(request, server.requestIP(request)?.address, (admitted) =>
          sockets.handleUpgrade(admitted, server),
        ),
      websocket: {
        ...sockets.websocket,
        ...BUN_SOCKETS,
        maxPayloadLength: Math.max(relay.limits.hostMessage, relay.limits.viewerMessage),
      },
    })
    peers.start()
    return {
      port: server.port,
      connections: () => countPeers(sockets),
      close() {
        peers.stop()
        return server.stop(true)
      },
    }
  })
}
