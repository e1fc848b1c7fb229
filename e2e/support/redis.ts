import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { Redis } from 'ioredis'
import { freePort } from './free-port.ts'

/** A Redis of a test's own, on loopback, that keeps nothing. */
export interface TestRedis {
  url: string
  port: number
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

/** @throws Error with what it printed, when it does not listen */
export async function startRedis(): Promise<TestRedis> {
  const program = process.env['VUE_SYNC_REDIS_SERVER'] ?? 'redis-server'
  const port = await freePort()
  const dir = mkdtempSync(join(tmpdir(), 'vue-sync-redis-'))
  let child: ChildProcess | undefined

  async function begin(): Promise<void> {
    const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', dir]
    const started = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    child = started
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
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    async flush() {
      const redis = new Redis(port, '127.0.0.1')
      await redis.flushall()
      await redis.quit()
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
