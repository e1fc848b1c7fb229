import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, rmSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as wait } from 'node:timers/promises'
import { freePort } from '../../server/test/free-port.ts'

/** A cache of docs/deploy. */
export type CacheKind = 'nginx' | 'varnish'

/** A running cache in front of a relay. */
export interface Cache {
  port: number
  pid: number
  stop: () => Promise<void>
}

export interface CacheOptions {
  /** Path of nginx or varnishd. */
  program: string
  relayPort: number
  /** Connections that it must be able to serve. */
  connections: number
}

/** Files in memory, as the files of docs/deploy have them. */
const MEMORY = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
const START_MS = 20_000
/** Connections to the relay, listening sockets and files. */
const OTHER_CONNECTIONS = 500

const isAnswering = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })

/** Reads a file of docs/deploy and replaces what an operator would. @throws Error if the file lacks it */
async function readConfig(name: string, values: Record<string, string>): Promise<string> {
  let text = await readFile(new URL(`../../docs/deploy/${name}`, import.meta.url), 'utf8')
  for (const [from, to] of Object.entries(values)) {
    if (!text.includes(from)) throw new Error(`docs/deploy/${name} no longer has ${from}`)
    text = text.replaceAll(from, to)
  }
  return text
}

async function writeNginx(dir: string, port: number, options: CacheOptions): Promise<string[]> {
  const site = await readConfig('nginx-cache.conf', {
    '127.0.0.1:9876': `127.0.0.1:${options.relayPort}`,
    'listen 80;': `listen 127.0.0.1:${port} backlog=4096;`,
    '/dev/shm/vue-sync': join(dir, 'cache'),
  })
  const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  const path = join(dir, 'nginx.conf')
  // Below a sixteenth of free connections, nginx closes connections between two requests of a viewer.
  const connections = 2 * options.connections + OTHER_CONNECTIONS
  await writeFile(
    path,
    `daemon off;
${/* By default, nginx of root works as a user who may not open the folder. */ process.getuid?.() === 0 ? 'user root;' : ''}
worker_processes 1;
pid ${join(dir, 'pid')};
error_log stderr error;
events { worker_connections ${connections}; }
http {
access_log off;
${kinds.map((kind) => `${kind}_temp_path ${join(dir, kind)};`).join('\n')}
${site}}
`,
  )
  return ['-p', dir, '-c', path]
}

async function writeVarnish(dir: string, port: number, options: CacheOptions): Promise<string[]> {
  const path = join(dir, 'varnish.vcl')
  await writeFile(
    path,
    await readConfig('varnish.vcl', { '"9876"': JSON.stringify(String(options.relayPort)) }),
  )
  const parameters = { thread_queue_limit: options.connections, listen_depth: 4096 }
  return [
    '-F',
    '-j',
    'none',
    '-n',
    join(dir, 'work'),
    '-a',
    `127.0.0.1:${port}`,
    '-f',
    path,
    '-s',
    'malloc,256m',
    ...Object.entries(parameters).flatMap(([name, value]) => ['-p', `${name}=${value}`]),
  ]
}

const WRITERS = { nginx: writeNginx, varnish: writeVarnish }

/** @throws Error with the output of the cache if it does not start */
async function waitForStart(child: ChildProcess, port: number): Promise<void> {
  let output = ''
  child.stderr!.on('data', (data) => (output = (output + String(data)).slice(-4000)))
  let failure: string | undefined
  child.on('error', ({ message }) => (failure = message))
  const end = performance.now() + START_MS
  while (!(await isAnswering(port))) {
    if (failure !== undefined || child.exitCode !== null || performance.now() > end)
      throw new Error(`The cache does not start: ${failure ?? output}`)
    await wait(50)
  }
}

/** Starts a cache with its file of docs/deploy. Its other files are in a folder that `stop` removes. */
export async function startCache(kind: CacheKind, options: CacheOptions): Promise<Cache> {
  const dir = await mkdtemp(join(MEMORY, `vue-sync-${kind}-`))
  const port = await freePort()
  const args = await WRITERS[kind](dir, port, options)
  // In its own process group, because killing the first process of a cache leaves the others behind.
  const child = spawn(options.program, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  })
  const kill = (): void => {
    try {
      process.kill(-child.pid!, 'SIGKILL')
    } catch {
      // All of them have ended.
    }
    rmSync(dir, { recursive: true, force: true })
  }
  process.on('exit', kill)
  const stop = async (): Promise<void> => {
    process.off('exit', kill)
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      child.kill()
      await once(child, 'exit')
    }
    await rm(dir, { recursive: true, force: true })
  }
  try {
    await waitForStart(child, port)
  } catch (error) {
    await stop()
    throw error
  }
  return { port, pid: child.pid!, stop }
}
