import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { get } from 'node:https'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { describe, expect, it } from 'vitest'
import { offerProtocols } from '@vue-sync/vue/protocol'
import { WebSocket } from 'ws'
import { COMMAND } from '../../test/built-command.ts'

const [NODE, SCRIPT] = COMMAND

function start(args: string[], env: Record<string, string> = {}) {
  const child = spawn(NODE, [SCRIPT, ...args], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
  })
  let out = ''
  let err = ''
  child.stdout.on('data', (data) => (out += String(data)))
  child.stderr.on('data', (data) => (err += String(data)))
  const done = once(child, 'close').then(([code]) => ({ code: code as number, out, err }))
  /** Waits until the terminal shows `text`. */
  const shows = async (text: RegExp): Promise<RegExpExecArray> => {
    for (;;) {
      const match = text.exec(out)
      if (match) return match
      await Promise.race([once(child.stdout, 'data'), done])
      if (child.exitCode !== null && !text.test(out)) throw new Error(`ended: ${out}${err}`)
    }
  }
  return { child, done, shows }
}

/** Sends a message that the relay warns about. Its answer to the close frame shows that it has read the message. */
async function sendJunk(port: string, hostKey: string): Promise<void> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`, offerProtocols('host', hostKey))
  await once(socket, 'message')
  socket.send('junk')
  socket.close()
  await once(socket, 'close')
}

describe('@vue-sync/server', () => {
  it('shows a code, every address and the host key, and ends cleanly on a signal', async () => {
    const { child, done, shows } = start(['--port', '0', '--host', '127.0.0.1', '--host-key', 'hk'])
    const [, port] = await shows(/http:\/\/127\.0\.0\.1:(\d+)\/#k=/)
    await shows(/key\s+hk/)
    await shows(/█/)
    expect((await fetch(`http://127.0.0.1:${port}/status`)).status).toBe(200)
    child.kill('SIGINT')
    expect(await done).toMatchObject({ code: 0, err: '' })
  })

  it('logs one JSON object per line with --json, and no key', async () => {
    const args = ['--json', '--port', '0', '--host', '127.0.0.1']
    const { child, done, shows } = start([...args, '--host-key', 'hk-secret'])
    const [, port] = await shows(/"port":(\d+)/)
    await sendJunk(port!, 'hk-secret')
    const viewer = new WebSocket(`ws://127.0.0.1:${port}/`, offerProtocols('viewer', 'wrong'))
    await once(viewer, 'close')
    child.kill('SIGTERM')
    const { code, out, err } = await done
    expect(code).toBe(0)
    const lines = `${out}${err}`
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(lines.map(({ level, message }) => [level, message])).toEqual(
      expect.arrayContaining([
        ['info', 'listening'],
        ['info', 'stopping'],
        ['warn', 'Keys were generated and are not logged: set --viewer-key'],
        ['warn', expect.stringContaining('Dropped a message')],
      ]),
    )
    expect(`${out}${err}`).not.toMatch(/hk-secret|#k=/)
    const wrong = start([...args, '--capacity', '1'])
    const { err: problem } = await wrong.done
    expect(JSON.parse(problem)).toMatchObject({ level: 'error' })
  })

  it.each([
    ['info', true],
    ['warn', true],
    ['error', false],
    ['silent', false],
  ])('at level %s prints its links, and a warning: %s', async (level, isPrinted) => {
    const args = ['--port', '0', '--host', '127.0.0.1', '--host-key', 'hk', '--log-level', level]
    const { child, done, shows } = start(args)
    const [, port] = await shows(/http:\/\/127\.0\.0\.1:(\d+)\/#k=/)
    await sendJunk(port!, 'hk')
    child.kill('SIGTERM')
    const { code, err } = await done
    expect([code, err.includes('[vue-sync] Dropped a message')]).toEqual([0, isPrinted])
    expect(err === '').toBe(!isPrinted)
  })

  it('logs fewer JSON messages at a higher level, but always the reason why it does not start', async () => {
    const env = { VUE_SYNC_LOG_LEVEL: 'warn', VUE_SYNC_JSON: '1' }
    const { child, done } = start(['--port', '0', '--host', '127.0.0.1'], env)
    const [line] = await once(child.stderr, 'data')
    child.kill('SIGTERM')
    const { code, out, err } = await done
    expect(JSON.parse(String(line))).toMatchObject({ level: 'warn' })
    expect([code, out, err]).toEqual([0, '', String(line)])
    const wrong = start(['--capacity', '1', '--log-level', 'silent'], env)
    expect(JSON.parse((await wrong.done).err)).toMatchObject({ level: 'error' })
  })

  it('drains on a signal: closes viewers so that they reconnect, and ends in time', async () => {
    const { child, done, shows } = start(['--port', '0', '--host', '127.0.0.1', '--open'])
    const [, port] = await shows(/http:\/\/127\.0\.0\.1:(\d+)\/\n/)
    const socket = new WebSocket(`ws://127.0.0.1:${port}/`)
    await once(socket, 'message')
    const closed = once(socket, 'close')
    child.kill('SIGTERM')
    expect((await closed)[0]).toBe(4000)
    expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(503)
    expect(await done).toMatchObject({ code: 0, err: '' })
  })

  it('reads every option from the environment, and lets a flag win', async () => {
    const env = {
      VUE_SYNC_PORT: '1',
      VUE_SYNC_HOST: '127.0.0.1',
      VUE_SYNC_HOST_KEY: 'env-key',
      VUE_SYNC_OPEN: '1',
      VUE_SYNC_CAPACITY: '32',
      VUE_SYNC_ALLOW_HOSTS: 'show.lan, .team.lan',
      VUE_SYNC_MAX_SESSIONS: '5',
    }
    const { child, done, shows } = start(['--port', '0'], env)
    await shows(/http:\/\/127\.0\.0\.1:\d+\/\n/)
    await shows(/key\s+env-key/)
    child.kill('SIGTERM')
    expect((await done).code).toBe(0)
  })

  it('prints with --https which CA phones must trust, and where it is stored', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'vue-sync-ca-'))
    const env = { VUE_SYNC_HTTPS: '1', VUE_SYNC_CA_DIR: dir }
    const { child, done, shows } = start(['--port', '0', '--host', '127.0.0.1'], env)
    const [, port] = await shows(/set up\s+http:\/\/127\.0\.0\.1:(\d+)\/setup\n/)
    await shows(/CA\s+(?:[\dA-F]{2}:){7}[\dA-F]{2}\n/)
    const [, file] = await shows(/stored in\s+(\S+)\n/)
    await shows(/code\s+[\dA-Z]{3} [\dA-Z]{3}\n/)
    expect(file).toBe(join(dir, 'ca.pem'))
    const ca = await readFile(file!)
    const [answer] = await once(get({ port, host: '127.0.0.1', path: '/status', ca }), 'response')
    expect(answer.statusCode).toBe(200)
    answer.destroy()
    child.kill('SIGINT')
    expect(await done).toMatchObject({ code: 0, err: '' })
    await rm(dir, { recursive: true })
  })

  it('prints help and version', async () => {
    const { code, out } = await start(['--help']).done
    expect(code).toBe(0)
    for (const word of [
      '--port',
      '--host',
      '--host-key',
      '--viewer-key',
      '--open',
      '--capacity',
      '--viewer-dir',
      '--https',
      '--ca-dir',
      '--cert',
      '--key',
      '--public-url',
      '--trust-proxy',
      '--allow-host',
      'VUE_SYNC_ALLOW_ORIGINS',
      '--max-viewers-per-address',
      'VUE_SYNC_HANDSHAKE_TIME',
      'VUE_SYNC_PORT',
      'VUE_SYNC_LOG_LEVEL',
      '--workers',
      'VUE_SYNC_REDIS',
    ])
      expect(out).toContain(word)
    expect(out).toMatch(/^Usage: npx @vue-sync\/server \[options\]\n/)
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(100)
    expect((await start(['--version']).done).out).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  it.each<[string, string[], Record<string, string>, string]>([
    ['a wrong flag', ['--prot', '1'], {}, "Unknown option '--prot'. See --help."],
    ['a stray word', ['serve'], {}, "Unexpected argument 'serve'"],
    ['a missing value', ['--port'], {}, "Option '--port <value>' argument missing. See --help."],
    ['a port that is not a number', ['--port', 'x'], {}, '--port must be a whole number, not "x".'],
    ['a port too large', ['--port', '99999'], {}, 'port must be an integer from 0 to 65535'],
    ['a small ring', ['--capacity', '3'], {}, 'capacity must be an integer from 16'],
    ['a certificate without its key', ['--cert', 'c.pem'], {}, 'cert needs key. Give both.'],
    ['a key without its certificate', ['--key', 'k.pem'], {}, 'key needs cert. Give both.'],
    [
      'a certificate file that does not exist',
      ['--cert', '/nowhere/c.pem', '--key', '/nowhere/k.pem'],
      {},
      '--cert /nowhere/c.pem cannot be read (ENOENT).',
    ],
    [
      'two ways to https',
      ['--cert', 'c.pem', '--key', 'k.pem', '--ca-dir', 'd'],
      {},
      'caDir and cert exclude each other',
    ],
    [
      'a folder that cannot be created',
      ['--https', '--ca-dir', '/dev/null/ca'],
      {},
      '/dev/null/ca cannot be created',
    ],
    [
      'a public URL with a path',
      ['--public-url', 'https://show.example.com/live'],
      {},
      'leave out everything after host and port.',
    ],
    [
      'a public URL that is invalid',
      [],
      { VUE_SYNC_PUBLIC_URL: 'show.example.com' },
      'publicUrl must be an address like https://show.example.com',
    ],
    ['a proxy that is invalid', ['--trust-proxy', 'loopback,nginx'], {}, 'not "nginx".'],
    ['a host with a port', ['--allow-host', 'a.lan,b.lan:80'], {}, 'not "b.lan:80".'],
    [
      'an origin that is invalid',
      [],
      { VUE_SYNC_ALLOW_ORIGINS: 'https://a.example/x' },
      'allowedOrigins must list origins like https://app.example.com',
    ],
    ['a limit too low', ['--max-viewers', '0'], {}, 'limits.viewersPerSession must be'],
    [
      'a level that is unknown',
      ['--log-level', 'loud'],
      {},
      '--log-level must be info, warn, error or silent, not "loud".',
    ],
    [
      'a Redis address that is invalid',
      ['--redis', 'http://:s3cret@localhost'],
      {},
      'redis must be an address like redis://127.0.0.1:6379',
    ],
    [
      'a Redis whose password is not written in percent codes',
      [],
      { VUE_SYNC_REDIS: 'redis://:12/s3cret@localhost:6379' },
      'write %2F for a slash',
    ],
    ['a Redis without a host', ['--redis', 'redis://'], {}, 'redis must be an address'],
    [
      'a Redis whose password cannot be read',
      ['--redis', 'redis://:s3cret%ff@localhost'],
      {},
      '%25 for %',
    ],
    [
      'a Redis without its flag',
      ['redis://:s3cret@localhost'],
      {},
      "Unexpected argument 'redis://…@localhost'",
    ],
    [
      'nodes without a host key',
      ['--redis', 'redis://:s3cret@localhost'],
      {},
      'Several relays need the same keys. Give hostKey.',
    ],
    [
      'nodes without a viewer key',
      ['--redis', 'redis://:s3cret@localhost', '--host-key', 'hk'],
      {},
      'Several relays need the same keys. Give viewerKey.',
    ],
    [
      'nodes with a folder',
      ['--redis', 'redis://:s3cret@localhost', '--persist', 'd'],
      {},
      'persist and redis exclude each other: Redis keeps the sessions. Leave persist out.',
    ],
    [
      'a prefix without a Redis',
      ['--redis-prefix', 'show'],
      {},
      'redisPrefix needs redis. Give both, or leave redisPrefix out.',
    ],
    [
      'a prefix that is invalid',
      ['--redis', 'redis://localhost', '--redis-prefix', 'a{b}'],
      {},
      'redisPrefix must be 1 to 64 letters, digits',
    ],
    ['a bad variable', [], { VUE_SYNC_OPEN: 'maybe' }, 'VUE_SYNC_OPEN must be 1 or 0'],
    [
      'a folder without a viewer',
      ['--viewer-dir', '/nowhere'],
      {},
      'has no index.html. Build the viewer',
    ],
  ])('reports %s in one line', async (_, args, env, text) => {
    const { code, out, err } = await start(args, env).done
    expect([code, out]).toEqual([1, ''])
    expect(err).toContain(`[vue-sync] `)
    expect(err).toContain(text)
    expect(err.trim().split('\n')).toHaveLength(1)
    expect(err).not.toContain('s3cret')
  })

  it('reports a port that is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as { port: number }
    const { code, err } = await start(['--port', String(port), '--host', '127.0.0.1']).done
    expect([code, err]).toEqual([
      1,
      `[vue-sync] Port ${port} is in use. Stop what uses it, or choose another with --port (0 for any).\n`,
    ])
    other.close()
  })
})
