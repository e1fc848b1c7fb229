import { compile as compileTrust } from 'proxy-addr'
import { DEFAULT_PORT } from '@vue-sync/vue/protocol'
import type { Authorize } from './core/access/authorize.ts'
import type { Backplane } from './core/shared/backplane.ts'
import { nameOf } from './guard/guard.ts'
import { LEAST, type Limits } from './core/limits.ts'
import { RELAY_DEFAULTS } from './core/relay-options.ts'

export interface SyncServerOptions {
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
  /** Viewers and hosts are served over TLS, with a certificate of this machine's own CA. @default false */
  https?: boolean
  /** A certificate of your own, as a PEM file; implies `https`. @default none */
  cert?: string
  /** The private key of `cert`, as a PEM file. @default none */
  key?: string
  /** Where this machine's CA is kept. @default the user's data folder */
  caDir?: string
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

const PREFIX = '[vue-sync] '

/** A mistake that one line tells: what is wrong and what to do. */
export class UsageError extends Error {
  constructor(text: string) {
    super(text.startsWith(PREFIX) ? text : `${PREFIX}${text}`)
    this.name = 'UsageError'
  }
}

function checkInteger(name: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most)
    throw new UsageError(`${name} must be an integer from ${least} to ${most}, not ${value}.`)
}

/** An origin and nothing else: what comes after it belongs to the link. */
function checkPublicUrl(text: string): void {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const problem = `publicUrl must be an address like https://show.example.com, not ${JSON.stringify(text)}`
  if (!url || !/^https?:$/.test(url.protocol) || !url.hostname) throw new UsageError(`${problem}.`)
  if (url.pathname !== '/' || url.search || url.hash || url.username || url.password)
    throw new UsageError(`${problem}: leave out all that follows the host and the port.`)
}

function checkTrustProxy(list: string[]): void {
  for (const entry of list) {
    try {
      compileTrust(entry)
    } catch {
      throw new UsageError(
        `trustProxy must list addresses, CIDRs, loopback, linklocal or uniquelocal, not ${JSON.stringify(entry)}.`,
      )
    }
  }
}

function checkAllowed({ allowedHosts = [], allowedOrigins = [] }: SyncServerOptions): void {
  for (const name of allowedHosts)
    if (
      /^\.?$/.test(name) ||
      nameOf(name.replace(/^\./, '')) !== name.replace(/^\./, '').toLowerCase()
    )
      throw new UsageError(
        `allowedHosts must list names like show.lan, without a port, not ${JSON.stringify(name)}.`,
      )
  for (const origin of allowedOrigins)
    if (origin !== 'null' && !/^[a-z][a-z\d+.-]*:\/\/[\w.:[\]-]+$/i.test(origin))
      throw new UsageError(
        `allowedOrigins must list origins like https://app.example.com, not ${JSON.stringify(origin)}.`,
      )
}

function checkHttps({ https, cert, key, caDir }: SyncServerOptions): void {
  if (cert !== undefined && key === undefined) throw new UsageError('cert needs key. Give both.')
  if (key !== undefined && cert === undefined) throw new UsageError('key needs cert. Give both.')
  if (cert !== undefined && caDir !== undefined)
    throw new UsageError(
      'caDir and cert exclude each other: your own certificate needs no CA here.',
    )
  if (cert !== undefined && https === false)
    throw new UsageError('cert and https: false exclude each other. Leave https out.')
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}

/** @throws UsageError that says nothing of what was given: there may be a password in it */
export function checkRedisUrl(text: string): void {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isRight =
    url &&
    /^rediss?:$/.test(url.protocol) &&
    url.hostname &&
    /^(?:\/\d*)?$/.test(url.pathname) &&
    !url.hash &&
    isDecodable(url.username + url.password)
  if (!isRight)
    throw new UsageError(
      'redis must be an address like redis://127.0.0.1:6379 or rediss://USER:PASSWORD@HOST:PORT/DATABASE. ' +
        'In the password write %2F for a slash, %23 for #, %25 for %, %3F for ?, %40 for @.',
    )
}

function checkRedis(options: SyncServerOptions): void {
  const { redis, redisPrefix, backplane, persist, hostKey, viewerKey, open } = options
  if (redisPrefix !== undefined && redis === undefined)
    throw new UsageError('redisPrefix needs redis. Give both, or leave redisPrefix out.')
  if (redisPrefix !== undefined && !/^[\w:.-]{1,64}$/.test(redisPrefix))
    throw new UsageError(
      'redisPrefix must be up to 64 letters, digits, dots, colons, hyphens and underscores.',
    )
  if (redis === undefined && backplane === undefined) return
  if (redis !== undefined && backplane !== undefined)
    throw new UsageError('redis and backplane exclude each other. Give one of them.')
  if (redis !== undefined) checkRedisUrl(redis)
  if (persist !== undefined)
    throw new UsageError(
      redis === undefined
        ? 'persist and backplane exclude each other. Leave persist out.'
        : 'persist and redis exclude each other: Redis keeps the sessions. Leave persist out.',
    )
  if (hostKey === undefined || (viewerKey === undefined && !open))
    throw new UsageError(
      `Several relays need the same keys: give ${hostKey === undefined ? 'hostKey' : 'viewerKey'}.`,
    )
}

/** @throws UsageError naming the option */
export function checkOptions(options: SyncServerOptions): void {
  const { port, capacity, heartbeat, open, viewerKey, hostKey } = { ...SERVER_DEFAULTS, ...options }
  checkInteger('port', port, 0, 65_535)
  checkInteger('capacity', capacity, 16, 100_000)
  checkInteger('heartbeat', heartbeat, 100, 30_000)
  if (hostKey === '') throw new UsageError('hostKey is empty. Leave it out to have one generated.')
  if (viewerKey === '')
    throw new UsageError('viewerKey is empty. Leave it out to have one generated, or use open.')
  if (open && viewerKey !== undefined)
    throw new UsageError('viewerKey and open exclude each other. Give one of them.')
  if (options.metricsKey !== undefined && !/^[!-~]+$/.test(options.metricsKey))
    throw new UsageError('metricsKey must be of printable ASCII characters without spaces.')
  if (options.metricsKey !== undefined && options.metrics === false)
    throw new UsageError('metricsKey and metrics: false exclude each other. Leave metrics out.')
  checkHttps(options)
  if (options.publicUrl !== undefined) checkPublicUrl(options.publicUrl)
  checkRedis(options)
  checkTrustProxy(options.trustProxy ?? [])
  checkAllowed(options)
  for (const [name, value] of Object.entries(options.limits ?? {})) {
    if (!Object.hasOwn(LEAST, name)) throw new UsageError(`limits.${name} is no limit.`)
    checkInteger(`limits.${name}`, value, LEAST[name as keyof Limits], Number.MAX_SAFE_INTEGER)
  }
}
