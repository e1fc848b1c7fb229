import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { Redis } from 'ioredis'
import { freePort } from '../system/free-port.ts'

/** A Redis of a test's own, on loopback, that keeps nothing. */
export interface TestRedis {
  url: string
  port: number
  /** As another client of it. */
  use: <T>(act: (redis: Redis) => Promise<T>) => Promise<T>
  /** Forgets everything. */
  flush: () => Promise<void>
  /** Answers nobody, while its connections stay. */
  pause: () => void
  goOn: () => void
  /** Ends it as a crash would. */
  kill: () => Promise<void>
  /** Starts it anew on the same port, empty. */
  restart: () => Promise<void>
  stop: () => Promise<void>
}

export interface TestRedisOptions {
  /** What everyone must know who connects. @default none */
  password?: string
  /** More of its settings, as flags. @default none */
  flags?: string[]
}

/** @throws Error with what it printed, when it does not listen */
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
    goOn: () => void child?.kill('SIGCONT'),
    kill: () => end('SIGKILL'),
    restart: begin,
    async stop() {
      await end('SIGTERM')
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
