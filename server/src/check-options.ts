import { isIP } from 'node:net'
import { compile as compileTrust } from 'proxy-addr'
import { isBase, LONGEST_WAIT } from '@vue-sync/vue/protocol'
import { readBase } from './core/base-path.ts'
import { checkInteger } from './core/check-integer.ts'
import { MIN_LIMITS, type Limits } from './core/limits.ts'
import { UsageError } from './core/usage-error.ts'
import { isLoopbackName, nameOf } from './guard/hosts-and-origins.ts'
import { readUpstream } from './nodes/upstream/upstream-options.ts'
import { checkRedisUrl } from './nodes/redis/redis-url.ts'
import { SERVER_DEFAULTS, type SyncServerOptions } from './server-options.ts'
import { checkTls } from './tls/tls-options.ts'

/** Allows an origin and a base path only, because links append the rest. */
function checkPublicUrl(text: string, hasTls: boolean, optionName: OptionName): void {
  const name = optionName('publicUrl')
  const url = URL.canParse(text) ? new URL(text) : undefined
  const problem = `${name} must be an address like https://show.example.com or https://example.com/sync/, not ${JSON.stringify(text)}`
  if (!url || !/^https?:$/.test(url.protocol) || !url.hostname) throw new UsageError(`${problem}.`)
  if (url.search || url.hash || url.username || url.password)
    throw new UsageError(`${problem}: leave out everything but host, port and path.`)
  if (!isBase(url.pathname.replace(/\/$/, '')))
    throw new UsageError(
      `${problem}: a path has at most 8 parts, each of 1 to 64 letters, digits and -_.~ and none of them "s".`,
    )
  // Links contain keys, which must not travel over plain http where the relay has https.
  if (hasTls && url.protocol === 'http:' && !isLoopbackName(nameOf(url.host)))
    throw new UsageError(
      `${name} must begin with https:// because this relay has https, not ${JSON.stringify(text)}.`,
    )
}

function checkAddress(text: string, optionName: OptionName): void {
  if (isIP(text) > 0 || /^[a-z\d]([a-z\d.-]*[a-z\d])?$/.test(text)) return
  const more = /[:/]/.test(text)
    ? ` For a link with another scheme or port, use ${optionName('publicUrl')}.`
    : ''
  throw new UsageError(
    `${optionName('address')} must be an address or a name in lower case, like 192.168.1.5, not ${JSON.stringify(text)}.${more}`,
  )
}

function checkTrustProxy(list: string[], name: string): void {
  for (const entry of list) {
    try {
      compileTrust(entry)
    } catch {
      throw new UsageError(
        `${name} must list addresses, CIDRs, loopback, linklocal or uniquelocal, not ${JSON.stringify(entry)}.`,
      )
    }
  }
}

function checkAllowed(
  { allowedHosts = [], allowedOrigins = [] }: SyncServerOptions,
  optionName: OptionName,
): void {
  for (const name of allowedHosts)
    if (
      /^\.?$/.test(name) ||
      nameOf(name.replace(/^\./, '')) !== name.replace(/^\./, '').toLowerCase()
    )
      throw new UsageError(
        `${optionName('allowedHosts')} must list names like show.lan, without a port, not ${JSON.stringify(name)}.`,
      )
  for (const origin of allowedOrigins)
    if (!/^(?:null|file:\/\/|[a-z][a-z\d+.-]*:\/\/[\w.:[\]-]+)$/i.test(origin))
      throw new UsageError(
        `${optionName('allowedOrigins')} must list origins like https://app.example.com, file:// or null, not ${JSON.stringify(origin)}.`,
      )
}

