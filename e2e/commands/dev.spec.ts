import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { freePort } from '../../server/test/free-port.ts'

const DEV = fileURLToPath(new URL('../../scripts/dev/dev.ts', import.meta.url))
const children = new Set<ChildProcess>()
afterEach(() => {
  for (const child of children) child.kill('SIGKILL')
  children.clear()
})

function start(env: Record<string, string>, ...args: string[]) {
  const child = spawn(process.execPath, ['--conditions=@vue-sync/source', DEV, ...args], {
    env: { ...process.env, ...env },
  })
  children.add(child)
  const text = { out: '', err: '' }
  child.stdout.on('data', (data) => (text.out += String(data)))
  child.stderr.on('data', (data) => (text.err += String(data)))
  const done = once(child, 'close').then(([code]) => ({ code: code as number, ...text }))
  return { child, text, done }
}

const isFree = (port: number) =>
  new Promise<boolean>((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, () => server.close(() => resolve(true)))
  })

describe('pnpm dev', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'prints a QR code and the addresses of host and viewer, which answer, and ends both servers on %s',
    async (signal) => {
      const [port, hostPort] = [await freePort(), await freePort()]
      const { child, text, done } = start(
        {},
        '--port',
        String(port),
        '--host-port',
        String(hostPort),
      )
      await expect.poll(() => text.out, { timeout: 60_000 }).toMatch(/open\s+http:\/\/localhost/)
      expect(text.out).toContain('█')
      expect(text.out).toMatch(/this machine\s+http:\/\/127\.0\.0\.1:\d+\/#k=/)
      const viewer = await fetch(`http://127.0.0.1:${port}/`)
      expect(await viewer.text()).toContain('vue-sync viewer')
      const [, hostUrl] = /open\s+(http:\S+)/.exec(text.out)!
      expect(await (await fetch(hostUrl!)).text()).toContain('vue-sync host')
      child.kill(signal)
      expect(await done).toMatchObject({ code: 0, err: '' })
      expect([await isFree(port), await isFree(hostPort)]).toEqual([true, true])
    },
  )

  it('prints the path of the CA with --https, and still serves its own host over plain http', async () => {
    const caDir = await mkdtemp(join(tmpdir(), 'vue-sync-ca-'))
    const [port, hostPort] = [await freePort(), await freePort()]
    const { child, text, done } = start(
      { VUE_SYNC_CA_DIR: caDir },
      '--https',
      '--port',
      String(port),
      '--host-port',
      String(hostPort),
    )
    await expect.poll(() => text.out, { timeout: 60_000 }).toMatch(/open\s+http:\/\/localhost/)
    expect(text.out).toContain(join(caDir, 'ca.pem'))
    const socket = new WebSocket(`ws://127.0.0.1:${port}/`)
    await once(socket, 'open')
    socket.terminate()
    child.kill('SIGINT')
    // stderr is not checked, because a machine without a private address gets a warning there.
    expect((await done).code).toBe(0)
    await rm(caDir, { recursive: true })
  })

  it('reports in one line that the port is in use', async () => {
    const other = createServer().listen(0)
    await once(other, 'listening')
    const { port } = other.address() as { port: number }
    const { code, err } = await start({}, '--port', String(port)).done
    expect([code, err]).toEqual([
      1,
      `[vue-sync] Port ${port} is in use. Stop what uses it, or choose another with --port (0 for any).\n`,
    ])
    other.close()
  })

  it.each([
    [['--prot'], "Unknown option '--prot'. See --help."],
    [['--port', 'x'], '--port must be a whole number, not "x".'],
    [['--port', '99999'], 'port must be a whole number from 0 to 65535, not 99999.'],
  ])('reports in one line what is wrong with %j', async (args, text) => {
    expect(await start({}, ...args).done).toEqual({ code: 1, out: '', err: `[vue-sync] ${text}\n` })
  })
})
