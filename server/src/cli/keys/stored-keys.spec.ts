import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  open as openFile,
  readdir,
  readFile,
  realpath,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openStoredKeys, type StoredKeysOptions, withStoredKeys } from './stored-keys.ts'

describe('the keys that are kept for a port', () => {
  let dir: string
  let warnings: string[]
  const open = (options: Partial<StoredKeysOptions> = {}) =>
    openStoredKeys({
      file: 'keys-9876.json',
      renew: false,
      dir,
      warn: (text) => void warnings.push(text),
      ...options,
    })
  const file = (): string => join(dir, 'keys-9876.json')

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'vue-sync-stored-keys-'))
    warnings = []
  })
  afterEach(async () => {
    vi.restoreAllMocks()
    await rm(dir, { recursive: true })
  })

  it('are the same at each start, readable by this user only, and others for each port', async () => {
    const first = await open()
    const { hostKey, viewerKey } = first
    expect(first.file).toBe(file())
    expect(hostKey).not.toBe(viewerKey)
    expect((await stat(file())).mode & 0o777).toBe(0o600)
    expect(await open()).toMatchObject({ hostKey, viewerKey, file: file() })
    expect((await open({ file: 'keys-9877.json' })).hostKey).not.toBe(hostKey)
    expect(warnings).toEqual([])
  })

  it('are replaced by new ones only once the relay listens', async () => {
    const { hostKey } = await open()
    const renewed = await open({ renew: true })
    expect(renewed.hostKey).not.toBe(hostKey)
    expect((await open()).hostKey).toBe(hostKey)
    await renewed.commit()
    expect((await open()).hostKey).toBe(renewed.hostKey)
    expect((await stat(file())).mode & 0o777).toBe(0o600)
  })

  it('are the same for relays that make them at the same moment', async () => {
    const all = await Promise.all(Array.from({ length: 10 }, () => open()))
    expect(new Set(all.map(({ hostKey, viewerKey }) => `${hostKey} ${viewerKey}`)).size).toBe(1)
    expect(await readdir(dir)).toEqual(['keys-9876.json'])
    expect(warnings).toEqual([])
  })

  it.each([
    ['empty', ''],
    ['cut off', '{"hostKey":"0123456789abcdefghij'],
    ['null', 'null'],
    ['without a key', '{"hostKey":"0123456789abcdefghij"}'],
    ['with an empty key', '{"hostKey":"","viewerKey":""}'],
    ['with another type', '{"hostKey":1,"viewerKey":["0123456789abcdefghij"]}'],
  ])('are reported, and replaced once the relay listens, when the file is %s', async (_, text) => {
    await writeFile(file(), text, { mode: 0o600 })
    const { hostKey, commit } = await open()
    expect(warnings).toEqual([
      expect.stringContaining(`The stored keys in ${file()} cannot be used`),
    ])
    expect(await readFile(file(), 'utf8')).toBe(text)
    await commit()
    expect((await open()).hostKey).toBe(hostKey)
    expect(warnings).toHaveLength(1)
  })

  it('are replaced without a change to what a symbolic link in their place leads to', async () => {
    const target = join(dir, 'target')
    await writeFile(target, 'mine')
    await symlink(target, file())
    const { hostKey, commit } = await open()
    expect(warnings).toEqual([expect.stringContaining('it is a symbolic link')])
    await commit()
    expect(await readFile(target, 'utf8')).toBe('mine')
    expect((await open()).hostKey).toBe(hostKey)
  })

  /** Lets the next call of a method of any open file fail. */
  async function failNext(method: 'stat' | 'readFile' | 'chmod', code: string): Promise<void> {
    const handle = await openFile(file())
    const error = Object.assign(new Error(code), { code })
    vi.spyOn(Object.getPrototypeOf(handle) as typeof handle, method).mockRejectedValueOnce(error)
    await handle.close()
  }

  it.each([
    ['stat', 'EMFILE'],
    ['readFile', 'EACCES'],
    ['readFile', 'EIO'],
  ] as const)(
    'stay, and others are for this start only, when %s fails with %s',
    async (method, code) => {
      const { hostKey } = await open()
      await failNext(method, code)
      const other = await open()
      expect(other.hostKey).not.toBe(hostKey)
      expect(other.file).toBeUndefined()
      await other.commit()
      expect(warnings).toEqual([
        expect.stringMatching(/^The generated keys are for this start only/),
      ])
      expect(warnings[0]).toContain(`${file()} cannot be read (${code})`)
      expect(await open()).toMatchObject({ hostKey, file: file() })
    },
  )

  it.skipIf(process.platform === 'win32')(
    'are used when others could read them and the system does not let this user change that',
    async () => {
      const { hostKey } = await open()
      await chmod(file(), 0o644)
      await failNext('chmod', 'EPERM')
      expect(await open()).toMatchObject({ hostKey, file: file() })
      expect(warnings).toEqual([
        `Other users could read ${file()}. Its permissions cannot be fixed (EPERM). If someone may have read it, start once with --new-keys.`,
      ])
    },
  )

  it.skipIf(process.platform === 'win32')(
    'are kept where a link to the folder leads, because the link may change after the check',
    async () => {
      const real = join(dir, 'real')
      await mkdir(real)
      await symlink(real, join(dir, 'link'))
      const { file: kept } = await open({ dir: join(dir, 'link') })
      expect(kept).toBe(join(await realpath(real), 'keys-9876.json'))
    },
  )

  it('are reported when they are easy to guess', async () => {
    const hostKey = 'a'.repeat(16)
    const viewerKey = 'b'.repeat(16)
    await writeFile(file(), JSON.stringify({ hostKey, viewerKey }), { mode: 0o600 })
    expect(await open()).toMatchObject({ hostKey, viewerKey })
    expect(warnings).toEqual([
      `The stored keys in ${file()} are too easy to guess. Start once with --new-keys.`,
    ])
  })

  /** Gives the file to another user, whom only root can name. Without root, the status of the file says so once. */
  async function giveAway(): Promise<number> {
    const other = process.geteuid!() + 1234
    if (process.geteuid!() === 0) {
      await chown(file(), other, other)
      return other
    }
    const handle = await openFile(file())
    const status = await handle.stat()
    vi.spyOn(Object.getPrototypeOf(handle) as typeof handle, 'stat').mockResolvedValueOnce(
      Object.assign(status, { uid: other }),
    )
    await handle.close()
    return other
  }

  it.skipIf(process.platform === 'win32')(
    'are reported and replaced when the file belongs to another user, who may know them',
    async () => {
      const { hostKey, viewerKey } = await open()
      const other = await giveAway()
      const replaced = await open()
      await replaced.commit()
      expect(warnings).toEqual([
        `The stored keys in ${file()} cannot be used (it belongs to another user, ${other}), so new ones replace them. Viewers must scan again, and the host needs the new key.`,
      ])
      expect(replaced.hostKey).not.toBe(hostKey)
      expect(replaced.viewerKey).not.toBe(viewerKey)
      expect(await stat(file())).toMatchObject({ uid: process.geteuid!() })
      expect((await stat(file())).mode & 0o777).toBe(0o600)
      expect((await open()).hostKey).toBe(replaced.hostKey)
      expect(warnings).toHaveLength(1)
    },
  )

  it.skipIf(process.platform === 'win32')(
    'are made private again if others could read them',
    async () => {
      const { hostKey } = await open()
      await chmod(file(), 0o644)
      expect((await open()).hostKey).toBe(hostKey)
      expect(warnings).toEqual([expect.stringContaining(`Other users could read ${file()}`)])
      expect((await stat(file())).mode & 0o777).toBe(0o600)
    },
  )

  it.each([
    ['the folder cannot be created', '/dev/null/keys'],
    ['the system allows no folder there', '/proc/keys'],
  ])('are for this start only, with one warning, when %s', async (_, bad) => {
    const keys = await open({ dir: bad })
    expect(keys.hostKey).toMatch(/^[\da-z]{28}$/)
    expect(keys.file).toBeUndefined()
    expect(warnings).toEqual([
      expect.stringMatching(/for this start only.*cannot be created.*--host-key-file/s),
    ])
    await keys.commit()
  })

  it('are for this start only when the file cannot be written', async () => {
    await mkdir(file())
    const keys = await open()
    await keys.commit()
    expect(keys.file).toBeUndefined()
    expect(warnings.at(-1)).toMatch(/for this start only, because they cannot be kept: .* written/)
    const renewed = await open({ renew: true })
    await renewed.commit()
    expect(renewed.file).toBeUndefined()
  })
})

describe('the keys that the command uses', () => {
  const fill = (options: Parameters<typeof withStoredKeys>[0], renew = false) =>
    withStoredKeys(options, { renew, warn: () => {} })

  it('are the given ones, and those that --port 0 makes at each start', async () => {
    for (const options of [
      { hostKey: 'h', viewerKey: 'v' },
      { hostKey: 'h', open: true },
      { port: 0 },
    ])
      expect(await fill(options)).toEqual({ options })
  })

  it('cannot be replaced when all of them are given', async () => {
    await expect(fill({ hostKey: 'h', open: true }, true)).rejects.toThrow('Leave --new-keys')
  })

  it('cannot be replaced when --port 0 keeps none', async () => {
    await expect(fill({ port: 0 }, true)).rejects.toThrow('--port 0 keeps none')
  })
})
