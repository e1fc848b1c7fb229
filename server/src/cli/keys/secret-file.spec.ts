import { chown, chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readSecrets, secretsForWorkers, takeSecrets } from '../options/read-secrets.ts'
import { readSecretFile } from './secret-file.ts'

let dir: string
let path: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'vue-sync-secret-'))
  path = join(dir, 'key')
})
afterEach(() => rm(dir, { recursive: true }))

const put = (content: string | Uint8Array): Promise<void> =>
  writeFile(path, content, { mode: 0o600 })

describe('a file with a key', () => {
  it.each([
    ['a line', 'key\n'],
    ['a line with white space around it', '\t key \r\n\n'],
    ['no line break', 'key'],
    ['a byte order mark', '\uFEFFkey\n'],
  ])('may have %s', async (_, content) => {
    await put(content)
    expect(readSecretFile('host-key-file', path)).toEqual({ secret: 'key' })
  })

  it('may be behind a symbolic link, as secrets of Kubernetes are', async () => {
    await put('key')
    await symlink(path, join(dir, 'link'))
    expect(readSecretFile('host-key-file', join(dir, 'link'))).toEqual({ secret: 'key' })
  })

  it('may be a pipe, which is read once', async () => {
    const pipe = join(dir, 'pipe')
    spawnSync('mkfifo', ['-m', '666', pipe])
    // Another process writes, since reading blocks this one.
    const writer = spawn('sh', ['-c', 'echo key > "$0"', pipe])
    const ended = once(writer, 'exit')
    expect(readSecretFile('host-key-file', pipe)).toEqual({ secret: 'key' })
    await ended
  })

  it.each<[string, string | Uint8Array, string]>([
    ['empty', '', 'is empty'],
    ['blank', ' \n\n', 'is empty'],
    ['of two lines', 'key\nother\n', 'has more than one line. Put the key alone into it'],
    ['too long', 'k'.repeat(1025), 'is longer than 1024 bytes'],
    ['not text', new Uint8Array([0xff, 0xfe, 1]), 'is not text'],
  ])('that is %s is refused, and the error does not contain it', async (_, content, problem) => {
    await put(content)
    expect(() => readSecretFile('host-key-file', path)).toThrow(
      `[vue-sync] --host-key-file ${path} ${problem}.`,
    )
  })

  it('that is missing or a folder is refused', async () => {
    expect(() => readSecretFile('host-key-file', path)).toThrow('cannot be read (ENOENT).')
    await mkdir(path)
    expect(() => readSecretFile('host-key-file', path)).toThrow(`${path} is a folder.`)
  })

  it.each([0o604, 0o644, 0o666])('with mode %o causes a warning', async (mode) => {
    await put('key')
    await chmod(path, mode)
    expect(readSecretFile('host-key-file', path).warning).toBe(
      `--host-key-file ${path} can be read by other users: its mode is 0${mode.toString(8)}. Run chmod 600 on it, as its owner.`,
    )
  })

  it.skipIf(process.getuid!() !== 0)('of another user causes a warning', async () => {
    await put('key')
    await chown(path, 12_345, 12_345)
    expect(readSecretFile('host-key-file', path).warning).toContain('it belongs to the user 12345')
  })
})

describe('secrets', () => {
  const warn = (): void => {}

  it('take the place of their files, and the password of Redis becomes part of its address', async () => {
    await put('p@ss/w%rd')
    expect(
      readSecrets({ redis: 'redis://redis:6379', 'redis-password-file': path }, warn)['redis'],
    ).toBe('redis://:p%40ss%2Fw%25rd@redis:6379')
    expect(readSecrets({ 'metrics-key-file': path }, warn)['metrics-key']).toBe('p@ss/w%rd')
    expect(readSecrets({ 'host-key': 'given' }, warn)['host-key']).toBe('given')
  })

  it('reach a worker by its environment, whatever the flags of its primary are', () => {
    const env = secretsForWorkers({ hostKey: 'h', viewerKey: 'v', redis: 'redis://:p@redis' })
    const flags = { 'host-key-file': path, 'viewer-key': 'x', redis: 'redis://redis', port: '0' }
    expect(takeSecrets(flags, env)).toEqual({
      'host-key': 'h',
      'viewer-key': 'v',
      redis: 'redis://:p@redis',
      port: '0',
    })
  })
})
