import { FLAGS } from './flags.ts'
import { readSecrets } from './read-secrets.ts'

type Values = Record<string, string | boolean | undefined>

/**
 * The key of a role by a flag or its file, else by the environment.
 *
 * @param warn called for a file that other users can read
 * @throws UsageError for a file that cannot be used, or for a key that is given in two ways
 */
export function readKey(
  role: 'viewer' | 'host',
  values: Values,
  env: NodeJS.ProcessEnv,
  warn: (text: string) => void,
): string | undefined {
  const flags = [`${role}-key`, `${role}-key-file`] as const
  const given = flags.some((flag) => values[flag] !== undefined)
    ? values
    : Object.fromEntries(flags.map((flag) => [flag, env[FLAGS[flag]!.env] || undefined]))
  const key = readSecrets(Object.fromEntries(flags.map((flag) => [flag, given[flag]])), warn)[
    flags[0]
  ]
  return key === undefined ? undefined : String(key)
}
