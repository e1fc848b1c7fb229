import { DEFAULT_PORT } from '@vue-sync/vue/protocol'
import type { Audit } from './core/audit.ts'
import type { Authorize } from './core/access/authorize.ts'
import type { Backplane } from './core/shared/backplane.ts'
import type { Limits } from './core/limits.ts'
import { RELAY_DEFAULTS } from './core/relay-options.ts'
import type { TlsOptions } from './tls/tls-options.ts'

/** The options of `createSyncServer()`. Everything is optional. */
export interface SyncServerOptions extends TlsOptions {
  /** The TCP port. With 0 the system chooses a free one. @default 9876 */
  port?: number
  /** The address to listen on. `127.0.0.1` keeps the relay on this computer. @default '0.0.0.0' */
  host?: string
  /** The path below which everything is served: with `/sync`, the viewer app is at `/sync/`. @default '/' */
  base?: string
  /**
   * The address or name of this machine in the QR code and in the first link, without a port.
   * @default the address that most likely works
   */
  address?: string
  /** The key for publishing. @default generated */
  hostKey?: string
  /** The key for viewing. @default generated; none with `open` */
  viewerKey?: string
  /** Viewers need no key. @default false */
  open?: boolean
  /**
   * Everybody may read the state: caches between this relay and its viewers may keep it, and they check no keys.
   * Encrypted sessions do not need this. @default false
   */
  public?: boolean
  /** Updates kept for viewers that reconnect; at least 16. @default 64 */
  capacity?: number
  /** Milliseconds between heartbeats. Viewers reconnect after 35 s of silence. @default 15000 */
  heartbeat?: number
  /** The folder of a built viewer, served at the base path: `includedViewer()`, or your own. @default none: only sockets are served */
  viewerDir?: string
  /**
   * Address for links to this relay from outside, with the path that it has there: `https://show.example.com`,
   * `https://example.com/sync/`. @default none
   */
  publicUrl?: string
  /** Proxies whose `X-Forwarded-*` headers are trusted: addresses, CIDRs, `loopback`, `linklocal`, `uniquelocal`. @default none */
  trustProxy?: string[]
  /** A folder in which sessions survive a restart. @default none: hosts send their state again */
  persist?: string
  /**
   * Redis that connects several relays: `redis://` or `rediss://`. Needs the package `ioredis`. All relays must have
   * the same keys. @default none
   */
  redis?: string
  /** The beginning of all keys and channels in Redis. @default 'vue-sync' */
  redisPrefix?: string
  /** Connects several relays by another way than `redis`. @default none */
  backplane?: Backplane
  /** Decides who may publish and view, see `RelayOptions`. @default only the keys decide */
  authorize?: Authorize
  /** More host names to answer to: `show.lan`, or `.show.lan` for it and all names below it. @default none */
  allowedHosts?: string[]
  /** More origins whose pages may connect: `https://app.example.com`, `tauri://localhost`, `file://`, or `null`. @default none */
  allowedOrigins?: string[]
  /**
   * Serves `/metrics` for Prometheus; without `metricsKey` only to this machine. Needs the package `prom-client`.
   * @default false
   */
  metrics?: boolean
  /** The key for `/metrics`, required from every client on any machine. Implies `metrics`. @default none */
  metricsKey?: string
  /** Serves `/admin/…`, which lists and ends sessions; protected by the host key. @default false */
  admin?: boolean
  /** Limits on messages, viewers, sessions and memory. @default LIMIT_DEFAULTS */
  limits?: Partial<Limits>
  /** Receives what concerns access, see `RelayOptions`. @default dropped; the command logs it */
  audit?: Audit
  /** Receives warnings. @default console.warn */
  warn?: (text: string) => void
}

export const SERVER_DEFAULTS = {
  port: DEFAULT_PORT,
  host: '0.0.0.0',
  base: '/',
  open: false,
  public: false,
  capacity: RELAY_DEFAULTS.capacity,
  heartbeat: RELAY_DEFAULTS.heartbeat,
  https: false,
  trustProxy: [] as string[],
  allowedHosts: [] as string[],
  allowedOrigins: [] as string[],
  metrics: false,
  admin: false,
} satisfies SyncServerOptions
