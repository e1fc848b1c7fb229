import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { keyProblems } from '../../core/access/key-strength.ts'
import { generateKey } from '../../core/access/keys.ts'
import { UsageError } from '../../core/usage-error.ts'
import { SERVER_DEFAULTS, type SyncServerOptions } from '../../server-options.ts'
import { dataFolder } from '../../storage/data-folder.ts'
import { HAS_MODES } from '../../storage/posix.ts'
import { withPrivateFile, writePrivateFile } from '../../storage/private-file.ts'
import { openPrivateFolder } from '../../storage/private-folder.ts'

type Warn = (text: string) => void
type Keys = Required<Pick<SyncServerOptions, 'hostKey' | 'viewerKey'>>

/** How a person gives keys, and has new ones made. Part of warnings. */
export interface KeysAdvice {
  /** An imperative without a full stop. */
  give: string
  /** An imperative without a full stop. */
  renew: string
}

export interface StoredKeysOptions {
  /** The name of the file, without a folder. */
  file: string
  /** Make new keys, which replace the stored ones. */
  renew: boolean
  warn: Warn
  /** @default the data folder of this user */
  dir?: string
  /** @default the flags of the command */
  advice?: KeysAdvice
}

export interface StoredKeys extends Keys {
  /** Where the keys are kept; `undefined` when they are for this start only. */
  file: string | undefined
  /** Writes new keys. To be called once the relay listens: a start that fails must not replace keys in use. */
  commit: () => Promise<void>
}

const KEY = /^[\w-]{16,128}$/
const GROUP_AND_OTHERS = 0o077
const FLAGS: KeysAdvice = {
  give: 'give both keys with --host-key-file and --viewer-key-file',
  renew: 'start once with --new-keys',
}

function makeKeys(): Keys {
  return { hostKey: generateKey(), viewerKey: generateKey() }
}

/** An imperative as a sentence. */
const sentence = (advice: string): string => `${advice[0]!.toUpperCase()}${advice.slice(1)}.`

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code

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

/** Takes away the permissions of other users. The file of another user, such as root, keeps them. */
async function makePrivate(
  path: string,
  file: FileHandle,
  { warn, advice = FLAGS }: StoredKeysOptions,
): Promise<void> {
  const { mode } = await file.stat()
  if (!HAS_MODES || !(mode & GROUP_AND_OTHERS)) return
  const outcome = await file.chmod(0o600).then(
    () => 'Its permissions are fixed now.',
    (error: unknown) => `Its permissions cannot be fixed (${codeOf(error)}).`,
  )
  warn(`Other users could read ${path}. ${outcome} If someone may have read it, ${advice.renew}.`)
}

/**
 * Reads the keys; `undefined` if there is no file.
 *
 * @throws Error that says what is wrong with the file; the system's error with its `code` when it cannot be read
 */
async function readKeys(path: string, options: StoredKeysOptions): Promise<Keys | undefined> {
  const { warn, advice = FLAGS } = options
  try {
    return await withPrivateFile(path, async (file) => {
      const keys = parseKeys(await file.readFile('utf8'))
      await makePrivate(path, file, options)
      if (keyProblems(keys).length > 0)
        warn(`The stored keys in ${path} are too easy to guess. ${sentence(advice.renew)}`)
      return keys
    })
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

async function openFolder({ dir, warn, advice = FLAGS }: StoredKeysOptions): Promise<string> {
  return openPrivateFolder({
    dir: dir ?? (await dataFolder()),
    flag: 'generated keys',
    advice: advice.give,
    warn,
  })
}

/**
 * Opens the keys that are kept in a file, and makes them on first use. A file with wrong content or of another user is
 * replaced by `commit`. When the system cannot read or write the file, it stays, and keys are made for this start only.
 */
export async function openStoredKeys(options: StoredKeysOptions): Promise<StoredKeys> {
  const { file, renew, warn, advice = FLAGS } = options
  const stored: StoredKeys = { ...makeKeys(), file: undefined, commit: async () => {} }
  function forThisStart(problem: string): StoredKeys {
    warn(
      `The generated keys are for this start only, because they cannot be kept: ${problem} After a restart, viewers must scan again and the host needs the new key.`,
    )
    stored.file = undefined
    return stored
  }
  let path: string
  try {
    path = join(await openFolder(options), file)
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException
    return forThisStart(
      error instanceof UsageError
        ? error.text
        : `their folder cannot be checked (${code ?? message}).`,
    )
  }
  stored.file = path
  const { hostKey, viewerKey } = stored
  const write = (replace: boolean): Promise<boolean> =>
    writePrivateFile(path, `${JSON.stringify({ hostKey, viewerKey }, null, 2)}\n`, replace)
  const failed =
    (verb: 'read' | 'written') =>
    (error: unknown): StoredKeys =>
      forThisStart(
        `${path} cannot be ${verb} (${codeOf(error) ?? (error as Error).message}). To keep keys, ${advice.give}.`,
      )
  async function replaceFile(): Promise<void> {
    await write(true).catch(failed('written'))
  }
  if (renew) return Object.assign(stored, { commit: replaceFile })
  try {
    const found = await readKeys(path, options)
    if (found) return Object.assign(stored, found)
  } catch (error) {
    // The keys in the file may be in use.
    if (codeOf(error) !== undefined) return failed('read')(error)
    warn(
      `The stored keys in ${path} cannot be used (${(error as Error).message}), so new ones replace them. Viewers must scan again, and the host needs the new key.`,
    )
    return Object.assign(stored, { commit: replaceFile })
  }
  try {
    // Another relay that starts on the same port may have been first. Its keys are the ones to use.
    if (!(await write(false))) Object.assign(stored, await readKeys(path, options))
  } catch (error) {
    failed('written')(error)
  }
  return stored
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
  // The next start has another port, so stored keys would never be used.
  if (port === 0) {
    if (renew)
      throw new UsageError(
        '--new-keys replaces generated keys, and --port 0 keeps none. Leave --new-keys out, or give another port.',
      )
    return { options }
  }
  const stored = await openStoredKeys({ file: `keys-${port}.json`, renew, warn })
  return {
    options: {
      ...options,
      ...(needsHostKey && { hostKey: stored.hostKey }),
      ...(needsViewerKey && { viewerKey: stored.viewerKey }),
    },
    stored,
  }
}
