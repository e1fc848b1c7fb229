import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
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
    const key = 'hk-of-at-least-128-bits'
    const { child, done, shows } = start(['--port', '0', '--host', '127.0.0.1', '--host-key', key])
    const [, port] = await shows(/http:\/\/127\.0\.0\.1:(\d+)\/#k=/)
    await shows(/key\s+hk-of-at-least-128-bits/)
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

  it.each([false, true])(
    'logs refusals, revocations and what the operator does, without a secret (--json: %s)',
    async (json) => {
      const [key, wrong] = ['host-key-of-the-audit-test', 'a-wrong-key-of-the-audit-test']
      const args = ['--port', '0', '--host', '127.0.0.1', '--admin', '--host-key', key]
      const { child, done, shows } = start([...args, ...(json ? ['--json'] : [])])
      const [, port] = await shows(json ? /"port":(\d+)/ : /http:\/\/127\.0\.0\.1:(\d+)\//)
      for (let count = 0; count < 3; count++) {
        const refused = new WebSocket(`ws://127.0.0.1:${port}/`, offerProtocols('host', wrong))
        await once(refused, 'close')
      }
      const host = new WebSocket(`ws://127.0.0.1:${port}/s/show`, offerProtocols('host', key))
      await once(host, 'message')
      const access = { generation: 1, tokens: [], revoked: ['main'] }
      host.send(JSON.stringify({ type: 'status', payload: { access } }))
      await shows(/Audit: The host from 127\.0\.0\.1 revoked the link main/)
      const closed = once(host, 'close')
      await fetch(`http://127.0.0.1:${port}/admin/sessions/show`, {
        method: 'DELETE',
        headers: { authorization: `Bearer ${key}` },
      })
      await closed
      child.kill('SIGTERM')
      const { code, out, err } = await done
      expect(code).toBe(0)
      const at = 'from 127.0.0.1'
      const fix = 'To fix it, give the host the key that the relay shows at its start (--host-key).'
      const expected = [
        `Audit: Refused a host ${at} in session default: The host key is wrong. ${fix}`,
        `Audit: Refused a host ${at} in session default: The host key is wrong. ${fix} 2 more like it in the last minute.`,
        `Audit: The host ${at} revoked all links in session show.`,
        `Audit: The host ${at} revoked the link main in session show.`,
        `Audit: The operator ended session show, by a request ${at}.`,
      ]
      const lines = `${out}\n${err}`.split('\n').filter((line) => line.includes('Audit: '))
      const texts = lines.map((line) =>
        json ? String((JSON.parse(line) as Record<string, unknown>)['message']) : line,
      )
      expect(texts.map((text) => text.replace('[vue-sync] ', '')).toSorted()).toEqual(expected)
      if (json) {
        const counted = lines.find((line) => line.includes('"suppressed"'))
        expect(JSON.parse(counted!)).toMatchObject({
          level: 'warn',
          audit: 'refused',
          via: 'socket',
          address: '127.0.0.1',
          session: 'default',
          role: 'host',
          code: 4401,
          suppressed: 2,
        })
        expect(`${out}${err}`).not.toContain(key)
      }
      expect(`${out}${err}`).not.toContain(wrong)
    },
  )

  it.each([[[]], [['--workers', '2']]])(
    'reads keys from files, once for all workers: %j',
    async (more) => {
      const dir = await mkdtemp(join(tmpdir(), 'vue-sync-keys-'))
      const files = { host: join(dir, 'host.key'), viewer: join(dir, 'viewer.key') }
      await writeFile(files.host, '  host-key-from-a-file-of-this-test\n\n', { mode: 0o600 })
      await writeFile(files.viewer, 'viewer-key-from-a-file-of-this-test', { mode: 0o600 })
      const { child, done, shows } = start(
        ['--port', '0', '--host', '127.0.0.1', '--host-key-file', files.host, ...more],
        { VUE_SYNC_VIEWER_KEY_FILE: files.viewer },
      )
      const [, port] = await shows(
        /http:\/\/127\.0\.0\.1:(\d+)\/#k=viewer-key-from-a-file-of-this-test\n/,
      )
      await shows(/key\s+host-key-from-a-file-of-this-test\n/)
      const offered = offerProtocols('host', 'host-key-from-a-file-of-this-test')
      const host = new WebSocket(`ws://127.0.0.1:${port}/`, offered)
      await once(host, 'message')
      host.terminate()
      child.kill('SIGTERM')
      expect(await done).toMatchObject({ code: 0, err: '' })
      await rm(dir, { recursive: true })
    },
    60_000,
  )

  it('warns about a key file that others can read, and about a key that can be guessed', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'vue-sync-keys-'))
    const file = join(dir, 'host.key')
    await writeFile(file, 'host-key-from-a-file-of-this-test')
    await chmod(file, 0o644)
    const args = ['--port', '0', '--host', '127.0.0.1', '--host-key-file', file]
    const { child, done, shows } = start([...args, '--viewer-key', 'short'])
    await shows(/#k=short\n/)
    child.kill('SIGTERM')
    expect((await done).err.split('\n')).toEqual([
      `[vue-sync] --host-key-file ${file} can be read by other users: its mode is 0644. Run chmod 600 on it, as its owner.`,
      '[vue-sync] --viewer-key is too easy to guess: it has less than 128 random bits. Make one with: openssl rand -hex 16',
      '',
    ])
    await rm(dir, { recursive: true })
  })

  it('warns once for all workers about a key that can be guessed, and about one key for both roles', async () => {
    const args = ['--port', '0', '--host', '127.0.0.1', '--workers', '2']
    const { child, done, shows } = start(args, {
      VUE_SYNC_HOST_KEY: 'show',
      VUE_SYNC_VIEWER_KEY: 'show',
    })
    await shows(/key\s+show\n/)
    child.kill('SIGTERM')
    const { err } = await done
    expect(err.match(/VUE_SYNC_HOST_KEY is too easy to guess/g)).toHaveLength(1)
    expect(err.match(/VUE_SYNC_VIEWER_KEY is too easy to guess/g)).toHaveLength(1)
    expect(err.match(/VUE_SYNC_HOST_KEY and VUE_SYNC_VIEWER_KEY are the same/g)).toHaveLength(1)
  }, 60_000)

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
    await shows(/SHA-256(?:\s+(?:[\dA-F]{2}:){15}[\dA-F]{2}\n){2}/)
    await shows(/SHA-1\s+(?:[\dA-F]{2}:){15}[\dA-F]{2}\n\s+(?:[\dA-F]{2}:){3}[\dA-F]{2}\n/)
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
    [
      'a port too large',
      ['--port', '99999'],
      {},
      '--port must be a whole number from 0 to 65535, not 99999.',
    ],
    ['a small ring', ['--capacity', '3'], {}, '--capacity must be a whole number from 16'],
    ['a certificate without its key', ['--cert', 'c.pem'], {}, '--cert needs --key. Give both.'],
    ['a key without its certificate', ['--key', 'k.pem'], {}, '--key needs --cert. Give both.'],
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
      '--ca-dir and --cert exclude each other',
    ],
    [
      'a folder that cannot be created',
      ['--https', '--ca-dir', '/dev/null/ca'],
      {},
      '/dev/null/ca cannot be created',
    ],
    [
      'a folder for sessions that others may write to',
      ['--persist', '/tmp'],
      {},
      'Other users may write to /tmp (mode 1777',
    ],
    [
      'a key file that does not exist',
      ['--host-key-file', '/nowhere/host.key'],
      {},
      '--host-key-file /nowhere/host.key cannot be read (ENOENT).',
    ],
    [
      'a key file beside the key',
      ['--viewer-key-file', '/nowhere/viewer.key'],
      { VUE_SYNC_VIEWER_KEY: 's3cret' },
      '--viewer-key-file (VUE_SYNC_VIEWER_KEY_FILE) and --viewer-key (VUE_SYNC_VIEWER_KEY) exclude each other. Give one of them.',
    ],
    [
      'a password of Redis in two places',
      ['--redis', 'redis://:s3cret@localhost', '--redis-password-file', '/nowhere/redis'],
      {},
      'a password in --redis (VUE_SYNC_REDIS) exclude each other.',
    ],
    [
      'a password without a Redis',
      ['--redis-password-file', '/nowhere/redis'],
      {},
      '--redis-password-file (VUE_SYNC_REDIS_PASSWORD_FILE) needs --redis (VUE_SYNC_REDIS). Give both.',
    ],
    [
      'a public URL without TLS beside https',
      ['--https', '--public-url', 'http://show.example.com'],
      {},
      '--public-url must begin with https:// because this relay has https',
    ],
    [
      'a public URL with a fragment',
      ['--public-url', 'https://show.example.com/live/#k=x'],
      {},
      'leave out everything but host, port and path.',
    ],
    [
      'a public URL whose path cannot be a base',
      ['--public-url', 'https://show.example.com/s/live'],
      {},
      'a path has at most 8 parts',
    ],
    [
      'a base that is an address',
      ['--base', 'https://a.b/sync'],
      {},
      '--base must be a path like /sync',
    ],
    [
      'a base with an empty part',
      [],
      { VUE_SYNC_BASE: '/a//b' },
      'VUE_SYNC_BASE must be a path like /sync',
    ],
    [
      'a public URL that is invalid',
      [],
      { VUE_SYNC_PUBLIC_URL: 'show.example.com' },
      'VUE_SYNC_PUBLIC_URL must be an address like https://show.example.com',
    ],
    ['a proxy that is invalid', ['--trust-proxy', 'loopback,nginx'], {}, 'not "nginx".'],
    ['a host with a port', ['--allow-host', 'a.lan,b.lan:80'], {}, 'not "b.lan:80".'],
    [
      'an origin that is invalid',
      [],
      { VUE_SYNC_ALLOW_ORIGINS: 'https://a.example/x' },
      'VUE_SYNC_ALLOW_ORIGINS must list origins like https://app.example.com',
    ],
    [
      'an address for the code with a port',
      ['--address', '192.168.1.5:80'],
      {},
      'For a link with another scheme or port, use --public-url.',
    ],
    [
      'an address for the code that is not an address',
      ['--address', 'my laptop'],
      {},
      'not "my laptop".',
    ],
    ['a limit too low', ['--max-viewers', '0'], {}, '--max-viewers must be'],
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
      '--redis must be an address like redis://127.0.0.1:6379',
    ],
    [
      'a Redis whose password is not written in percent codes',
      [],
      { VUE_SYNC_REDIS: 'redis://:12/s3cret@localhost:6379' },
      'write %2F for a slash',
    ],
    ['a Redis without a host', ['--redis', 'redis://'], {}, '--redis must be an address'],
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
      'Several relays need the same keys. Give --host-key and --viewer-key.',
    ],
    [
      'nodes without a viewer key',
      ['--redis', 'redis://:s3cret@localhost', '--host-key', 'hk'],
      {},
      'Several relays need the same keys. Give --viewer-key.',
    ],
    [
      'nodes with a folder',
      ['--redis', 'redis://:s3cret@localhost', '--persist', 'd'],
      {},
      '--persist and --redis exclude each other: Redis keeps the sessions. Leave --persist out.',
    ],
    [
      'a prefix without a Redis',
      ['--redis-prefix', 'show'],
      {},
      '--redis-prefix needs --redis. Give both, or leave --redis-prefix out.',
    ],
    [
      'a prefix that is invalid',
      ['--redis', 'redis://localhost', '--redis-prefix', 'a{b}'],
      {},
      '--redis-prefix must be 1 to 64 letters, digits',
    ],
    ['a bad variable', [], { VUE_SYNC_OPEN: 'maybe' }, 'VUE_SYNC_OPEN must be 1 or 0'],
    [
      'a folder without a viewer',
      ['--viewer-dir', '/nowhere'],
      {},
      'has no index.html. Give the folder of a built viewer, or leave the flag out',
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
