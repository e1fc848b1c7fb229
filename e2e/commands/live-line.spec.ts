import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
import { afterEach, describe, expect, it } from 'vitest'
import { COMMAND } from '../../server/test/built-command.ts'
import { connect } from '../../server/test/client.ts'
import { HOST_KEY, VIEWER_KEY } from '../support/relays/relay.ts'

const CLEAR = '\u001B[K'
const CLEAR_BELOW = '\u001B[J'

const children: ChildProcess[] = []
afterEach(async () => {
  for (const child of children.splice(0)) {
    // Ending `script` closes its terminal, which ends the relay inside.
    const ended = child.exitCode === null ? once(child, 'exit') : undefined
    child.kill('SIGTERM')
    await ended
  }
})

/** Starts the relay in a new terminal with util-linux's `script`. */
async function start(columns: number, env: Record<string, string>, ...flags: string[]) {
  const words = ['exec', ...COMMAND, ...flags]
  words.push('--port', '0', '--host', '127.0.0.1')
  words.push('--host-key', HOST_KEY, '--viewer-key', VIEWER_KEY)
  const command = `stty cols ${columns}; ${words.map((word) => `'${word}'`).join(' ')}`
  const { PATH = '', HOME = '' } = process.env
  const child = spawn('script', ['-qfec', command, '/dev/null'], {
    env: { PATH, HOME, TERM: 'xterm', SHELL: '/bin/sh', ...env },
  })
  children.push(child)
  let text = ''
  child.stdout.on('data', (data) => (text += String(data)))
  const done = once(child, 'close').then(([code]) => ({ code: code as number, text }))
  const output = (): string => text
  await expect.poll(output).toMatch(/127\.0\.0\.1:\d+\/#k=/)
  const port = Number(/127\.0\.0\.1:(\d+)\/#k=/.exec(text)![1])
  const relay = { hostKey: HOST_KEY, viewerKey: VIEWER_KEY, getStatus: () => ({ port }) }
  return { relay, output, done, interrupt: () => void child.stdin.write('\u0003') }
}

describe.skipIf(process.platform !== 'linux')('a relay in a terminal', () => {
  it.each([
    ['one process', []],
    ['two workers', ['--workers', '2']],
  ])('shows a live line below its banner, and log lines above it (%s)', async (_, flags) => {
    const { relay, output, done, interrupt } = await start(120, {}, ...flags)
    await expect.poll(output).toContain(`\r\n  0 viewers · 0 sessions · out: 0 messages/s`)
    const viewers = await Promise.all([1, 2, 3].map(() => connect(relay, 'viewer')))
    await expect.poll(output).toContain('\r\n  3 viewers · 1 session · out: ')
    const host = await connect(relay, 'host')
    host.send('junk')
    await expect
      .poll(output)
      .toContain(`\r${CLEAR_BELOW}${CLEAR}[vue-sync] Dropped a message from the host: bad `)
    await expect
      .poll(output)
      .toMatch(/Dropped [^\r]*\r\n\r {2}Viewer .*\r\n {2}3 viewers · 1 session · out: /s)
    interrupt()
    for (const { closed } of [host, ...viewers]) expect((await closed).code).toBe(4000)
    const { code, text } = await done
    expect(code).toBe(0)
    // The shell's prompt must start on a new line.
    expect(text.endsWith('\r\n')).toBe(true)
    expect(text.slice(text.lastIndexOf(CLEAR) + CLEAR.length)).toMatch(/^(?:\^C)?\r\n$/)
  })

  it('cuts the live line to the width of the terminal', async () => {
    const { output } = await start(24, {})
    await expect.poll(output).toContain(`\r\n  0 viewers · 0 session${CLEAR}`)
  })

  it('shows no live line when the terminal cannot rewrite a line', async () => {
    const { relay, output, done, interrupt } = await start(80, { TERM: 'dumb' })
    const viewer = await connect(relay, 'viewer')
    await viewer.until(({ type }) => type === 'status')
    interrupt()
    await done
    expect(output()).not.toContain('viewers ·')
    expect(output()).not.toContain('\u001B')
  })
})
