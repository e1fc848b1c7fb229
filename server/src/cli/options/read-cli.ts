import { type FlagName, FLAGS } from './flags.ts'
import { type NameOf, throwWithGivenNames } from './given-names.ts'
import { LOG_LEVELS, type LogLevel } from '../../operate/log.ts'
import { LIMIT_FLAGS, type LimitFlag, type Limits } from '../../core/limits.ts'
import { UsageError } from '../../core/usage-error.ts'
import type { SyncServerOptions } from '../../server-options.ts'
import { parseFlags } from './parse-flags.ts'
import { readSecrets, takeSecrets } from './read-secrets.ts'

const LIMITS = Object.entries(LIMIT_FLAGS) as [keyof Limits, LimitFlag][]

interface Values extends Partial<Record<FlagName, string | boolean>> {
  [limit: string]: string | boolean | undefined
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
    throw new UsageError(`${name} must be a whole number, not ${JSON.stringify(text)}.`)
  return Number(text)
}

function readList(text: string | boolean | undefined): string[] | undefined {
  return text === undefined
    ? undefined
    : String(text)
        .split(/[\s,]+/)
        .filter(Boolean)
}

function readLimits(values: Values, nameOf: NameOf): Partial<Limits> | undefined {
  const given = LIMITS.flatMap(([name, { flag }]) => {
    const value = readInteger(nameOf(`limits.${name}`), values[flag])
    return value === undefined ? [] : [[name, value] as const]
  })
  return given.length > 0 ? Object.fromEntries(given) : undefined
}

function readLevel(name: string, text: string | boolean | undefined): LogLevel | undefined {
  if (text === undefined) return undefined
  const level = LOG_LEVELS.find((known) => known === text)
  if (!level)
    throw new UsageError(
      `${name} must be info, warn, error or silent, not ${JSON.stringify(text)}.`,
    )
  return level
}

const MAX_WORKERS = 256

function readWorkers(name: string, text: string | boolean | undefined): number {
  const workers = readInteger(name, text) ?? 1
  if (workers < 1 || workers > MAX_WORKERS)
    throw new UsageError(`${name} must be a whole number from 1 to ${MAX_WORKERS}, not ${workers}.`)
  return workers
}

/** The flag of each option of the server. */
const OPTION_FLAGS: Record<string, FlagName> = {
  port: 'port',
  capacity: 'capacity',
  heartbeat: 'heartbeat',
  host: 'host',
  base: 'base',
  hostKey: 'host-key',
  viewerKey: 'viewer-key',
  open: 'open',
  public: 'public',
  viewerDir: 'viewer-dir',
  https: 'https',
  caDir: 'ca-dir',
  cert: 'cert',
  key: 'key',
  address: 'address',
  publicUrl: 'public-url',
  persist: 'persist',
  redis: 'redis',
  redisPrefix: 'redis-prefix',
  metrics: 'metrics',
  metricsKey: 'metrics-key',
  admin: 'admin',
  trustProxy: 'trust-proxy',
  allowedHosts: 'allow-host',
  allowedOrigins: 'allow-origin',
}

function namesFor(flags: Values, all: Values): NameOf {
  return (option) => {
    const limit = LIMITS.find(([name]) => option === `limits.${name}`)?.[1].flag
    const own = limit ?? OPTION_FLAGS[option] ?? option
    // A key may come from a file, which another flag names.
    const flag = all[own] === undefined && all[`${own}-file`] !== undefined ? `${own}-file` : own
    const isFromEnv = flags[flag] === undefined && all[flag] !== undefined
    return isFromEnv ? FLAGS[flag]!.env : `--${flag}`
  }
}

export interface CliRequest {
  /** Processes that serve the port. */
  workers: number
  show?: 'help' | 'version'
  /** Logs are JSON objects. */
  json: boolean
  logLevel?: LogLevel
  /** Whether to replace the generated keys that are kept. */
  newKeys: boolean
  options: SyncServerOptions
  /** The flag or variable that set an option of the server, for errors. */
  nameOf: NameOf
  /** Problems that do not prevent the start. */
  warnings: string[]
}

/** Whether logs are JSON. Works even if the other flags are wrong, so that their error is JSON too. */
export function wantsJson(args: string[], env: NodeJS.ProcessEnv): boolean {
  return args.includes('--json') || YES.test(env['VUE_SYNC_JSON'] ?? '')
}

function withSecrets(all: Values, nameOf: NameOf, warnings: string[]): Values {
  try {
    return readSecrets(all, (text) => void warnings.push(text))
  } catch (error) {
    return throwWithGivenNames(error, nameOf)
  }
}

/**
 * Reads flags, environment variables and the files with secrets; a flag wins over its variable.
 *
 * @param isWorker whether a primary process has read the files and sent their content
 * @throws UsageError in one line
 */
export function readCli(args: string[], env: NodeJS.ProcessEnv, isWorker = false): CliRequest {
  const flags: Values = parseFlags(args, { options: FLAGS }).values
  const warnings: string[] = []
  const show = flags.help ? 'help' : flags.version ? 'version' : undefined
  const all: Values = { ...readEnv(env), ...flags }
  const nameOf = namesFor(flags, all)
  // `--help` works even where a file is missing.
  const values: Values = show
    ? all
    : isWorker
      ? takeSecrets(all, env)
      : withSecrets(all, nameOf, warnings)
  const integer = (option: string): number | undefined =>
    readInteger(nameOf(option), values[OPTION_FLAGS[option]!])
  const options: Record<string, unknown> = {
    ...Object.fromEntries(
      Object.entries(OPTION_FLAGS).map(([option, flag]) => [option, values[flag]]),
    ),
    port: integer('port'),
    capacity: integer('capacity'),
    heartbeat: integer('heartbeat'),
    trustProxy: readList(values['trust-proxy']),
    allowedHosts: readList(values['allow-host']),
    allowedOrigins: readList(values['allow-origin']),
    limits: readLimits(values, nameOf),
  }
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  const logLevel = readLevel(nameOf('log-level'), values['log-level'])
  return {
    json: wantsJson(args, env),
    workers: readWorkers(nameOf('workers'), values.workers),
    newKeys: values['new-keys'] === true,
    nameOf,
    options: Object.fromEntries(given),
    warnings,
    ...(logLevel && { logLevel }),
    ...(show && { show }),
  }
}
