import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { checkOptions } from '../../check-options.ts'
import { UsageError } from '../../core/usage-error.ts'
import { createSyncServer } from '../../server.ts'
import { throwWithGivenNames, withGivenNames } from './given-names.ts'
import { FLAGS } from './flags.ts'
import { readCli } from './read-cli.ts'
import { withStoredKeys } from '../keys/stored-keys.ts'

const dir = mkdtempSync(join(tmpdir(), 'vue-sync-names-'))
const text = join(dir, 'text')
writeFileSync(text, 'text')
const taken = createServer().listen(0, '127.0.0.1')
await once(taken, 'listening')
afterAll(() => {
  taken.close()
  rmSync(dir, { recursive: true })
})

type Given = Record<string, string>

/** A bad value of each option, with others that it needs. Some are noticed only when the relay starts. */
const BAD: [flag: string, value: string, others?: Given][] = [
  ['port', 'x'],
  ['port', '70000'],
  ['port', String((taken.address() as { port: number }).port), { host: '127.0.0.1' }],
  ['host', '192.0.2.77', { port: '0' }],
  ['base', '/a b'],
  ['persist', '/dev/null/sessions', { port: '0' }],
  ['host-key-file', '/nowhere'],
  ['viewer-key-file', '/nowhere'],
  ['metrics-key-file', '/nowhere'],
  ['redis-password-file', text],
  ['redis-password-file', '/nowhere', { redis: 'redis://localhost' }],
  ['new-keys', '1', { 'host-key': 'h', 'viewer-key': 'v' }],
  ['open', '1', { 'viewer-key': 'v' }],
  ['viewer-key', 'v', { open: '1' }],
  ['allow-host', 'a:1'],
  ['allow-origin', 'x'],
  ['ca-dir', '/dev/null/ca', { https: '1', port: '0' }],
  ['ca-dir', 'd', { cert: text, key: text }],
  ['cert', text],
  ['key', text],
  ['cert', '/nowhere', { key: text, port: '0' }],
  ['cert', text, { key: text, port: '0' }],
  ['address', 'a b'],
  ['public-url', 'x'],
  ['trust-proxy', 'x'],
  ['heartbeat', '1'],
  ['workers', '0'],
  ['redis', 'x'],
  ['redis', 'redis://localhost', { persist: dir }],
  ['redis-prefix', 'x'],
  ['redis-prefix', '{', { redis: 'redis://localhost' }],
  ['capacity', '1'],
  ['metrics-key', 'a b'],
  ['log-level', 'x'],
  ...Object.keys(FLAGS)
    .filter((flag) => flag.startsWith('max-') || flag === 'handshake-time')
    .map((flag): [string, string] => [flag, '0']),
]

/** Options of which each value is right, or whose value no error is about. */
const NO_ERROR = [
  'host-key',
  'https',
  'public',
  'metrics',
  'admin',
  'json',
  'help',
  'version',
  // `cli.spec.ts` has its error, which is that of the command itself.
  'viewer-dir',
]

const toArgs = (given: Given): string[] =>
  Object.entries(given).flatMap(([flag, value]) =>
    FLAGS[flag]!.type === 'boolean' ? [`--${flag}`] : [`--${flag}`, value],
  )

/** The error of the command for options, as far as it is one of these layers. */
async function problemOf(args: string[], env: Given): Promise<string> {
  try {
    const { nameOf, options, newKeys } = readCli(args, env)
    try {
      checkOptions(options, nameOf)
      await withStoredKeys({ ...options, port: 0 }, { renew: newKeys, warn: () => {} })
      const server = createSyncServer({ ...options, warn: () => {} })
      await server.start()
      await server.stop()
      return 'none'
    } catch (error) {
      return throwWithGivenNames(error, nameOf)
    }
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError)
    return (error as UsageError).text
  }
}

describe('an error about an option', () => {
  it('is tested for each option that can have one', () => {
    expect([...new Set([...BAD.map(([flag]) => flag), ...NO_ERROR])].toSorted()).toEqual(
      Object.keys(FLAGS).toSorted(),
    )
  })

  it.each(BAD)(
    'names the flag or the variable that was given: --%s %s',
    async (flag, value, others = {}) => {
      const { env } = FLAGS[flag]!
      const byFlag = await problemOf(toArgs({ ...others, [flag]: value }), {})
      expect(byFlag).toMatch(new RegExp(`--${flag}(?![\\w-])`))
      if (env === '') return
      const byVariable = await problemOf(toArgs(others), { [env]: value })
      expect(byVariable).toMatch(new RegExp(`${env}(?!\\w)`))
      expect(byVariable.replaceAll(`--${flag} (${env})`, '')).not.toMatch(
        new RegExp(`--${flag}(?![\\w-])`),
      )
      // The names that the options have in code. The name of the temporary folder can look like one.
      for (const problem of [byFlag, byVariable])
        expect(problem.replaceAll(dir, '')).not.toMatch(/\b[a-z]+[A-Z][a-z]/)
    },
  )

  it('keeps the flags of a command to run, and flags that the relay does not have', () => {
    const nameOf = (option: string): string => `VARIABLE_${option}`
    const both = 'npx vue-sync --redis: --redis, --unknown'
    expect(withGivenNames(both, nameOf)).toBe('npx vue-sync --redis: VARIABLE_redis, --unknown')
  })
})
