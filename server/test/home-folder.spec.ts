import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import process from 'node:process'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { freePort } from './free-port.ts'
import { dataFolder } from '../src/storage/data-folder.ts'
import { COMMAND, PUBLISHED_COMMAND } from './built-command.ts'

// A relay that a test starts must not keep keys or a CA in the home folder of the person who runs the tests.

describe('the home folder of the person who runs the tests', () => {
  let dir: string
  let home: string
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'vue-sync-home-'))
    home = join(dir, 'home')
    await mkdir(home)
    await mkdir(join(dir, 'tmp'))
  })
  afterEach(() => rm(dir, { recursive: true, force: true }))

  /** Runs a command until it listens, as a user with that home folder, and gives the files in the home folder. */
  async function filesAfter([node, script]: typeof COMMAND, port: number): Promise<string[]> {
    const { PATH = '' } = process.env
    const child = spawn(node, [script, '--port', String(port), '--host', '127.0.0.1'], {
      env: { PATH, HOME: home, TMPDIR: join(dir, 'tmp') },
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data) => (output += String(data)))
    const ended = new Promise((resolve) => void child.once('exit', resolve))
    await expect.poll(() => output).toContain('kept in')
    child.kill()
    await ended
    return await readdir(home, { recursive: true })
  }

  it.skipIf(process.platform === 'win32')(
    'stays empty when a test starts the command without XDG_DATA_HOME',
    async () => {
      const port = await freePort()
      expect(await filesAfter(COMMAND, port)).toEqual([])
      // The published command keeps its keys there, so this test would notice them.
      expect((await filesAfter(PUBLISHED_COMMAND, port)).join(' ')).toContain(`keys-${port}.json`)
    },
    60_000,
  )

  it('is not the data folder of relays in the process of a test', async () => {
    expect(relative(tmpdir(), await dataFolder())).not.toMatch(/^\.\./)
  })
})
