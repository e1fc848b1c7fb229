import type { Adapter, AdapterInstance } from 'crossws'
import adapter from 'crossws/adapters/deno'
import { readOffer } from '@vue-sync/vue/protocol'
import { createTargetReader } from '../core/request-target.ts'
import { SLOWEST_LINK } from '../core/session/relay-peer.ts'
import { RUNTIME_DEFAULTS, type RuntimeOptions } from './runtime-options.ts'
import { countPeers, createRuntimeRelay, type RuntimeServer } from './runtime-relay.ts'

export { RUNTIME_DEFAULTS } from './runtime-options.ts'
export type { RuntimeOptions } from './runtime-options.ts'
export type { RuntimeServer } from './runtime-relay.ts'

interface DenoInfo {
  remoteAddr: { transport?: string; hostname: string; port: number }
}
/** The parts of Deno used here. Deno's own types would become globals of every app that imports this package. */
type DenoServe = (
  options: { port: number; hostname: string; signal: AbortSignal; onListen: () => void },
  handler: (request: Request, info: DenoInfo) => Promise<Response>,
) => { addr: { port: number }; finished: Promise<void> }

const denoAdapter = adapter as unknown as Adapter<
  AdapterInstance & { handleUpgrade: (request: Request, info: DenoInfo) => Promise<Response> }
>

const OFFER = 'sec-websocket-protocol'

/** Bytes of a message that the system may still hold when Deno has passed on all of it. */
const SYSTEM_BYTES = 2 * 1024 * 1024

/**
 * How long Deno may wait for a pong, in milliseconds. It sends a ping after half of the time that it is given, and does
 * not see the bytes of a message that is on its way. So clients that do not know parts get the time that a pong needs
 * behind a long message: one to a viewer, of which the system holds the end, or one from a host.
 */
function pongTime(idleTimeout: number, hostMessage: number) {
  const quick = idleTimeout / 2
  return {
    quick,
    viewer: quick + SYSTEM_BYTES / SLOWEST_LINK,
    host: quick + hostMessage / SLOWEST_LINK,
  }
}

/** Adds the space after each comma that Deno needs to find an offered protocol, and that clients may leave out. */
function spaceOffer(request: Request): Request {
  const headers = new Headers(request.headers)
  const offer = headers.get(OFFER)
  if (offer) headers.set(OFFER, offer.split(/\s*,\s*/).join(', '))
  return Object.defineProperty(request, 'headers', { value: headers })
}

/**
 * Serves the relay on a port with `Deno.serve`. Needs `--allow-net`.
 *
 * @example
 * ```ts
 * import { serveDeno } from '@vue-sync/server/deno' // deno run --allow-net relay.ts
 *
 * const relay = await serveDeno({ port: 9876, hostKey: '…', viewerKey: '…' })
 * console.log(relay.port, relay.getStatus().clientCount)
 * ```
 * @param idleTimeout milliseconds without a message after which a connection is dead
 * @throws UsageError for an option out of range; Deno's own error when the port is taken
 */
export async function serveDeno(
  options: RuntimeOptions = {},
  { idleTimeout = 30_000 }: { idleTimeout?: number } = {},
): Promise<RuntimeServer> {
  const { port, host } = { ...RUNTIME_DEFAULTS, ...options }
  const relay = createRuntimeRelay(options)
  const times = pongTime(idleTimeout, relay.limits.hostMessage)
  const openAdapter = (time: number) =>
    denoAdapter({ hooks: relay.hooks, idleTimeout: (2 * time) / 1000 })
  const adapters = {
    quick: openAdapter(times.quick),
    viewer: openAdapter(times.viewer),
    host: openAdapter(times.host),
  }
  const readTarget = createTargetReader()
  function adapterFor({ url, headers }: Request) {
    if (readTarget(url).knowsParts) return adapters.quick
    return adapters[readOffer(headers.get(OFFER)).role ?? 'viewer']
  }
  const { serve } = (globalThis as unknown as { Deno: { serve: DenoServe } }).Deno
  const ending = new AbortController()
  return relay.serve(() => {
    const server = serve(
      { port, hostname: host, signal: ending.signal, onListen: () => {} },
      async (request, info) =>
        (await relay.answer(
          request,
          info.remoteAddr.hostname,
          (admitted) => adapterFor(admitted).handleUpgrade(spaceOffer(admitted), info),
          // Deno's own signal also ends after an answer that arrived, and Deno prints a warning about that.
          null,
        ))!,
    )
    return {
      port: server.addr.port,
      connections: () =>
        Object.values(adapters).reduce((sum, sockets) => sum + countPeers(sockets), 0),
      async close() {
        ending.abort()
        await server.finished
      },
    }
  })
}
