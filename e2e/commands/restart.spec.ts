import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { COMMAND } from '../../server/test/built-command.ts'
import { stubPage } from '../support/apps/app.ts'
import { openHost, openViewer } from '../support/apps/host-and-viewer.ts'
import { freePort } from '../support/system/free-port.ts'
import { type Running, start } from '../support/system/processes.ts'

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

  /** Runs the command without keys, and returns the keys that it prints. */
  async function run(port: number, flags: string[]) {
    const { XDG_DATA_HOME: _, ...env } = process.env
    const [node, script] = COMMAND
    const args = [script, '--port', String(port), '--host', '127.0.0.1', ...flags]
    const relay: Running = start(node, args, { env: { ...env, XDG_DATA_HOME: home } })
    stops.push(relay.stop)
    let text = ''
    for (const stream of [relay.child.stdout!, relay.child.stderr!])
      stream.on('data', (data) => (text += String(data)))
    await expect.poll(() => text, { timeout: 30_000 }).toMatch(/\n {4}kept in .*keys-\d+\.json\n/)
    const link = /http:\/\/127\.0\.0\.1:\d+\/#k=\w+/.exec(text)![0]
    const key = /\n {4}key +(\w+)\n/.exec(text)![1]!
    return {
      link,
      key,
      output: () => text,
      async end() {
        const ended = once(relay.child, 'exit')
        relay.child.kill('SIGTERM')
        await ended
      },
    }
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

  it('uses a given key, and keeps the other one', async () => {
    const port = await freePort()
    const first = await run(port, [])
    await first.end()
    const second = await run(port, ['--host-key', 'a_given_key_of_at_least_128_bits'])
    expect(second.key).toBe('a_given_key_of_at_least_128_bits')
    expect(second.link).toBe(first.link)
  }, 90_000)
})
