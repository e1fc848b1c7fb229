import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Client, connect } from '../../server/test/client.ts'
import { seeded } from '../../server/test/fuzz-arbitraries.ts'
import { type HostPage, openHost, plain } from '../support/apps/host-and-viewer.ts'
import { stubPage, stubStorage } from '../support/apps/app.ts'
import { readBlocks } from '../support/readme/blocks.ts'
import { startRelay, type TestRelay, VIEWER_KEY } from '../support/relays/relay.ts'
import { hasProgram } from '../support/system/has-program.ts'

const hasCurl = hasProgram('curl', ['--version'], {
  missing: '[vue-sync] No curl: install it.',
  skipped: 'The recipes with curl are skipped.',
})
const hasJq = hasProgram('jq', ['--version'], {
  missing: '[vue-sync] No jq: install it.',
  skipped: 'The recipes with curl are skipped.',
})

const SEED = 20_266
/** The address that the page writes. */
const WRITTEN = 'http://192.168.1.5:9876'

let dir: string
let relay: TestRelay
let origin: string
let commands: string[]
const children: ChildProcess[] = []
const hosts: Client[] = []
let page: HostPage | undefined

/** Runs shell code in the reader's folder. */
async function run(code: string): Promise<{ output: string; errors: string; code: number | null }> {
  const child = spawn('sh', ['-c', code], { cwd: dir, stdio: ['ignore', 'pipe', 'pipe'] })
  let [output, errors] = ['', '']
  child.stdout.on('data', (data) => (output += String(data)))
  child.stderr.on('data', (data) => (errors += String(data)))
  await once(child, 'close')
  return { output, errors, code: child.exitCode }
}

/** Starts shell code that goes on until the test ends, in a process group of its own. */
function start(code: string): { output: () => string; ended: Promise<unknown> } {
  const child = spawn('sh', ['-c', code], {
    cwd: dir,
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  })
  children.push(child)
  let output = ''
  child.stdout!.on('data', (data) => (output += String(data)))
  return { output: () => output, ended: once(child, 'close') }
}

async function publish(state: object): Promise<Client> {
  const host = await connect(relay, 'host')
  hosts.push(host)
  host.send({ type: 'session_update', epoch: 'e', seq: 1, payload: state })
  return host
}

const scoreOf = () => readFile(join(dir, 'score.txt'), 'utf8').catch(() => undefined)

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'vue-sync-curl-'))
  relay = await startRelay()
  origin = relay.url.replace('ws', 'http')
  const recipe = new URL('../../docs/recipes/curl.md', import.meta.url)
  const blocks = readBlocks(await readFile(recipe, 'utf8'))
  const edit = (code: string) =>
    code.replaceAll(WRITTEN, origin).replaceAll('VIEWER-KEY', VIEWER_KEY)
  commands = []
  for (const { target, code } of blocks) {
    if (target === 'terminal') commands.push(edit(code))
    else if (target !== undefined) await writeFile(join(dir, target), edit(code))
  }
  // The key's file.
  expect(await run(commands[0]!)).toEqual({ output: '', errors: '', code: 0 })
})
afterEach(async () => {
  for (const { pid, exitCode } of children.splice(0)) if (exitCode === null) process.kill(-pid!)
  for (const { socket } of hosts.splice(0)) socket.terminate()
  page?.app.unmount()
  page = undefined
  vi.unstubAllGlobals()
  await relay.stop()
  await rm(dir, { recursive: true })
})

describe.skipIf(!hasCurl || !hasJq)('the recipes with curl', () => {
  it('print the score once', async () => {
    const host = await publish({ board: { home: 1, guest: 0 } })
    host.send({ type: 'config_update', epoch: 'e', seq: 2, payload: { board: { home: 2 } } })
    await expect.poll(() => run(commands[1]!)).toEqual({ output: '2 : 0\n', errors: '', code: 0 })
  })

  it.each(['state.json', 'the module for jq'])(
    'make the state that the host has: %s',
    async (way) => {
      stubPage()
      stubStorage('localStorage')
      page = openHost(relay.url)
      const host = page
      const random = seeded(SEED)
      const read =
        way === 'state.json'
          ? commands[1]!.replace(/'.*'/, "'.state.load'")
          : `curl -fsS -H @viewer.header ${origin}/state | jq -n -L. 'include "vue-sync"; last(views).state.load'`
      await expect.poll(() => host.host.status.value).toBe('connected')
      for (let round = 0; round < 15; round++) {
        for (let count = 0; count < 4; count++) host.change(random)
        const shown = async (): Promise<unknown> => {
          const { output } = await run(read)
          return JSON.parse(output || 'null')
        }
        await expect.poll(shown).toEqual(plain(host.load))
      }
    },
  )

  it('apply each operation of a patch, also with keys that a pointer escapes', async () => {
    const host = await publish({ board: { rows: [1, 2], 'a/b~1': { '': 0 }, gone: null } })
    const patch = [
      { op: 'add', path: '/board/rows/-', value: { n: 3 } },
      { op: 'add', path: '/board/rows/0', value: 0 },
      { op: 'move', from: '/board/rows/3', path: '/board/rows/1' },
      { op: 'replace', path: '/board/a~1b~01/', value: [[]] },
      { op: 'add', path: '/board/a~1b~01//0/-', value: 'deep' },
      { op: 'remove', path: '/board/gone' },
      { op: 'remove', path: '/board/rows/2' },
      { op: 'add', path: '/', value: { of: 'a store without a name' } },
    ]
    host.send({ type: 'config_update', epoch: 'e', seq: 2, payload: { board: { n: 1 } }, patch })
    const read = `curl -fsS -H @viewer.header ${origin}/state | jq -n -L. 'include "vue-sync"; last(views).state'`
    await expect
      .poll(async () => JSON.parse((await run(read)).output) as unknown)
      .toEqual({
        board: { rows: [0, { n: 3 }, 2], 'a/b~1': { '': [['deep']] }, n: 1 },
        '': { of: 'a store without a name' },
      })
  })

  it('keep a file with the score, show when it is not live, and come back after a restart', async () => {
    let host = await publish({ board: { home: 1, guest: 0 } })
    const following = start(`sh follow.sh ${origin} score.txt`)
    await expect.poll(scoreOf).toBe('1 : 0\n')
    host.send({ type: 'config_update', epoch: 'e', seq: 2, payload: { board: { guest: 3 } } })
    await expect.poll(scoreOf).toBe('1 : 3\n')
    await host.close()
    await expect.poll(scoreOf).toBe('\n')
    const { port } = relay.getStatus()
    await relay.stop()
    relay = await startRelay(port)
    host = await publish({ board: { home: 5, guest: 3 } })
    await expect.poll(scoreOf).toBe('5 : 3\n')
    // It ends when its key is not valid any more.
    await relay.stop()
    relay = await startRelay(port, { viewerKey: 'another-key-for-viewers' })
    await following.ended
  })

  it('wait for what is new without a stream', async () => {
    const host = await publish({ board: { home: 1, guest: 0 } })
    const waiting = start(`sh wait.sh ${origin}`)
    await expect.poll(waiting.output).toContain('session_update 1\n')
    for (const seq of [2, 3]) {
      host.send({ type: 'config_update', epoch: 'e', seq, payload: { board: { home: seq } } })
      await expect.poll(waiting.output).toContain(`config_update ${seq}\n`)
    }
    expect(waiting.output().match(/config_update/g)).toHaveLength(2)
  })
})
