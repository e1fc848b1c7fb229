import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import process from 'node:process'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { connect } from '../../server/test/client.ts'
import { LIVE, useTerminals } from '../support/relays/terminal-relay.ts'

/** Other tests have their keys in the list of processes. */
const KEYS = {
  VUE_SYNC_HOST_KEY: 'host_key_that_no_list_may_show',
  VUE_SYNC_VIEWER_KEY: 'viewer_key_that_no_list_may_show',
}
const CTRL_Z = '\u001A'
const SUSPENDED = /Stopped/
/** At the end of the screen. */
const PROMPT = /READY>\s*$/
/** An interactive shell, which has jobs. */
const SHELL = 'exec bash --noprofile --norc -i'

/** The processes of relays with a home folder, and not of their shell. */
function relaysIn(home: string): number[] {
  return readdirSync('/proc').flatMap((name) => {
    const read = (file: string): string[] =>
      readFileSync(`/proc/${name}/${file}`, 'utf8').split('\0')
    try {
      return read('environ').includes(`HOME=${home}`) && read('cmdline').includes('--heartbeat')
        ? [Number(name)]
        : []
    } catch {
      // Not a process, or one that has ended or belongs to another user.
      return []
    }
  })
}

describe.skipIf(process.platform !== 'linux')('a relay in a shell', () => {
  const terminals = useTerminals()
  afterEach(() => terminals.closeAll())

  /** Opens a shell, and types a command line with the relay in it. */
  async function openShell(line: (relay: string) => string) {
    let typed = ''
    const terminal = await terminals.open({
      flags: ['--host', '127.0.0.1', '--heartbeat', '500'],
      env: { PS1: 'READY> ', HISTFILE: '' },
      rows: 40,
      command(relay) {
        typed = line(relay)
        return SHELL
      },
    })
    await terminal.shows(PROMPT)
    terminal.press(`${typed}\n`)
    return terminal
  }

  const isServing = async (port: number): Promise<boolean> =>
    (await fetch(`http://127.0.0.1:${port}/healthz`)).ok

  it('is suspended by Ctrl+Z, goes on in the background without a line, and reads keys again after fg', async () => {
    const { press, shows, port, output, dialled } = await openShell((relay) => relay)
    await shows(LIVE)
    const number = port()
    press(CTRL_Z)
    await shows(SUSPENDED)
    await shows(PROMPT)
    press('bg\n')
    await shows(/bg\n\[1\]\+ [^]* &\nREADY>\s*$/)
    const before = output().length
    expect(await isServing(number)).toBe(true)
    // The live line would change with the viewer. Five heartbeats take longer than it waits.
    const viewer = await connect({ ...dialled, getStatus: () => ({ port: number }) }, 'viewer')
    await expect.poll(() => viewer.of('status').length).toBeGreaterThan(5)
    await viewer.close()
    expect(output().slice(before)).toBe('')
    press('jobs\n')
    await shows(/\[1\]\+ +Running/)
    press('fg\n')
    await shows(LIVE)
    press('h')
    await shows('Ctrl+C  stop the relay')
    press(CTRL_Z)
    await shows(SUSPENDED)
    press('fg\n')
    await shows(LIVE)
    press('\u0003')
    await shows(PROMPT)
  }, 90_000)

  it('reads keys again after another process has stopped it', async () => {
    const { press, shows, home } = await openShell((relay) => relay)
    await shows(LIVE)
    for (const id of relaysIn(home)) process.kill(id, 'SIGSTOP')
    await shows(SUSPENDED)
    await shows(PROMPT)
    press('bg\n')
    // It had no time to prepare the terminal, so a line end may follow.
    await shows(/bg\n\[1\]\+ [^]* &\n+READY>/)
    press('fg\n')
    await shows(LIVE)
    press('h')
    await shows('Ctrl+C  stop the relay')
    press('\u0003')
    await shows(PROMPT)
  }, 90_000)

  it('prints everything once when it is started in the background, and reads keys after fg', async () => {
    const { press, shows, output, port } = await openShell((relay) => `${relay} &`)
    await shows(/key +\S+\n/)
    await shows(/127\.0\.0\.1:\d+\/#k=/)
    expect(await isServing(port())).toBe(true)
    expect(output()).not.toMatch(LIVE)
    press('fg\n')
    await shows(LIVE)
    press('h')
    await shows('Ctrl+C  stop the relay')
  }, 90_000)

  it.each([
    ['closed', '<&-'],
    ['empty', '</dev/null'],
  ])(
    'names no keys when its input is %s, and prints all addresses and one QR code',
    async (_, redirection) => {
      const terminal = await terminals.open({
        flags: ['--host', '127.0.0.1'],
        rows: 60,
        command: (relay) => `exec ${relay} ${redirection}`,
      })
      await terminal.shows(LIVE)
      expect(terminal.shown()).toMatch(/This computer only\n {4}this machine +http:/)
      expect(terminal.shown()).not.toContain('q  show')
      expect(terminal.shown()).toMatch(/ {4}key +\S+\n/)
      const corners = terminal.output().match(/█ ▄▄▄▄▄ █/g)
      expect(corners).toHaveLength(3)
      expect(terminal.shown()).toMatch(/ {2}Code {4}\w{3} \w{3}/)
    },
    60_000,
  )
})

describe.skipIf(process.platform !== 'linux')('the key o', () => {
  const terminals = useTerminals()
  let bin: string
  beforeEach(() => {
    bin = mkdtempSync(join(tmpdir(), 'vue-sync-browser-'))
    // A browser: notes its arguments, and runs for a while.
    const file = join(bin, 'xdg-open')
    writeFileSync(file, `#!/bin/sh\necho "$@" > '${bin}/opened'\nsleep 4\n`)
    chmodSync(file, 0o755)
  })
  afterEach(async () => {
    await terminals.closeAll()
    rmSync(bin, { recursive: true })
  })

  const open = async (env: Record<string, string>) => {
    const PATH = `${bin}${delimiter}${process.env['PATH']}`
    const terminal = await terminals.open({
      flags: ['--host', '127.0.0.1'],
      env: { PATH, ...KEYS, ...env },
    })
    await terminal.shows(LIVE)
    terminal.press('o')
    return terminal
  }

  it('opens the viewer by an address for one use, so that no list of processes shows its key', async () => {
    const { shows, port, shown } = await open({ DISPLAY: ':0' })
    const note = join(bin, 'opened')
    await expect.poll(() => existsSync(note) && readFileSync(note, 'utf8')).toMatch(/\n$/)
    const url = readFileSync(note, 'utf8').trim()
    const processes = spawnSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).stdout
    expect(processes).toContain(join(bin, 'xdg-open'))
    for (const key of Object.values(KEYS)) expect(processes).not.toContain(key)
    const first = await fetch(url, { redirect: 'manual' })
    expect([first.status, first.headers.get('location')]).toEqual([
      302,
      `http://127.0.0.1:${port()}/#k=${KEYS.VUE_SYNC_VIEWER_KEY}`,
    ])
    expect(shown()).not.toContain('opened twice')
    expect((await fetch(url, { redirect: 'manual' })).status).toBe(410)
    await shows('was opened twice')
  }, 60_000)

  it.each([
    ['without a screen', {}],
    ['over SSH', { DISPLAY: ':0', SSH_CONNECTION: '192.0.2.1 5000 192.0.2.2 22' }],
  ])(
    'shows the link instead %s',
    async (_, env) => {
      const { shows } = await open(env as Record<string, string>)
      await shows(
        /No browser can be opened from here\. Open this link: http:\/\/127\.0\.0\.1:\d+\/#k=/,
      )
      expect(existsSync(join(bin, 'opened'))).toBe(false)
    },
    60_000,
  )
})
