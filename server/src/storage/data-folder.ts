import { isAbsolute, join } from 'node:path'
import process from 'node:process'
import { UsageError } from '../core/usage-error.ts'

const NAME = 'vue-sync'

/**
 * The folder of this user in which the relay keeps its CA and generated keys. `XDG_DATA_HOME` moves it on each system,
 * because containers and tests need one way to do so.
 *
 * @throws UsageError for a user without a home folder, as in a container with any user id
 */
export async function dataFolder(): Promise<string> {
  const { XDG_DATA_HOME: parent = '' } = process.env
  if (isAbsolute(parent)) return join(parent, NAME)
  try {
    // It looks for the home folder while it is loaded, and then throws for such a user.
    const { default: envPaths } = await import('env-paths')
    return envPaths(NAME, { suffix: '' }).data
  } catch {
    throw new UsageError(
      'This user has no home folder to keep data in. Set XDG_DATA_HOME to the path of a folder that only this user can write to.',
    )
  }
}
