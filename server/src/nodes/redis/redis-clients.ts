import type { Buffer } from 'node:buffer'
import { Redis, type RedisOptions } from 'ioredis'
import type { RedisBackplaneOptions } from './redis-options.ts'
import type { LoadedLog } from './redis-messages.ts'
import { APPEND, CLAIM, DESCRIBE, FORGET, LOAD, PROBE, REPLACE } from './redis-scripts.ts'

/** A client with our scripts as commands. */
export type ScriptedRedis = Redis &
  Record<
    'vsAppend' | 'vsReplace' | 'vsClaim' | 'vsDescribe' | 'vsForget' | 'vsProbe',
    (...args: (string | number | Buffer)[]) => Promise<string | null>
  > & { vsLoadBuffer: (...args: (string | number)[]) => Promise<LoadedLog | null> }

const SCRIPTS = {
  vsAppend: APPEND,
  vsReplace: REPLACE,
  vsClaim: CLAIM,
  vsDescribe: DESCRIBE,
  vsForget: FORGET,
  vsLoad: LOAD,
  vsProbe: PROBE,
}

/** Longest wait between two attempts to connect. */
const MAX_RETRY_MS = 2000

export interface RedisClients {
  client: ScriptedRedis
  /** A connection with subscriptions accepts no other commands, so it is a second one. */
  subscriber: Redis
}

/** Creates both clients without connecting them. */
export function createRedisClients(
  options: Pick<RedisBackplaneOptions, 'url' | 'redis'> & { timeout: number },
): RedisClients {
  const { url, timeout, redis } = options
  const connection = {
    connectTimeout: timeout,
    commandTimeout: timeout,
    // A command that fails is made again from the current state, so none may wait or be repeated.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (times) => Math.min(MAX_RETRY_MS, 50 * 2 ** Math.min(times, 6)),
    lazyConnect: true,
    scripts: Object.fromEntries(
      Object.entries(SCRIPTS).map(([name, lua]) => [name, { lua, numberOfKeys: 2 }]),
    ),
    ...redis,
  } as RedisOptions & { replyMapping: 'legacy' }
  return {
    client: new Redis(url, connection) as unknown as ScriptedRedis,
    subscriber: new Redis(url, connection),
  }
}
