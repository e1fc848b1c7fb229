import { parseArgs } from 'node:util'
import { LOG_LEVELS, type LogLevel } from '../operate/log.ts'
import { LIMIT_FLAGS, type LimitFlag, type Limits } from '../core/limits.ts'
import { UsageError } from '../core/usage-error.ts'
import type { SyncServerOptions } from '../server-options.ts'
import { withoutPasswords } from '../nodes/redis/redis-problem.ts'

const LIMITS = Object.entries(LIMIT_FLAGS) as [keyof Limits, LimitFlag][]

const OWN_FLAGS = {
  port: { type: 'string', env: 'VUE_SYNC_PORT', help: 'TCP port, 0 for any (9876)' },
  host: { type: 'string', env: 'VUE_SYNC_HOST', help: 'address to bind (0.0.0.0)' },
  'host-key': { type: 'string', env: 'VUE_SYNC_HOST_KEY', help: 'opens publishing (generated)' },
  'viewer-key': { type: 'string', env: 'VUE_SYNC_VIEWER_KEY', help: 'opens viewing (generated)' },
  open: { type: 'boolean', env: 'VUE_SYNC_OPEN', help: 'viewers need no key' },
  capacity: { type: 'string', env: 'VUE_SYNC_CAPACITY', help: 'deltas kept for resuming (64)' },
  'viewer-dir': { type: 'string', env: 'VUE_SYNC_VIEWER_DIR', help: 'built viewer to serve at /' },
  https: { type: 'boolean', env: 'VUE_SYNC_HTTPS', help: "TLS, by this machine's own CA" },
  'ca-dir': {
    type: 'string',
    env: 'VUE_SYNC_CA_DIR',
    help: "where the CA is kept (the user's data)",
  },
  cert: {
    type: 'string',
    env: 'VUE_SYNC_CERT',
    help: 'a certificate of your own, PEM; with --key',
  },
  key: { type: 'string', env: 'VUE_SYNC_CERT_KEY', help: 'its private key, PEM' },
  'public-url': {
    type: 'string',
    env: 'VUE_SYNC_PUBLIC_URL',
    help: 'where viewers find it from outside',
  },
  'trust-proxy': {
    type: 'string',
    env: 'VUE_SYNC_TRUST_PROXY',
    help: 'proxies to believe, by commas',
  },
  'allow-host': {
    type: 'string',
    env: 'VUE_SYNC_ALLOW_HOSTS',
    help: 'further names it is asked by, by commas',
  },
  'allow-origin': {
    type: 'string',
    env: 'VUE_SYNC_ALLOW_ORIGINS',
    help: 'further pages that may connect, by commas',
  },
  persist: {
    type: 'string',
    env: 'VUE_SYNC_PERSIST',
    help: 'a folder in which sessions outlive the relay',
  },
  heartbeat: {
    type: 'string',
    env: 'VUE_SYNC_HEARTBEAT',
    help: 'milliseconds between heartbeats (15000)',
  },
  workers: {
    type: 'string',
    env: 'VUE_SYNC_WORKERS',
    help: 'processes that serve the port (1)',
  },
  redis: {
    type: 'string',
    env: 'VUE_SYNC_REDIS',
    help: 'the Redis that several relays share',
  },
  'redis-prefix': {
    type: 'string',
    env: 'VUE_SYNC_REDIS_PREFIX',
    help: 'what its keys begin with (vue-sync)',
  },
  metrics: {
    type: 'boolean',
    env: 'VUE_SYNC_METRICS',
    help: '/metrics for Prometheus, to this machine',
  },
  'metrics-key': {
    type: 'string',
    env: 'VUE_SYNC_METRICS_KEY',
    help: 'opens /metrics from anywhere, for who has it',
  },
  admin: {
    type: 'boolean',
    env: 'VUE_SYNC_ADMIN',
    help: '/admin: see and end sessions, with the host key',
  },
  json: { type: 'boolean', env: 'VUE_SYNC_JSON', help: 'logs for machines, without any key' },
  'log-level': {
    type: 'string',
    env: 'VUE_SYNC_LOG_LEVEL',
    help: 'info, warn, error or silent (info)',
  },
  version: { type: 'boolean', env: '', help: 'print the version' },
  help: { type: 'boolean', env: '', help: 'print this' },
} as const

interface FlagSpec {
  type: 'string' | 'boolean'
  env: string
  help: string
}

const FLAGS: Record<string, FlagSpec> = {
  ...OWN_FLAGS,
  ...Object.fromEntries(
    LIMITS.map(([, { flag, env, help }]) => [flag, { type: 'string' as const, env, help }]),
  ),
}

interface Values extends Partial<Record<keyof typeof OWN_FLAGS, string | boolean>> {
  [limit: string]: string | boolean | undefined
}

