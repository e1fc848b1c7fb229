import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { Redis } from 'ioredis'
import { freePort } from '../../../server/test/free-port.ts'

/** A Redis server on loopback that persists nothing. */
export interface TestRedis {
  url: string
  port: number
  /** Runs commands with a separate client. */
  use: <T>(act: (redis: Redis) => Promise<T>) => Promise<T>
  /** Deletes all data. */
  flush: () => Promise<void>
  /** Suspends the server: it answers no client, and its connections stay open. */
  pause: () => void
  resume: () => void
  /** Kills the server, as a crash would. */
  kill: () => Promise<void>
  /** Starts a new, empty server on the same port. */
  restart: () => Promise<void>
  stop: () => Promise<void>
}

export interface TestRedisOptions {
  /** The password that clients must send. @default none */
  password?: string
  /** Additional settings as flags. @default none */
  flags?: string[]
}

/** @throws Error with the output if the server ends before it listens */
export async function startRedis(options: TestRedisOptions = {}): Promise<TestRedis> {
  const { password, flags = [] } = options
  const program = process.env['VUE_SYNC_REDIS_SERVER'] ?? 'redis-server'
  const port = await freePort()
  const dir = mkdtempSync(join(tmpdir(), 'vue-sync-redis-'))
  let child: ChildProcess | undefined

  async function begin(): Promise<void> {
    const own = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', dir]
    const started = spawn(program, ['-', ...own, ...flags])
    child = started
    started.stdin.end(password === undefined ? '' : `requirepass ${password}\n`)
    let text = ''
    await new Promise<void>((resolve, reject) => {
      started.on('error', reject)
      started.on('exit', (code) => reject(new Error(`redis-server ended (${code}): ${text}`)))
      started.stdout.on('data', (data) => {
        text += String(data)
        if (text.includes('Ready to accept connections')) resolve()
      })
    })
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    const ending = child
    child = undefined
    if (!ending) return
    const ended = new Promise((resolve) => ending.once('exit', resolve))
    ending.kill('SIGCONT')
    ending.kill(signal)
    await ended
  }

  await begin()
  const url = `redis://${password === undefined ? '' : `:${password}@`}127.0.0.1:${port}`
  async function use<T>(act: (redis: Redis) => Promise<T>): Promise<T> {
    const redis = new Redis(url)
    try {
      return await act(redis)
    } finally {
      redis.disconnect()
    }
  }

  return {
    url,
    port,
    use,
    async flush() {
      await use((redis) => redis.flushall())
    },
    pause: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
    kill: () => end('SIGKILL'),
    restart: begin,
    async stop() {
      await end('SIGTERM')
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
