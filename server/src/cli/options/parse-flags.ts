import { parseArgs, type ParseArgsConfig } from 'node:util'
import { UsageError } from '../../core/usage-error.ts'
import { withoutPasswords } from '../../nodes/redis/redis-problem.ts'

/** Parses arguments. @throws UsageError in one line, without the password of a Redis */
export function parseFlags<T extends ParseArgsConfig>(
  args: string[],
  config: T,
): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs<T>({ ...config, args })
  } catch (error) {
    const problem = (error as Error).message.split('\n')[0]!.split('. ')[0]!
    throw new UsageError(`${withoutPasswords(problem)}. See --help.`)
  }
}
