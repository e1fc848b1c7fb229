import { readFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import process from 'node:process'
import { ROOT } from './posix.ts'

/** Who else is in a group: nobody (but root), other users, or users that this machine's files do not name. */
export type Membership = 'nobody' | 'others' | 'unknown'

export interface GroupFiles {
  /** The content of `/etc/passwd`. */
  passwd: string
  /** The content of `/etc/group`. */
  group: string
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function rowsOf(file: string): string[][] {
  return file.split('\n').map((line) => line.split(':'))
}

/** The name of the user that runs this process; `undefined` for an id without a name, as in some containers. */
function nameOfUser(): string | undefined {
  try {
    return userInfo().username
  } catch {
    return undefined
  }
}

/** Reads the groups from files. A group that no file names comes from a directory service or a container's runtime. */
export function membershipIn(
  { passwd, group }: GroupFiles,
  gid: number,
  { uid, name }: { uid: number; name: string | undefined },
): Membership {
  if (gid === ROOT) return 'nobody'
  const isOther = (id: number): boolean => id !== uid && id !== ROOT
  if (rowsOf(passwd).some(([, , id, main]) => Number(main) === gid && isOther(Number(id))))
    return 'others'
  const row = rowsOf(group).find(([, , id]) => id === String(gid))
  if (!row) return 'unknown'
  const members = (row[3] ?? '').split(',').filter(Boolean)
  return members.some((member) => member !== name && member !== 'root') ? 'others' : 'nobody'
}

export function membershipOf(gid: number): Membership {
  // macOS keeps its users in a directory service, and its files name only a few.
  if (process.platform === 'darwin') return 'others'
  const files = { passwd: readIfThere('/etc/passwd'), group: readIfThere('/etc/group') }
  return membershipIn(files, gid, { uid: process.geteuid!(), name: nameOfUser() })
}
