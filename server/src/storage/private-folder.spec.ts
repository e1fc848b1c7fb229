import { mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { describe, expect, it } from 'vitest'
import { judgeFolder, openPrivateFolder } from './private-folder.ts'
import { membershipIn } from './user-groups.ts'

const US = 1000
const nobody = () => 'nobody' as const
const judge = (
  mode: number,
  uid = US,
  isParent = false,
  membership: () => 'nobody' | 'others' | 'unknown' = nobody,
) => judgeFolder('/data', { mode, uid, gid: 50 }, US, isParent, membership)

describe('a folder', () => {
  it.each([
    ['of this user', 0o700, US],
    ['of this user that others may read', 0o755, US],
    ['of root', 0o755, 0],
    ['to which a group of this user alone may write', 0o775, US],
    // A volume of a container whose user has an id of its own: Kubernetes gives it to a group.
    ['of root to which a group of this user alone may write', 0o2775, 0],
  ])('%s is accepted', (_, mode, uid) => {
    expect(judge(mode, uid)).toBeUndefined()
  })

  it.each([
    [
      'of another user',
      0o700,
      1001,
      'Another user owns /data (mode 0700, owner 1001, group 50)',
      'chown 1000 /data',
    ],
    [
      'to which everyone may write',
      0o777,
      US,
      'Other users may write to /data (mode 0777, owner 1000, group 50)',
      'chmod go-w /data',
    ],
    [
      'to which everyone may write, with a sticky bit',
      0o1777,
      US,
      'Other users may write to /data (mode 1777, owner 1000, group 50)',
      'mkdir -m 700 /data/vue-sync and use that folder',
    ],
  ])('%s is refused', (_, mode, uid, problem, fix) => {
    expect(judge(mode, uid)).toEqual({ problem, fix })
  })

  it('to which a group with others may write is refused, and one with unknown users causes a warning', () => {
    expect(judge(0o775, US, false, () => 'others')).toMatchObject({ fix: 'chmod g-w /data' })
    expect(judge(0o775, US, false, () => 'unknown')).toEqual({
      doubt: 'Users of group 50 may write to /data (mode 0775, owner 1000, group 50)',
    })
  })

  it('that contains it may be writable if it has a sticky bit, as /tmp has, but must not be foreign', () => {
    expect(judge(0o1777, 0, true)).toBeUndefined()
    expect(judge(0o777, 0, true)).toBeDefined()
    expect(judge(0o755, 1001, true)).toBeDefined()
  })
})

it('a path with a symbolic link leads to the folder itself, which a changed link cannot exchange', async () => {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'vue-sync-folder-')))
  await mkdir(join(root, 'real'), { mode: 0o700 })
  await symlink(join(root, 'real'), join(root, 'link'))
  const opened = openPrivateFolder({ dir: join(root, 'link'), flag: '--persist', warn: () => {} })
  expect(await opened).toBe(join(root, 'real'))
  await rm(root, { recursive: true })
})

it.skipIf(process.platform !== 'linux')(
  'a folder that the system does not allow is reported, where Node would never return',
  async () => {
    for (const dir of ['/proc/vue-sync', '/proc/vue-sync/deeper', '/dev/null/vue-sync'])
      await expect(openPrivateFolder({ dir, flag: '--persist', warn: () => {} })).rejects.toThrow(
        `${dir} cannot be created`,
      )
  },
)

it('a folder and its missing parents are created, also by two at once', async () => {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'vue-sync-folder-')))
  const dir = join(root, 'a', 'b', 'c')
  const open = () => openPrivateFolder({ dir, flag: '--persist', warn: () => {} })
  expect(await Promise.all([open(), open()])).toEqual([dir, dir])
  await rm(root, { recursive: true })
})

describe('the users of a group', () => {
  const passwd =
    'root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/:\nbob:x:1001:1001::/:\ncarl:x:1002:60::/:\n'
  const group =
    'root:x:0:\nann:x:1000:\nshared:x:50:ann,bob\nown:x:51:ann\nstaff:x:60:\nadmins:x:70:root\n'
  it.each([
    [0, 'nobody'],
    [1000, 'nobody'],
    [1001, 'others'],
    [50, 'others'],
    [51, 'nobody'],
    [60, 'others'],
    [70, 'nobody'],
    [12_345, 'unknown'],
  ] as const)('with the id %i are this user and root, or others: %s', (gid, who) => {
    expect(membershipIn({ passwd, group }, gid, { uid: 1000, name: 'ann' })).toBe(who)
  })
})
