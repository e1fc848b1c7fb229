import { constants } from 'node:fs'
import { type FileHandle, link, open, rename, rm } from 'node:fs/promises'
import process from 'node:process'
import { randomId } from '@vue-sync/vue/protocol'
import { HAS_MODES, ROOT } from './posix.ts'

const OTHERS_MAY_WRITE = 0o022
/** Windows has no such flags, and there they are `undefined`. A pipe put in the place of a file would block forever. */
const SAFE_READ = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

/** Suffix of a file that is being written. */
export const UNFINISHED = '.new'

async function checkOwner(file: FileHandle): Promise<void> {
  const status = await file.stat()
  if (!status.isFile()) throw new Error('it is not a file')
  if (!HAS_MODES) return
  if (status.uid !== process.geteuid!() && status.uid !== ROOT)
    throw new Error(`it belongs to another user, ${status.uid}`)
  if (status.mode & OTHERS_MAY_WRITE) throw new Error('other users may write to it')
}

/**
 * Opens a file that only this user or root may have written, and closes it after `use`. Follows no symbolic link.
 *
 * @throws Error that says what is wrong with the file; the system's error with its `code` when it cannot be opened
 */
export async function withPrivateFile<T>(
  path: string,
  use: (file: FileHandle) => Promise<T>,
): Promise<T> {
  const file = await open(path, SAFE_READ).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ELOOP' ? new Error('it is a symbolic link') : error
  })
  try {
    await checkOwner(file)
    return await use(file)
  } finally {
    await file.close()
  }
}

/**
 * Writes a file atomically, readable by this user only. The data goes to a new file with a random name, which
 * nobody can have put there, and then takes its place.
 *
 * @param replace whether it may replace a file
 * @returns `false` when there is a file that must not be replaced
 */
export async function writePrivateFile(
  path: string,
  data: string | Uint8Array,
  replace: boolean,
): Promise<boolean> {
  const temporary = `${path}.${randomId()}${UNFINISHED}`
  try {
    // Exclusive: fails for a name that exists, also for a symbolic link.
    const file = await open(temporary, 'wx', 0o600)
    try {
      await file.writeFile(data)
      await file.sync()
    } finally {
      await file.close()
    }
    if (replace) await rename(temporary, path)
    else await link(temporary, path)
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (!replace && code === 'EEXIST') return false
    // Some file systems have no hard links.
    if (!replace && (code === 'EPERM' || code === 'ENOTSUP' || code === 'ENOSYS')) {
      await rename(temporary, path)
      return true
    }
    throw error
  } finally {
    // Also on a full disk: the unfinished file takes space that a smaller one could use.
    await rm(temporary, { force: true }).catch(() => {})
  }
}
