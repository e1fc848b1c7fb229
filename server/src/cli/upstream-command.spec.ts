import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { afterEach, describe, expect, it } from 'vitest'
import { COMMAND } from '../../test/built-command.ts'
import { connectTo, session } from '../../test/client.ts'
import { hasSeen } from '../../test/nodes-suite.ts'
import { createTree, TREE_KEYS } from '../../test/tree.ts'

const [NODE, SCRIPT] = COMMAND
const LOCAL = ['--port', '0', '--host', '127.0.0.1', '--open']
const SECRET = 'key-that-nobody-may-read-in-a-log'

const { start, dial, clear } = createTree()
afterEach(clear)

function run(args: string[], env: Record<string, string> = {}) {
  const child = spawn(NODE, [SCRIPT, ...args], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data) => (output += String(data)))
  const done = once(child, 'close').then(([code]) => ({ code: code as number, output }))
  const shows = (text: RegExp): Promise<void> => expect.poll(() => output).toMatch(text)
  return { child, done, shows, read: () => output }
}

describe('--upstream', () => {
  it('serves the sessions of another relay with a key from a file, and shows where hosts connect', async () => {
    const root = await start()
    const host = await dial(root, 'host')
    host.send(session('e', 0, { at: 0 }))
    const folder = await mkdtemp(join(tmpdir(), 'vue-sync-upstream-'))
    const file = join(folder, 'viewer.key')
    await writeFile(file, `${TREE_KEYS.viewerKey}\n`, { mode: 0o600 })
    const address = root.link.replace(/#.*/, '')
    const leaf = run([...LOCAL, '--upstream', address, '--upstream-key-file', file])
    await leaf.shows(new RegExp(`Follows ${address}: hosts connect there`))
    const [, port] = /http:\/\/127\.0\.0\.1:(\d+)\/\n/.exec(leaf.read())!
    const viewer = await connectTo(`ws://127.0.0.1:${port}`, 'viewer')
    await hasSeen(viewer, 'e', 0)
    expect(leaf.read()).not.toMatch(/Type this in the viewer|publishing/)
    expect(leaf.read()).not.toContain(TREE_KEYS.viewerKey)
    viewer.socket.terminate()
    leaf.child.kill('SIGTERM')
    expect((await leaf.done).code).toBe(0)
    await rm(folder, { recursive: true })
  })

  it('logs no key, neither of a link nor of a variable, when the other relay refuses it', async () => {
    const root = await start()
    const address = root.link.replace(/#.*/, '')
    for (const env of [
      { VUE_SYNC_UPSTREAM: `${address}#k=${SECRET}` },
      { VUE_SYNC_UPSTREAM: address, VUE_SYNC_UPSTREAM_KEY: SECRET },
    ]) {
      const leaf = run([...LOCAL, '--json'], env)
      await leaf.shows(/refuses the session default: The viewer key is wrong \(4401\)/)
      await leaf.shows(/VUE_SYNC_UPSTREAM/)
      leaf.child.kill('SIGTERM')
      const { code, output } = await leaf.done
      expect([code, output.includes(SECRET)]).toEqual([0, false])
      expect(output).toContain(`"follows":"${address}"`)
    }
  })

  it.each([
    [['--workers', '2'], '--upstream needs --workers 1'],
    [['--redis', 'redis://127.0.0.1:1'], '--upstream and --redis exclude each other'],
    [['--persist', '/tmp/nowhere'], '--upstream and --persist exclude each other'],
    [['--upstream-key', SECRET], 'Give one of them'],
  ])('ends with one line for %j', async (args, text) => {
    const upstream = ['--upstream', `http://127.0.0.1:1/#k=${SECRET}`]
    const { code, output } = await run([...LOCAL, ...upstream, ...args]).done
    expect([code, output.trim().split('\n').length]).toEqual([1, 1])
    expect(output).toContain(text)
    expect(output).not.toContain(SECRET)
  })

  it('ends with one line for a key without a relay', async () => {
    const { code, output } = await run([...LOCAL, '--upstream-key', SECRET]).done
    expect(code).toBe(1)
    expect(output).toContain('--upstream-key needs --upstream')
  })
})
