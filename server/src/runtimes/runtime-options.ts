import type { Limits } from '../core/limits.ts'
import { SERVER_DEFAULTS, type SyncServerOptions } from '../server-options.ts'

/** The options of `createSyncServer()` without those for the viewer app, pairing and https, which need Node. */
export interface RuntimeOptions extends Pick<
  SyncServerOptions,
  | 'port'
  | 'host'
  | 'base'
  | 'hostKey'
  | 'viewerKey'
  | 'open'
  | 'public'
  | 'capacity'
  | 'heartbeat'
  | 'publicUrl'
  | 'trustProxy'
  | 'authorize'
  | 'allowedHosts'
  | 'allowedOrigins'
  | 'audit'
  | 'warn'
> {
  /** Limits on messages, viewers, sessions and memory. Handshakes have the runtime's own time-out. @default LIMIT_DEFAULTS */
  limits?: Partial<Omit<Limits, 'handshakeTime' | 'pendingConnections'>>
  /** Answers every request that the relay itself does not: your pages, your API. @default a 404 response */
  fetch?: (request: Request) => Response | Promise<Response>
}

export const RUNTIME_DEFAULTS = {
  port: SERVER_DEFAULTS.port,
  host: SERVER_DEFAULTS.host,
  open: SERVER_DEFAULTS.open,
  public: SERVER_DEFAULTS.public,
  capacity: SERVER_DEFAULTS.capacity,
  heartbeat: SERVER_DEFAULTS.heartbeat,
  trustProxy: SERVER_DEFAULTS.trustProxy,
  allowedHosts: SERVER_DEFAULTS.allowedHosts,
  allowedOrigins: SERVER_DEFAULTS.allowedOrigins,
  fetch: (): Response => new Response('Not found', { status: 404 }),
} satisfies RuntimeOptions
