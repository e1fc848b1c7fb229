import type { Redis } from 'ioredis'
import { isRedisReply } from './redis-problem.ts'

export interface RedisHealthOptions {
  connections: readonly Redis[]
  /** Performs what a node must be able to do. Rejects when Redis does not allow it. */
  probe: () => Promise<unknown>
  /** Milliseconds between two probes. */
  interval: number
  /** Describes an error for a log. */
  errorText: (error: unknown) => string | undefined
  /** Called on each change, and again with `false` when Redis answers with another error. */
  onChange: (isHealthy: boolean) => void
}

export interface RedisHealth {
  readonly isHealthy: boolean
  /** Why it is not healthy; `undefined` while it is. */
  readonly problem: string | undefined
  start: () => Promise<void>
  stop: () => void
}

/** Watches whether Redis answers, and allows this node what it needs. */
export function watchRedis(options: RedisHealthOptions): RedisHealth {
  const { connections, probe, interval, errorText, onChange } = options
  let isHealthy = false
  let isRunning = false
  let problem: string | undefined
  /** The problem that `onChange` was last called for; `undefined` while Redis is healthy. */
  let reported: string | undefined
  let probing: Promise<void> | undefined
  let timer: ReturnType<typeof setInterval> | undefined

  function setHealth(next: boolean): void {
    if (next === isHealthy || !isRunning) return
    isHealthy = next
    if (next) problem = undefined
    reported = next ? undefined : (problem ??= 'the connection was closed')
    onChange(next)
  }

  function onError(error: unknown): void {
    problem = errorText(error) ?? problem
    // A wrong password, for example, shows only after the connection is there again.
    if (!isRedisReply(error) || reported === undefined || reported === problem || !isRunning) return
    reported = problem
    onChange(false)
  }

  /** A lost connection is reported before this runs, as `close` comes before `ready`. */
  function check(): Promise<void> {
    probing ??= probe()
      .then(
        () => setHealth(true),
        (error: unknown) => {
          const isConnected = connections.every(({ status }) => status === 'ready')
          // Otherwise the error of the connection says more.
          if (isRedisReply(error) || isConnected) onError(error)
          setHealth(false)
        },
      )
      .finally(() => (probing = undefined))
    return probing
  }

  for (const redis of connections) {
    // ioredis reconnects by itself.
    redis.on('error', onError)
    redis.on('close', () => setHealth(false))
    redis.on('ready', () => void check())
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
      timer = setInterval(() => void check(), interval)
      await Promise.all(connections.map((redis) => redis.connect().catch(() => {})))
      await check()
      if (!isHealthy) reported ??= problem ?? ''
    },
    stop() {
      isRunning = isHealthy = false
      reported = undefined
      clearInterval(timer)
    },
  }
}
