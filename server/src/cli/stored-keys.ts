import { join } from 'node:path'
import { generateKey } from '../core/access/keys.ts'
import { UsageError } from '../core/usage-error.ts'
import { SERVER_DEFAULTS, type SyncServerOptions } from '../server-options.ts'
import { dataFolder } from '../storage/data-folder.ts'
import { HAS_MODES } from '../storage/posix.ts'
import { withPrivateFile, writePrivateFile } from '../storage/private-file.ts'
import { openPrivateFolder } from '../storage/private-folder.ts'

type Keys = Required<Pick<SyncServerOptions, 'hostKey' | 'viewerKey'>>

export interface StoredKeysOptions {
  /** Not 0. */
  port: number
  /** Make new keys, which replace the stored ones. */
  renew: boolean
  warn: (text: string) => void
  /** @default the data folder of this user */
  dir?: string
}

export interface StoredKeys extends Keys {
  /** Where the keys are kept; `undefined` when they are for this start only. */
  file: string | undefined
  /** Writes new keys. To be called once the relay listens: a start that fails must not replace keys in use. */
  commit: () => Promise<void>
}

const KEY = /^[\w-]{16,128}$/
const GROUP_AND_OTHERS = 0o077
const GIVE_KEYS = 'give both keys with --host-key-file and --viewer-key-file'

function makeKeys(): Keys {
  return { hostKey: generateKey(), viewerKey: generateKey() }
}

const isKey = (value: unknown): value is string => typeof value === 'string' && KEY.test(value)

/** @throws Error that says what is wrong with the content */
function parseKeys(text: string): Keys {
  let found: Partial<Record<keyof Keys, unknown>> | null
  try {
    found = JSON.parse(text) as typeof found
  } catch {
    throw new Error('it is not JSON')
  }
  const { hostKey, viewerKey } = found ?? {}
  if (!isKey(hostKey) || !isKey(viewerKey)) throw new Error('it does not contain two keys')
  return { hostKey, viewerKey }
}

/** Reads the keys, and takes away the permissions of other users. `undefined` if there is no file. */
async function readKeys(path: string, warn: (text: string) => void): Promise<Keys | undefined> {
  try {
    return await withPrivateFile(path, async (file) => {
      const keys = parseKeys(await file.readFile('utf8'))
      const { mode } = await file.stat()
      if (HAS_MODES && mode & GROUP_AND_OTHERS) {
        await file.chmod(0o600)
        warn(
          `Other users could read ${path}. Its permissions are fixed now. If someone may have read it, start once with --new-keys.`,
        )
      }
      return keys
    })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

const problemOf = (error: unknown): string => {
  const { code, message } = error as NodeJS.ErrnoException
  return code ?? message
}

async function openFolder({ dir, warn }: StoredKeysOptions): Promise<string> {
  const path = dir ?? (await dataFolder())
  await openPrivateFolder({ dir: path, flag: 'generated keys', advice: GIVE_KEYS, warn })
  return path
}

/**
 * Opens the keys that are kept for a port, and makes them on first use. Never fails: keys that cannot be kept are for
 * this start only, with one warning.
 */
export async function openStoredKeys(options: StoredKeysOptions): Promise<StoredKeys> {
  const { port, renew, warn } = options
  const forThisStart = (problem: string): void =>
    warn(
      `The generated keys are for this start only, because they cannot be kept: ${problem} After a restart, viewers must scan again and the host needs the new key.`,
    )
  const made = makeKeys()
  const stored: StoredKeys = { ...made, file: undefined, commit: async () => {} }
  let path: string
  try {
    path = join(await openFolder(options), `keys-${port}.json`)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    forThisStart(error.text)
    return stored
  }
  stored.file = path
  const write = (keys: Keys, replace: boolean): Promise<boolean> =>
    writePrivateFile(path, `${JSON.stringify(keys, null, 2)}\n`, replace)
  const unwritable = (error: unknown): void => {
    forThisStart(`${path} cannot be written (${problemOf(error)}). To keep keys, ${GIVE_KEYS}.`)
    stored.file = undefined
  }
  if (renew) {
    stored.commit = async () => {
      await write(made, true).catch(unwritable)
    }
    return stored
  }
  const read = (): Promise<Keys | undefined> => readKeys(path, warn)
  let broken = false
  let found: Keys | undefined
  try {
    found = await read()
  } catch (error) {
    broken = true
    warn(
      `The stored keys in ${path} cannot be used (${problemOf(error)}), so new ones replace them. Viewers must scan again, and the host needs the new key.`,
    )
  }
  try {
    // Another relay that starts on the same port may have been first. Its keys are the ones to use.
    if (!found && !(await write(made, broken))) found = await read()
  } catch (error) {
    unwritable(error)
  }
  return Object.assign(stored, found)
}

/** Keys that were generated, and which of them the relay uses. */
export interface GeneratedKeys {
  options: SyncServerOptions
  /** @default none: all keys were given, or the port is chosen at each start */
  stored?: StoredKeys
}

/**
 * Fills in the keys that were not given from those that are kept for the port.
 *
 * @throws UsageError for `--new-keys` when there is nothing to generate
 */
export async function withStoredKeys(
  options: SyncServerOptions,
  { renew, warn }: Pick<StoredKeysOptions, 'renew' | 'warn'>,
): Promise<GeneratedKeys> {
  const { port = SERVER_DEFAULTS.port, hostKey, viewerKey, open } = options
  const needsHostKey = hostKey === undefined
  const needsViewerKey = viewerKey === undefined && !open
  if (!needsHostKey && !needsViewerKey) {
    if (renew)
      throw new UsageError(
        '--new-keys replaces generated keys, but all keys are given. Leave --new-keys or a key out.',
      )
    return { options }
  }
  // Nobody can come back to a port that is another one at the next start.
  if (port === 0) return { options }
  const stored = await openStoredKeys({ port, renew, warn })
  return {
    options: {
      ...options,
      ...(needsHostKey && { hostKey: stored.hostKey }),
      ...(needsViewerKey && { viewerKey: stored.viewerKey }),
    },
    stored,
  }
}
