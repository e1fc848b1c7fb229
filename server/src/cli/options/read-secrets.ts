import { FLAGS } from './flags.ts'
import { readSecretFile } from '../keys/secret-file.ts'
import { UsageError } from '../../core/usage-error.ts'

type Values = Record<string, string | boolean | undefined>

/** Flags that contain a secret, each with the flag for a file that contains it instead. */
const SECRETS = [
  ['host-key', 'host-key-file'],
  ['viewer-key', 'viewer-key-file'],
  ['metrics-key', 'metrics-key-file'],
  ['upstream-key', 'upstream-key-file'],
] as const
const REDIS_FILE = 'redis-password-file'

const named = (flag: string): string => `--${flag} (${FLAGS[flag]!.env})`

function withPassword(redis: string, readPassword: () => string): string {
  // The check of the options reports a wrong address.
  if (!URL.canParse(redis)) return redis
  const url = new URL(redis)
  if (url.password !== '')
    throw new UsageError(
      `${named(REDIS_FILE)} and a password in ${named('redis')} exclude each other. Give one of them.`,
    )
  url.password = encodeURIComponent(readPassword())
  return url.href
}

/**
 * Puts the content of secret files in the place of the flags that name them.
 *
 * @param warn called for a file that other users can read
 * @throws UsageError for a file that cannot be used, or for a secret that is given in two ways
 */
export function readSecrets(values: Values, warn: (text: string) => void): Values {
  const read = (flag: string): string | undefined => {
    if (values[flag] === undefined) return undefined
    const { secret, warning } = readSecretFile(flag, String(values[flag]))
    if (warning !== undefined) warn(warning)
    return secret
  }
  const result = { ...values }
  for (const [flag, file] of SECRETS) {
    if (values[flag] !== undefined && values[file] !== undefined)
      throw new UsageError(
        `${named(file)} and ${named(flag)} exclude each other. Give one of them.`,
      )
    result[flag] ??= read(file)
  }
  if (values[REDIS_FILE] === undefined) return result
  if (values['redis'] === undefined)
    throw new UsageError(`${named(REDIS_FILE)} needs ${named('redis')}. Give both.`)
  result['redis'] = withPassword(String(values['redis']), () => read(REDIS_FILE)!)
  return result
}

/** The secrets that a worker gets from its primary, by environment variable: files are read once, by the primary. */
export function secretsForWorkers(options: {
  hostKey?: string
  viewerKey?: string
  metricsKey?: string
  redis?: string
}): Record<string, string> {
  const { hostKey, viewerKey, metricsKey, redis } = options
  const given = { 'host-key': hostKey, 'viewer-key': viewerKey, 'metrics-key': metricsKey, redis }
  return Object.fromEntries(
    Object.entries(given).flatMap(([flag, value]) =>
      value === undefined ? [] : [[FLAGS[flag]!.env, value]],
    ),
  )
}

/** In a worker: what the primary sent wins over the flags, which are those of the primary. */
export function takeSecrets(values: Values, env: Record<string, string | undefined>): Values {
  const result = { ...values }
  for (const [flag, file] of [...SECRETS, ['redis', REDIS_FILE] as const]) {
    delete result[file]
    const sent = env[FLAGS[flag]!.env]
    if (sent !== undefined && sent !== '') result[flag] = sent
  }
  return result
}
