import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
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
    expect(made.fingerprint).toMatch(/^(?:[\dA-F]{2}:){7}[\dA-F]{2}$/)
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
})
