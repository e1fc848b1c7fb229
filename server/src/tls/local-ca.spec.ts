import { X509Certificate } from 'node:crypto'
import {
  chmod,
  chown,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { issue } from './certificates.ts'
import { makeEarlierAuthority, makeForeignAuthority } from '../../test/other-authorities.ts'
import { type Authority, openAuthority } from './local-ca.ts'

const YEAR_MS = 365 * 24 * 60 * 60 * 1000
let root: string
let dir: string
let warnings: string[]

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'vue-sync-ca-'))
  dir = join(root, 'vue-sync')
  warnings = []
})
afterEach(() => rm(root, { recursive: true }))

const open = (now = Date.now()): Promise<Authority> =>
  openAuthority({ dir, hostname: 'laptop', now, warn: (text) => warnings.push(text) })
const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8)

describe('this machine’s CA', () => {
  it('is made once, readable by its owner only, and found again', async () => {
    const made = await open()
    expect(made.name).toBe('vue-sync CA (laptop)')
    expect(made.fingerprint).toMatch(/^(?:[\dA-F]{2}:){31}[\dA-F]{2}$/)
    expect(made.thumbprint).toMatch(/^(?:[\dA-F]{2}:){19}[\dA-F]{2}$/)
    expect(await readdir(dir)).toEqual(['ca-key.pem', 'ca.pem'])
    expect([await modeOf(dir), await modeOf(join(dir, 'ca-key.pem'))]).toEqual(['700', '600'])
    expect(await open()).toEqual(made)
    expect(await readFile(made.file, 'utf8')).toBe(made.cert)
    expect(warnings).toEqual([])
  })

  it('is the same for relays that start at the same moment', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => open()))
    expect(new Set(all.map(({ fingerprint }) => fingerprint)).size).toBe(1)
    expect(await readdir(dir)).toEqual(['ca-key.pem', 'ca.pem'])
  })

  it('is replaced when it has expired, with a warning that phones must trust the new one', async () => {
    const old = await open(Date.now() - 11 * YEAR_MS)
    const next = await open()
    expect(next.fingerprint).not.toBe(old.fingerprint)
    expect(warnings).toEqual([expect.stringContaining('phones must trust the new one')])
    expect((await open()).fingerprint).toBe(next.fingerprint)
  })

  it.each<[string, () => Promise<unknown>]>([
    ['its certificate is damaged', () => writeFile(join(dir, 'ca.pem'), 'junk')],
    ['its key is damaged', () => writeFile(join(dir, 'ca-key.pem'), 'junk')],
    ['its key is gone', () => rm(join(dir, 'ca-key.pem'))],
    ['its certificate is gone', () => rm(join(dir, 'ca.pem'))],
  ])('is not replaced when %s', async (_, damage) => {
    await open()
    await damage()
    const before = await readdir(dir)
    await expect(open()).rejects.toThrow(
      `[vue-sync] The CA in ${dir} is damaged. Delete ca.pem and ca-key.pem there`,
    )
    expect(await readdir(dir)).toEqual(before)
  })

  it('makes a key private again that others could read, with a warning', async () => {
    await open()
    await chmod(join(dir, 'ca-key.pem'), 0o644)
    await open()
    expect(await modeOf(join(dir, 'ca-key.pem'))).toBe('600')
    expect(warnings).toEqual([expect.stringContaining('Other users could read')])
  })

  it('is not stored where other users could replace it', async () => {
    await open()
    await chmod(dir, 0o777)
    await expect(open()).rejects.toThrow(`[vue-sync] Other users may write to ${dir}`)
  })

  it('names a folder that cannot be created', async () => {
    await writeFile(dir, '')
    await expect(open()).rejects.toThrow('Choose another folder with --ca-dir.')
  })

  it('names the folder, its mode and the command when other users may write to it', async () => {
    await open()
    await chmod(dir, 0o775)
    if (process.getuid!() === 0) await chown(dir, 0, 1)
    await expect(open()).rejects.toThrow(
      `[vue-sync] Other users may write to ${dir} (mode 0775, owner ${process.getuid!()}, group ${process.getuid!() === 0 ? 1 : process.getgid!()}). Run chmod g-w ${dir}, or choose another folder with --ca-dir.`,
    )
  })

  it('is not stored where other users could put another folder in its place', async () => {
    await chmod(root, 0o777)
    await expect(open()).rejects.toThrow(
      `[vue-sync] Other users may write to ${root} (mode 0777, owner ${process.getuid!()}, group ${process.getgid!()}), so they may replace ${dir}. Run chmod go-w ${root}, or`,
    )
    // As in /tmp: entries can be replaced by their owners only.
    await chmod(root, 0o1777)
    await open()
  })

  it.each(['ca.pem', 'ca-key.pem'])('is not read through a symbolic link: %s', async (name) => {
    await open()
    await rename(join(dir, name), join(root, name))
    await symlink(join(root, name), join(dir, name))
    await expect(open()).rejects.toThrow('cannot be used (it is a symbolic link). Delete ca.pem')
  })

  it.each(['ca.pem', 'ca-key.pem'])('is not read if other users may write to %s', async (name) => {
    await open()
    await chmod(join(dir, name), 0o666)
    await expect(open()).rejects.toThrow('cannot be used (other users may write to it)')
  })

  it.skipIf(process.getuid!() !== 0).each(['ca.pem', 'ca-key.pem'])(
    'is not used when another user owns %s',
    async (name) => {
      await open()
      await chown(join(dir, name), 12_345, 12_345)
      await expect(open()).rejects.toThrow('cannot be used (it belongs to another user, 12345)')
    },
  )

  it('is not used when it was planted: it could sign more than phones should accept', async () => {
    await open()
    const planted = await makeForeignAuthority('laptop')
    await writeFile(join(dir, 'ca.pem'), planted.cert)
    await writeFile(join(dir, 'ca-key.pem'), planted.key)
    await expect(open()).rejects.toThrow(
      `[vue-sync] The CA in ${dir} was not made by this relay: its constraints differ. Delete ca.pem and ca-key.pem`,
    )
    expect(await readFile(join(dir, 'ca.pem'), 'utf8')).toBe(planted.cert)
  })

  it('gets the present limits if an earlier version made it, and phones that trust it stay', async () => {
    await open()
    const earlier = await makeEarlierAuthority('laptop')
    await writeFile(join(dir, 'ca.pem'), earlier.cert)
    await writeFile(join(dir, 'ca-key.pem'), earlier.key)
    const renewed = await open()
    expect(warnings).toEqual([expect.stringMatching(/was renewed: .* now also forbids e-mail/)])
    const [old, next] = [new X509Certificate(earlier.cert), new X509Certificate(renewed.cert)]
    expect(next.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1'])
    expect([next.subject, next.validTo]).toEqual([old.subject, old.validTo])
    const leaf = new X509Certificate(
      (await issue(renewed, { names: ['192.168.1.5'], now: Date.now() })).cert,
    )
    for (const trusted of [old, next])
      expect([leaf.checkIssued(trusted), leaf.verify(trusted.publicKey)]).toEqual([true, true])
    expect((await open()).fingerprint).toBe(renewed.fingerprint)
    expect(warnings).toHaveLength(1)
  })
})
