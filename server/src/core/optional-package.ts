import { UsageError } from './usage-error.ts'

/**
 * Loads a package that is installed only where an option needs it.
 *
 * @param flag the option as it is given on the command line: `--redis`
 * @throws UsageError with the command that installs the package, when it is missing
 */
export async function loadOptionalPackage<T>(
  flag: string,
  name: string,
  load: () => Promise<T>,
): Promise<T> {
  try {
    return await load()
  } catch (error) {
    const { code, message } = error as Error & { code?: string }
    if (code !== 'ERR_MODULE_NOT_FOUND' || !message.includes(`'${name}'`)) throw error
    throw new UsageError(
      `${flag} needs the package ${name}: npm install ${name} (with npx: npx -p @vue-sync/server -p ${name} vue-sync ${flag} …).`,
    )
  }
}
