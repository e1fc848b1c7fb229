import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { PUBLISHED_COMMAND } from '../../server/test/built-command.ts'
import { stubPage } from '../support/apps/app.ts'
import { openHost, openViewer } from '../support/apps/host-and-viewer.ts'
import { errorText, recordErrors } from '../support/apps/printed.ts'
import { freePort } from '../../server/test/free-port.ts'
import { type Running, start } from '../support/system/processes.ts'
import { openSmallDisk } from '../support/system/small-disk.ts'
import { TOOLS } from '../support/system/tools.ts'

describe.skipIf(process.platform !== 'linux')('the command, started again', () => {
  let home: string
  const stops: (() => unknown)[] = []

  beforeEach(async () => {
    stubPage()
    home = await mkdtemp(join(tmpdir(), 'vue-sync-restart-'))
  })
  afterEach(async () => {
    for (const stop of stops.splice(0).toReversed()) await stop()
    vi.unstubAllGlobals()
    await rm(home, { recursive: true })
  })

  /** Starts the command without keys. `output` is what it has printed. */
  function begin(port: number, flags: string[], data = home, prefix: string[] = []) {
    const own = ['--port', String(port), '--host', '127.0.0.1', ...flags]
    const [program, ...args] = [...prefix, ...PUBLISHED_COMMAND, ...own]
    const relay: Running = start(program!, args, { env: { ...process.env, XDG_DATA_HOME: data } })
    stops.push(relay.stop)
    let text = ''
    for (const stream of [relay.child.stdout!, relay.child.stderr!])
      stream.on('data', (data) => (text += String(data)))
    const ended = once(relay.child, 'close').then(([code]) => code as number)
    return {
      output: () => text,
      ended,
      async end() {
        relay.child.kill('SIGTERM')
        await ended
      },
    }
  }

  /** Waits until the relay listens, and returns the keys that it prints. */
  async function listening({ output }: ReturnType<typeof begin>) {
    await expect.poll(output, { timeout: 30_000 }).toMatch(/\n {4}key +\w+\n/)
    const link = /http:\/\/127\.0\.0\.1:\d+\/#k=\w+/.exec(output())![0]
    const key = /\n {4}key +(\w+)\n/.exec(output())![1]!
    return { link, key }
  }

  /** Runs the command without keys, and returns the keys that it prints. */
  async function run(port: number, flags: string[]) {
    const relay = begin(port, flags)
    const keys = await listening(relay)
    expect(relay.output()).toMatch(/\n {4}kept in .*keys-\d+\.json\n/)
    return { ...relay, ...keys }
  }

  it.each([
    ['one process', []],
    ['two workers', ['--workers', '2']],
    ['a folder for sessions', ['--persist', 'sessions']],
  ])(
    'has the same keys, and viewer and host reconnect by themselves: %s',
    async (_, given) => {
      const flags = given.map((flag) => (flag === 'sessions' ? join(home, flag) : flag))
      const port = await freePort()
      const first = await run(port, flags)
      const url = `ws://127.0.0.1:${port}`
      const host = openHost(url, { key: first.key })
      const viewer = openViewer(url, { url: first.link })
      stops.push(
        () => host.app.unmount(),
        () => viewer.app.unmount(),
      )
      host.load.n = 1
      await expect.poll(() => viewer.shown.at(-1)).toBe(1)
      await first.end()
      await expect.poll(() => viewer.viewer.status.value).not.toBe('connected')
      host.load.n = 2
      const second = await run(port, flags)
      expect([second.link, second.key]).toEqual([first.link, first.key])
      await expect.poll(() => viewer.shown.at(-1), { timeout: 30_000 }).toBe(2)
      expect(second.output()).not.toContain('Audit:')
    },
    90_000,
  )

  it('has other keys with --new-keys, which later starts use too', async () => {
    const port = await freePort()
    const first = await run(port, [])
    await first.end()
    const second = await run(port, ['--new-keys'])
    await second.end()
    const third = await run(port, [])
    expect([second.key === first.key, second.link === first.link]).toEqual([false, false])
    expect([third.key, third.link]).toEqual([second.key, second.link])
  }, 90_000)

  it('with --new-keys, refuses viewer and host until they get the new keys, and says so in the log', async () => {
    const printed = recordErrors()
    const port = await freePort()
    const first = await run(port, [])
    const url = `ws://127.0.0.1:${port}`
    const host = openHost(url, { key: first.key })
    const viewer = openViewer(url, { url: first.link })
    stops.push(
      () => host.app.unmount(),
      () => viewer.app.unmount(),
    )
    host.load.n = 1
    await expect.poll(() => viewer.shown.at(-1)).toBe(1)
    await first.end()
    const second = await run(port, ['--new-keys'])
    await expect.poll(() => viewer.viewer.error.value?.message, { timeout: 30_000 }).toMatch(/key/)
    await expect.poll(() => host.host.error.value?.message, { timeout: 30_000 }).toMatch(/key/)
    // Three dials may fit into the time without a relay.
    expect(printed.filter((line) => !line.includes('VS120')).toSorted()).toEqual([
      errorText('host', 'VS102', 'The host key is wrong'),
      errorText('viewer', 'VS102', 'The viewer key is wrong'),
    ])
    // The state from before stays on the phone.
    expect(viewer.load.n).toBe(1)
    await expect.poll(second.output).toMatch(/Audit: Refused a viewer .*scan the current code/)
    await expect.poll(second.output).toMatch(/Audit: Refused a host .*--host-key/)
  }, 90_000)

  it('has the keys of the relay that gets the port when two start at once', async () => {
    const port = await freePort()
    const both = [begin(port, []), begin(port, [])]
    const loser = await Promise.race(both.map(async (relay) => (await relay.ended, relay)))
    const winner = both.find((relay) => relay !== loser)!
    expect(await loser.ended).toBe(1)
    expect(loser.output()).toMatch(/Port \d+ is in use/)
    const keys = await listening(winner)
    await winner.end()
    expect(await run(port, [])).toMatchObject(keys)
  }, 90_000)

  it('keeps the keys in use when a start with --new-keys fails', async () => {
    const port = await freePort()
    const first = await run(port, [])
    const failed = begin(port, ['--new-keys'])
    expect(await failed.ended).toBe(1)
    await first.end()
    expect((await run(port, [])).key).toBe(first.key)
  }, 90_000)

  it('makes keys for one start only with --port 0, and keeps none', async () => {
    const relay = begin(0, [])
    await listening(relay)
    expect(relay.output()).not.toContain('kept in')
    expect(await readdir(home)).toEqual([])
  }, 90_000)

  it.skipIf(!TOOLS.unshare)(
    'warns and starts when the disk is full, and keeps keys once it is not',
    async () => {
      const disk = await openSmallDisk(64)
      stops.push(disk.close)
      await mkdir(join(disk.dir, 'vue-sync'), { mode: 0o700 })
      await disk.fill()
      const port = await freePort()
      const first = begin(port, [], disk.mountPoint, disk.enter)
      await listening(first)
      expect(first.output()).toMatch(/keys are for this start only.*cannot be written \(ENOSPC\)/)
      await first.end()
      expect(await readdir(join(disk.dir, 'vue-sync'))).toEqual([])
      await disk.clear()
      const second = begin(port, [], disk.mountPoint, disk.enter)
      await listening(second)
      expect(await readdir(join(disk.dir, 'vue-sync'))).toEqual([`keys-${port}.json`])
    },
    90_000,
  )

  it('uses a given key, and keeps the other one', async () => {
    const port = await freePort()
    const first = await run(port, [])
    await first.end()
    const second = await run(port, ['--host-key', 'a_given_key_of_at_least_128_bits'])
    expect(second.key).toBe('a_given_key_of_at_least_128_bits')
    expect(second.link).toBe(first.link)
  }, 90_000)
})
