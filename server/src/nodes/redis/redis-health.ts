import type { Redis } from 'ioredis'
import { isAnswer } from './redis-problem.ts'

export interface RedisHealthOptions {
  connections: readonly Redis[]
  /** Does what a node must be able to do: rejects when it cannot. */
  probe: () => Promise<unknown>
  /** Milliseconds between two probes. */
  interval: number
  /** Puts an error into words for a log. */
  write: (error: unknown) => string | undefined
  /** Called on each change, and with `false` again when Redis itself says something else that is wrong. */
  onChange: (isHealthy: boolean) => void
}

export interface RedisHealth {
  readonly isHealthy: boolean
  /** Why not. */
  readonly problem: string | undefined
  start: () => Promise<void>
  stop: () => void
}

/** Whether Redis answers, and lets this node do what it must. */
export function watchRedis(options: RedisHealthOptions): RedisHealth {
  const { connections, probe, interval, write, onChange } = options
  let isHealthy = false
  let isRunning = false
  let problem: string | undefined
  /** What `onChange` was last called for, while something is wrong. */
  let told: string | undefined
  let beating: Promise<void> | undefined
  let timer: ReturnType<typeof setInterval> | undefined

  function setHealth(next: boolean): void {
    if (next === isHealthy || !isRunning) return
    isHealthy = next
    if (next) problem = undefined
    told = next ? undefined : (problem ??= 'the connection was closed')
    onChange(next)
  }

  function noteError(error: unknown): void {
    problem = write(error) ?? problem
    // A password that is wrong is known only once there is a Redis to say so.
    if (!isAnswer(error) || told === undefined || told === problem || !isRunning) return
    told = problem
    onChange(false)
  }

  /** Who was cut off has said so before: `close` comes before `ready`. */
  function beat(): Promise<void> {
    beating ??= probe()
      .then(
        () => setHealth(true),
        (error: unknown) => {
          const isConnected = connections.every(({ status }) => status === 'ready')
          // Else the connection has said better why.
          if (isAnswer(error) || isConnected) noteError(error)
          setHealth(false)
        },
      )
      .finally(() => (beating = undefined))
    return beating
  }

  for (const redis of connections) {
    // ioredis dials again by itself.
    redis.on('error', noteError)
    redis.on('close', () => setHealth(false))
    redis.on('ready', () => void beat())
  }

  return {
    get isHealthy() {
      return isHealthy
    },
    get problem() {
      return isHealthy ? undefined : problem
    },
    async start() {
      isRunning = true
      timer = setInterval(() => void beat(), interval)
      await Promise.all(connections.map((redis) => redis.connect().catch(() => {})))
      await beat()
      if (!isHealthy) told ??= problem ?? ''
    },
    stop() {
      isRunning = isHealthy = false
      told = undefined
      clearInterval(timer)
    },
  }
}
