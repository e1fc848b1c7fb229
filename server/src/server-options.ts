import { DEFAULT_PORT } from '@vue-sync/vue/protocol'
import type { Authorize } from './core/access/authorize.ts'
import type { Backplane } from './core/shared/backplane.ts'
import type { Limits } from './core/limits.ts'
import { RELAY_DEFAULTS } from './core/relay-options.ts'
import type { TlsOptions } from './tls/tls-options.ts'

export interface SyncServerOptions extends TlsOptions {
  /** TCP port; 0 lets the system choose. @default 9876 */
  port?: number
  /** Address to bind. @default '0.0.0.0' */
  host?: string
  /** Opens publishing. @default generated */
  hostKey?: string
  /** Opens viewing. @default generated, none with `open` */
  viewerKey?: string
  /** Viewers need no key. @default false */
  open?: boolean
  /** Deltas kept for viewers that resume; at least 16. @default 64 */
  capacity?: number
  /** Milliseconds between heartbeats; viewers take 35 s of silence for a dead connection. @default 15000 */
  heartbeat?: number
  /** The built viewer app, served at `/`. @default none */
  viewerDir?: string
  /** Where viewers find this relay from outside: `https://show.example.com`. @default none */
  publicUrl?: string
  /** Proxies whose `X-Forwarded-*` is believed: addresses, CIDRs, `loopback`, `linklocal`, `uniquelocal`. @default none */
  trustProxy?: string[]
  /** A folder in which sessions outlive the relay. @default none: the host sends all of it again */
  persist?: string
  /**
   * The Redis that several relays share, so that they are one: `redis://` or `rediss://`. All of them need the
   * same keys. @default none: this one is alone
   */
  redis?: string
  /** What keys and channels in Redis begin with. @default 'vue-sync' */
  redisPrefix?: string
  /** What several relays share, where it is no Redis. @default none */
  backplane?: Backplane
  /** Decides who may publish and view, see `RelayOptions`. @default the keys alone */
  authorize?: Authorize
  /** Further names that the relay is asked by: `show.lan`, or `.show.lan` with all below it. @default none */
  allowedHosts?: string[]
  /** Further pages that may open sockets: `https://app.example.com`, or `null`. @default none */
  allowedOrigins?: string[]
  /** `GET /metrics` for Prometheus: without `metricsKey` to this machine only. @default false */
  metrics?: boolean
  /** Opens `/metrics` from anywhere, and is then needed by everyone; implies `metrics`. @default none */
  metricsKey?: string
  /** `/admin/…`: see and end sessions, with the host key. @default false */
  admin?: boolean
  /** What the relay may hold and whom it lets in. @default LIMIT_DEFAULTS */
  limits?: Partial<Limits>
  /** Where warnings go. @default console.warn */
  warn?: (text: string) => void
}

export const SERVER_DEFAULTS = {
  port: DEFAULT_PORT,
  host: '0.0.0.0',
  open: false,
  capacity: RELAY_DEFAULTS.capacity,
  heartbeat: RELAY_DEFAULTS.heartbeat,
  https: false,
  trustProxy: [] as string[],
  allowedHosts: [] as string[],
  allowedOrigins: [] as string[],
  metrics: false,
  admin: false,
} satisfies SyncServerOptions
