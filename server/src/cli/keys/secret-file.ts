import { closeSync, fstatSync, openSync, readSync, type Stats } from 'node:fs'
import process from 'node:process'
import { UsageError } from '../../core/usage-error.ts'
import { HAS_MODES, ROOT } from '../../storage/posix.ts'
import { membershipOf } from '../../storage/user-groups.ts'

/** Far above any key, and small enough for the header in which clients send one. */
const MAX_BYTES = 1024
const GROUP_MAY_READ = 0o040
const OTHERS_MAY_READ = 0o004

export interface SecretFile {
  secret: string
  /** When other users can read the file. */
  warning?: string
}

/** Reads at most `MAX_BYTES` and one more, also from a pipe, which ends when its other end is closed. */
function readStart(file: number): Buffer {
  const buffer = Buffer.alloc(MAX_BYTES + 1)
  let length = 0
  for (;;) {
    const read = readSync(file, buffer, length, buffer.length - length, null)
    length += read
    if (read === 0 || length === buffer.length) return buffer.subarray(0, length)
  }
}

function readSecret(bytes: Buffer, fail: (problem: string) => never): string {
  if (bytes.length > MAX_BYTES) fail(`is longer than ${MAX_BYTES} bytes`)
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes).trim()
  } catch {
    return fail('is not text')
  }
  if (text === '') fail('is empty')
  if (/[\r\n]/.test(text)) fail('has more than one line. Put the key alone into it')
  return text
}

/** Why others can read it; `undefined` if only this user and root can, or where a file has no such permissions. */
function readableBy({ mode, uid, gid }: Stats): string | undefined {
  if (!HAS_MODES) return undefined
  const text = (mode & 0o777).toString(8).padStart(4, '0')
  if (uid !== process.geteuid!() && uid !== ROOT) return `it belongs to the user ${uid}`
  if (mode & OTHERS_MAY_READ) return `its mode is ${text}`
  if (mode & GROUP_MAY_READ && membershipOf(gid) === 'others') return `its mode is ${text}`
  return undefined
}

/**
 * Reads a key from a file, without the white space around it. Follows symbolic links, as secrets of Kubernetes
 * are such links.
 *
 * @throws UsageError that names the flag and the file, and never its content
 */
export function readSecretFile(flag: string, path: string): SecretFile {
  const fail = (problem: string): never => {
    throw new UsageError(`--${flag} ${path} ${problem}.`)
  }
  let file: number | undefined
  try {
    file = openSync(path, 'r')
    const stats = fstatSync(file)
    if (stats.isDirectory()) fail('is a folder')
    const secret = readSecret(readStart(file), fail)
    const reason = stats.isFile() ? readableBy(stats) : undefined
    if (reason === undefined) return { secret }
    return {
      secret,
      warning: `--${flag} ${path} can be read by other users: ${reason}. Run chmod 600 on it, as its owner.`,
    }
  } catch (error) {
    if (error instanceof UsageError) throw error
    return fail(`cannot be read (${(error as NodeJS.ErrnoException).code})`)
  } finally {
    if (file !== undefined) closeSync(file)
  }
}
