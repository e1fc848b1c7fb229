import { parseArgs } from 'node:util'
import { type FlagName, FLAGS } from './flags.ts'
import { LOG_LEVELS, type LogLevel } from '../operate/log.ts'
import { LIMIT_FLAGS, type LimitFlag, type Limits } from '../core/limits.ts'
import { UsageError } from '../core/usage-error.ts'
import type { SyncServerOptions } from '../server-options.ts'
import { readSecrets, takeSecrets } from './read-secrets.ts'
import { withoutPasswords } from '../nodes/redis/redis-problem.ts'

const LIMITS = Object.entries(LIMIT_FLAGS) as [keyof Limits, LimitFlag][]

interface Values extends Partial<Record<FlagName, string | boolean>> {
  [limit: string]: string | boolean | undefined
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

const MAX_WORKERS = 256

function readWorkers(text: string | boolean | undefined): number {
  const workers = readInteger('workers', text) ?? 1
  if (workers < 1 || workers > MAX_WORKERS)
    throw new UsageError(`--workers must be from 1 to ${MAX_WORKERS}, not ${workers}.`)
  return workers
}

export interface CliRequest {
  /** Processes that serve the port. */
  workers: number
  show?: 'help' | 'version'
  /** Logs are JSON objects. */
  json: boolean
  logLevel?: LogLevel
  options: SyncServerOptions
  /** Problems that do not prevent the start. */
  warnings: string[]
}

/** Whether logs are JSON. Works even if the other flags are wrong, so that their error is JSON too. */
export function wantsJson(args: string[], env: NodeJS.ProcessEnv): boolean {
  return args.includes('--json') || YES.test(env['VUE_SYNC_JSON'] ?? '')
}

/**
 * Reads flags, environment variables and the files with secrets; a flag wins over its variable.
 *
 * @param isWorker whether a primary process has read the files and sent their content
 * @throws UsageError in one line
 */
export function readCli(args: string[], env: NodeJS.ProcessEnv, isWorker = false): CliRequest {
  const flags = readFlags(args)
  const warnings: string[] = []
  const show = flags.help ? 'help' : flags.version ? 'version' : undefined
  const all: Values = { ...readEnv(env), ...flags }
  // `--help` works even where a file is missing.
  const values: Values = show
    ? all
    : isWorker
      ? takeSecrets(all, env)
      : readSecrets(all, (text) => void warnings.push(text))
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
    address: values.address,
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
  const logLevel = readLevel(values['log-level'])
  return {
    json: wantsJson(args, env),
    workers: readWorkers(values.workers),
    options: Object.fromEntries(given),
    warnings,
    ...(logLevel && { logLevel }),
    ...(show && { show }),
  }
}
