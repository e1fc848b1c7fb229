import { lstat, mkdir, realpath, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import process from 'node:process'
import { UsageError } from '../core/usage-error.ts'
import { HAS_MODES, ROOT } from './posix.ts'
import { type Membership, membershipOf } from './user-groups.ts'

export interface PrivateFolderOptions {
  dir: string
  /** The flag that chooses the folder, for errors: `--persist`. */
  flag: string
  /** What to do when the folder cannot be used, without a full stop. @default to choose another folder with the flag */
  advice?: string
  warn: (text: string) => void
  /** @default from `/etc/passwd` and `/etc/group` */
  membership?: (gid: number) => Membership
}

/** The parts of a folder's status that decide who can change what is in it. */
export interface FolderStatus {
  mode: number
  uid: number
  gid: number
}

const GROUP_MAY_WRITE = 0o020
const OTHERS_MAY_WRITE = 0o002
/** In a folder with this bit, only the owner of an entry can rename or delete it. `/tmp` has it. */
const STICKY = 0o1000

const octal = (mode: number): string => (mode & 0o7777).toString(8).padStart(4, '0')
const quote = (path: string): string => (/^[\w./-]+$/.test(path) ? path : JSON.stringify(path))

type Verdict = { problem: string; fix: string } | { doubt: string } | undefined

/**
 * Judges one folder of a path, as ssh does: it must belong to this user or to root, and nobody else may write to it.
 *
 * @param isParent whether it only contains the folder: then a sticky bit is enough, as it protects the entries
 */
export function judgeFolder(
  path: string,
  { mode, uid, gid }: FolderStatus,
  us: number,
  isParent: boolean,
  membership: (gid: number) => Membership,
): Verdict {
  const at = `${path} (mode ${octal(mode)}, owner ${uid}, group ${gid})`
  if (uid !== us && uid !== ROOT)
    return { problem: `Another user owns ${at}`, fix: `chown ${us} ${quote(path)}` }
  if (isParent && mode & STICKY) return undefined
  // A folder like `/tmp` is shared on purpose, so it must keep its mode.
  if (mode & OTHERS_MAY_WRITE && mode & STICKY)
    return {
      problem: `Other users may write to ${at}`,
      fix: `mkdir -m 700 ${quote(join(path, 'vue-sync'))} and use that folder`,
    }
  if (mode & OTHERS_MAY_WRITE)
    return { problem: `Other users may write to ${at}`, fix: `chmod go-w ${quote(path)}` }
  if (!(mode & GROUP_MAY_WRITE)) return undefined
  switch (membership(gid)) {
    case 'others':
      return { problem: `Other users may write to ${at}`, fix: `chmod g-w ${quote(path)}` }
    case 'unknown':
      return { doubt: `Users of group ${gid} may write to ${at}` }
    default:
      return undefined
  }
}

function parentsOf(path: string): string[] {
  const parent = dirname(path)
  return parent === path ? [] : [parent, ...parentsOf(parent)]
}

/**
 * Creates a folder and its parents. `mkdir` of Node with `recursive` never returns for a folder in `/proc`, because
 * the system reports that the existing parent is missing.
 */
async function createFolder(path: string): Promise<void> {
  const create = (): Promise<void> => mkdir(path, { mode: 0o700 })
  try {
    await create()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if ((await stat(path).catch(() => undefined))?.isDirectory()) return
    if (code !== 'ENOENT' || dirname(path) === path) throw error
    await createFolder(dirname(path))
    // Another process may have created it meanwhile.
    await create().catch(async (again: unknown) => {
      if (!(await stat(path).catch(() => undefined))?.isDirectory()) throw again
    })
  }
}

/**
 * Creates a folder if needed, and checks that no other user can change what is in it, or put another in its place.
 * Resolves to the path without symbolic links, which is the one to use: a link could be changed after the check.
 *
 * @throws UsageError that names the folder, its mode and the command that fixes it
 */
export async function openPrivateFolder(options: PrivateFolderOptions): Promise<string> {
  const { dir, flag, warn, membership = membershipOf } = options
  const { advice = `choose another folder with ${flag}` } = options
  let path: string
  try {
    await createFolder(resolve(dir))
    path = await realpath(dir)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new UsageError(
      `The folder of ${flag} cannot be used: ${dir} cannot be created (${code}). ${advice.replace(/^./, (first) => first.toUpperCase())}.`,
    )
  }
  if (!HAS_MODES) return path
  for (const at of [path, ...parentsOf(path)]) {
    const verdict = judgeFolder(at, await lstat(at), process.geteuid!(), at !== path, membership)
    if (!verdict) continue
    if ('doubt' in verdict) {
      warn(`${verdict.doubt}. If they are not trusted, ${advice}.`)
      continue
    }
    const { problem, fix } = verdict
    const effect = at === path ? '' : `, so they may replace ${path}`
    throw new UsageError(`${problem}${effect}. Run ${fix}, or ${advice}.`)
  }
  return path
}
