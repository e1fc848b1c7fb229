import type { Adapter, AdapterInstance } from 'crossws'
import adapter from 'crossws/adapters/deno'
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
 * @throws UsageError for an option out of range; Deno's own error when the port is taken
 */
export async function serveDeno(options: RuntimeOptions = {}): Promise<RuntimeServer> {
  const { port, host } = { ...RUNTIME_DEFAULTS, ...options }
  const relay = createRuntimeRelay(options)
  const sockets = denoAdapter({ hooks: relay.hooks })
  const { serve } = (globalThis as unknown as { Deno: { serve: DenoServe } }).Deno
  const ending = new AbortController()
  return relay.serve(() => {
    const server = serve(
      { port, hostname: host, signal: ending.signal, onListen: () => {} },
      async (request, info) =>
        (await relay.answer(request, info.remoteAddr.hostname, (admitted) =>
          sockets.handleUpgrade(spaceOffer(admitted), info),
        ))!,
    )
    return {
      port: server.addr.port,
      connections: () => countPeers(sockets),
      async close() {
        ending.abort()
        await server.finished
      },
    }
  })
}