export function helpText(): string {
  const rows = Object.entries(FLAGS).map(([name, { type, env, help }]) => {
    const flag = `--${name}${type === 'string' ? ' VALUE' : ''}`
    return `  ${flag.padEnd(31)}  ${env.padEnd(32)}  ${help}`
  })
  return [
    'Usage: vue-sync [options]',
    '',
    `  ${'flag'.padEnd(31)}  ${'environment'.padEnd(32)}  (default)`,
    ...rows,
  ].join('\n')
}

function readFlags(args: string[]): Values {
  try {
    const { values } = parseArgs({ args, options: FLAGS, allowPositionals: false })
    return values as Values
  } catch (error) {
    const problem = (error as Error).message.split('\n')[0]!.split('. ')[0]
    throw new UsageError(`${withoutPasswords(problem!)}. See --help.`)
  }
}

const YES = /^(?:1|true|yes)$/i

function readEnv(env: NodeJS.ProcessEnv): Values {
  const values: Values = {}
  for (const [flag, { type, env: name }] of Object.entries(FLAGS)) {
    const text = name ? env[name] : undefined
    if (text === undefined || text === '') continue
    if (type === 'string') values[flag] = text
    else if (YES.test(text)) values[flag] = true
    else if (!/^(?:0|false|no)$/i.test(text))
      throw new UsageError(`${name} must be 1 or 0, not ${JSON.stringify(text)}.`)
  }
  return values
}

function readInteger(name: string, text: string | boolean | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^\d+$/.test(String(text)))
    throw new UsageError(`--${name} must be a whole number, not ${JSON.stringify(text)}.`)
  return Number(text)
}

function readList(text: string | boolean | undefined): string[] | undefined {
  return text === undefined
    ? undefined
    : String(text)
        .split(/[\s,]+/)
        .filter(Boolean)
}

function readLimits(values: Values): Partial<Limits> | undefined {
  const given = LIMITS.flatMap(([name, { flag }]) => {
    const value = readInteger(flag, values[flag])
    return value === undefined ? [] : [[name, value] as const]
  })
  return given.length > 0 ? Object.fromEntries(given) : undefined
}

function readLevel(text: string | boolean | undefined): LogLevel | undefined {
  if (text === undefined) return undefined
  const level = LOG_LEVELS.find((known) => known === text)
  if (!level)
    throw new UsageError(
      `--log-level must be info, warn, error or silent, not ${JSON.stringify(text)}.`,
    )
  return level
}

const MOST_WORKERS = 256

function readWorkers(text: string | boolean | undefined): number {
  const workers = readInteger('workers', text) ?? 1
  if (workers < 1 || workers > MOST_WORKERS)
    throw new UsageError(`--workers must be from 1 to ${MOST_WORKERS}, not ${workers}.`)
  return workers
}

export interface CliRequest {
  /** Processes that serve the port. */
  workers: number
  show?: 'help' | 'version'
  /** Logs for machines. */
  json: boolean
  logLevel?: LogLevel
  options: SyncServerOptions
}

/** Whether logs are for machines: known also where the other flags cannot be read. */
export function wantsJson(args: string[], env: NodeJS.ProcessEnv): boolean {
  return args.includes('--json') || YES.test(env['VUE_SYNC_JSON'] ?? '')
}

/** A flag wins over its environment variable. @throws UsageError in one line */
export function readCli(args: string[], env: NodeJS.ProcessEnv): CliRequest {
  const flags = readFlags(args)
  const values = { ...readEnv(env), ...flags }
  const options: Record<string, unknown> = {
    port: readInteger('port', values.port),
    capacity: readInteger('capacity', values.capacity),
    heartbeat: readInteger('heartbeat', values.heartbeat),
    host: values.host,
    hostKey: values['host-key'],
    viewerKey: values['viewer-key'],
    open: values.open,
    viewerDir: values['viewer-dir'],
    https: values.https,
    caDir: values['ca-dir'],
    cert: values.cert,
    key: values.key,
    publicUrl: values['public-url'],
    persist: values.persist,
    redis: values.redis,
    redisPrefix: values['redis-prefix'],
    metrics: values.metrics,
    metricsKey: values['metrics-key'],
    admin: values.admin,
    trustProxy: readList(values['trust-proxy']),
    allowedHosts: readList(values['allow-host']),
    allowedOrigins: readList(values['allow-origin']),
    limits: readLimits(values),
  }
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  const show = flags.help ? 'help' : flags.version ? 'version' : undefined
  const logLevel = readLevel(values['log-level'])
  return {
    json: wantsJson(args, env),
    workers: readWorkers(values.workers),
    options: Object.fromEntries(given),
    ...(logLevel && { logLevel }),
    ...(show && { show }),
  }
}
