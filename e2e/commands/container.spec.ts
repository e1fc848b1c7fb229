import { once } from 'node:events'
import { chown, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PUBLISHED_COMMAND } from '../../server/test/built-command.ts'
import { freePort } from '../../server/test/free-port.ts'
import { start } from '../support/system/processes.ts'
import { inMountNamespace, TOOLS } from '../support/system/tools.ts'

/** A user without an entry in `/etc/passwd`, as in `docker run --user 54321`. Only root can become one. */
const USER = 54_321
const asUser = (): string[] =>
  process.getuid?.() === 0
    ? ['setpriv', `--reuid=${USER}`, `--regid=${USER}`, '--clear-groups', '--no-new-privs']
    : []

/** Makes the whole file system read-only apart from one folder, as `read_only` and a volume do in a container. */
const READ_ONLY = [
  'sh',
  '-c',
  [
    'mount --make-rprivate /',
    'mount --bind "$0" "$0"',
    // Each mount by itself: `/tmp` may be one, and the volume is in it.
    "for at in $(awk '{ print $2 }' /proc/mounts | grep -v '^/proc\\|^/sys\\|^/dev'); do",
    '  [ "$at" = "$0" ] || mount -o remount,bind,ro "$at" 2> /dev/null || true; done',
    'exec "$@"',
  ].join('\n'),
]

// No container runtime is needed: the tests give the relay what a container would.
describe.skipIf(!TOOLS.unshare)('the environment of a container', () => {
  let volume: string
  const stops: (() => Promise<void>)[] = []
  beforeEach(async () => {
    volume = await mkdtemp(join(tmpdir(), 'vue-sync-volume-'))
    if (process.getuid?.() === 0) await chown(volume, USER, USER)
  })
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop()
    await rm(volume, { recursive: true, force: true })
  })

  /** Runs the command without a home folder, like `docker run --read-only --user 54321 --volume …:/data`. */
  async function run(env: Record<string, string>) {
    const { PATH = '' } = process.env
    const [command, ...args] = [
      ...inMountNamespace(),
      ...READ_ONLY,
      volume,
      ...asUser(),
      ...PUBLISHED_COMMAND,
    ]
    const { child, stop } = start(command!, args, { env: { PATH, ...env } })
    stops.push(stop)
    let text = ''
    for (const stream of [child.stdout!, child.stderr!])
      stream.on('data', (data) => (text += String(data)))
    const ended = once(child, 'close')
    await expect.poll(() => text, { timeout: 30_000 }).toMatch(/\n {4}key +\S+\n/)
    return {
      output: text,
      key: /\n {4}key +(\S+)\n/.exec(text)![1]!,
      link: /http:\/\/\S+\/#k=[\w-]+/.exec(text)![0],
      async end() {
        child.kill('SIGTERM')
        await ended
      },
    }
  }

  it('keeps generated keys in a volume that XDG_DATA_HOME names', async () => {
    const env = { VUE_SYNC_PORT: String(await freePort()), XDG_DATA_HOME: volume }
    const first = await run(env)
    await first.end()
    const second = await run(env)
    expect([second.key, second.link]).toEqual([first.key, first.link])
    expect(second.output).toContain(
      `kept in       ${volume}/vue-sync/keys-${env.VUE_SYNC_PORT}.json`,
    )
    expect(second.output).not.toContain('[vue-sync]')
    expect((await stat(join(volume, 'vue-sync'))).mode & 0o777).toBe(0o700)
  }, 90_000)

  it('warns without a volume and a home folder that the keys are for this start only', async () => {
    const { output } = await run({ VUE_SYNC_PORT: String(await freePort()) })
    const lines = output.split('\n').filter((line) => line.includes('[vue-sync]'))
    expect(lines).toEqual([
      expect.stringMatching(/keys are for this start only.*(?:XDG_DATA_HOME|EROFS)/),
    ])
    expect(await readdir(volume)).toEqual([])
  }, 90_000)

  it('uses keys from files without a home folder or a volume, and keeps none', async () => {
    const secrets = join(volume, 'secrets')
    await mkdir(secrets, { mode: 0o755 })
    const key = '0123456789abcdef0123456789abcdef'
    for (const name of ['host-key', 'viewer-key'])
      await writeFile(join(secrets, name), `${name}_${key}\n`, { mode: 0o444 })
    const relay = await run({
      VUE_SYNC_PORT: String(await freePort()),
      VUE_SYNC_HOST_KEY_FILE: join(secrets, 'host-key'),
      VUE_SYNC_VIEWER_KEY_FILE: join(secrets, 'viewer-key'),
    })
    expect(relay.output).toContain(`host-key_${key}`)
    expect(relay.link).toContain(`#k=viewer-key_${key}`)
    expect(relay.output).not.toContain('for this start only')
    expect(await readdir(volume)).toEqual(['secrets'])
  }, 90_000)
})