function checkRedis(options: SyncServerOptions, optionName: OptionName): void {
  const { redis, redisPrefix, backplane, persist, hostKey, viewerKey, open } = options
  const names = {
    redis: optionName('redis'),
    prefix: optionName('redisPrefix'),
    persist: optionName('persist'),
  }
  if (redisPrefix !== undefined && redis === undefined)
    throw new UsageError(
      `${names.prefix} needs ${names.redis}. Give both, or leave ${names.prefix} out.`,
    )
  if (redisPrefix !== undefined && !/^[\w:.-]{1,64}$/.test(redisPrefix))
    throw new UsageError(
      `${names.prefix} must be 1 to 64 letters, digits, dots, colons, hyphens and underscores.`,
    )
  if (redis === undefined && backplane === undefined) return
  if (redis !== undefined && backplane !== undefined)
    throw new UsageError('redis and backplane exclude each other. Give one of them.')
  if (redis !== undefined) checkRedisUrl(redis, names.redis)
  if (persist !== undefined)
    throw new UsageError(
      redis === undefined
        ? 'persist and backplane exclude each other. Leave persist out.'
        : `${names.persist} and ${names.redis} exclude each other: Redis keeps the sessions. Leave ${names.persist} out.`,
    )
  const missing = [
    ...(hostKey === undefined ? [optionName('hostKey')] : []),
    ...(viewerKey === undefined && !open ? [optionName('viewerKey')] : []),
  ]
  if (missing.length > 0)
    throw new UsageError(`Several relays need the same keys. Give ${missing.join(' and ')}.`)
}

function checkUpstream(options: SyncServerOptions, optionName: OptionName): void {
  const { upstream } = options
  if (!upstream) return
  const name = optionName('upstream')
  readUpstream(upstream, optionName('upstream.url'), optionName('upstream.key'))
  for (const other of ['redis', 'backplane', 'persist'] as const)
    if (options[other] !== undefined)
      throw new UsageError(
        `${name} and ${optionName(other)} exclude each other: the sessions come from the upstream relay. Leave ${optionName(other)} out.`,
      )
}

type OptionName = (option: string) => string

/**
 * @param optionName the name of an option for errors; the command has flags for them
 * @throws UsageError that names the option
 */
export function checkOptions(
  options: SyncServerOptions,
  optionName: OptionName = (option) => option,
): void {
  const { port, base, capacity, heartbeat, open, viewerKey, hostKey } = {
    ...SERVER_DEFAULTS,
    ...options,
  }
  readBase(base, optionName('base'))
  checkInteger(optionName('port'), port, 0, 65_535)
  checkInteger(optionName('capacity'), capacity, 16, 100_000)
  checkInteger(optionName('heartbeat'), heartbeat, 100, 30_000)
  if (hostKey === '')
    throw new UsageError(`${optionName('hostKey')} is empty. Leave it out to have one generated.`)
  if (viewerKey === '')
    throw new UsageError(
      `${optionName('viewerKey')} is empty. Leave it out to have one generated, or use ${optionName('open')}.`,
    )
  if (open && viewerKey !== undefined)
    throw new UsageError(
      `${optionName('viewerKey')} and ${optionName('open')} exclude each other. Give one of them.`,
    )
  if (options.metricsKey !== undefined && !/^[!-~]+$/.test(options.metricsKey))
    throw new UsageError(
      `${optionName('metricsKey')} must consist of printable ASCII characters without spaces.`,
    )
  if (options.metricsKey !== undefined && options.metrics === false)
    throw new UsageError('metricsKey and metrics: false exclude each other. Leave metrics out.')
  checkTls(options, optionName)
  if (options.publicUrl !== undefined)
    checkPublicUrl(
      options.publicUrl,
      options.https === true || options.cert !== undefined,
      optionName,
    )
  if (options.address !== undefined) checkAddress(options.address, optionName)
  checkUpstream(options, optionName)
  checkRedis(options, optionName)
  checkTrustProxy(options.trustProxy ?? [], optionName('trustProxy'))
  checkAllowed(options, optionName)
  for (const [limit, value] of Object.entries(options.limits ?? {})) {
    const name = optionName(`limits.${limit}`)
    if (!Object.hasOwn(MIN_LIMITS, limit)) throw new UsageError(`${name} is not a known limit.`)
    const most = limit === 'handshakeTime' ? LONGEST_WAIT : Number.MAX_SAFE_INTEGER
    checkInteger(name, value, MIN_LIMITS[limit as keyof Limits], most)
  }
}
