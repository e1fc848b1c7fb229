import type { Limits } from '../core/limits.ts'
import { SERVER_DEFAULTS, type SyncServerOptions } from '../server-options.ts'

/** What `createSyncServer` takes, without what only Node serves: the viewer's files, pairing and https. */
export interface RuntimeOptions extends Pick<
  SyncServerOptions,
  | 'port'
  | 'host'
  | 'hostKey'
  | 'viewerKey'
  | 'open'
  | 'capacity'
  | 'heartbeat'
  | 'publicUrl'
  | 'trustProxy'
  | 'authorize'
  | 'allowedHosts'
  | 'allowedOrigins'
  | 'warn'
> {
  /** What the relay may hold and whom it lets in. The runtime has its own time for handshakes. @default LIMIT_DEFAULTS */
  limits?: Partial<Omit<Limits, 'handshakeTime'>>
  /** Answers what is no socket and nothing that the relay answers: pages, an API. @default 404 */
  fetch?: (request: Request) => Response | Promise<Response>
}

export const RUNTIME_DEFAULTS = {
  port: SERVER_DEFAULTS.port,
  host: SERVER_DEFAULTS.host,
  open: SERVER_DEFAULTS.open,
  capacity: SERVER_DEFAULTS.capacity,
  heartbeat: SERVER_DEFAULTS.heartbeat,
  trustProxy: SERVER_DEFAULTS.trustProxy,
  allowedHosts: SERVER_DEFAULTS.allowedHosts,
  allowedOrigins: SERVER_DEFAULTS.allowedOrigins,
  fetch: (): Response => new Response('Not found', { status: 404 }),
} satisfies RuntimeOptions
