import type { Buffer } from 'node:buffer'
import type { Redis, RedisOptions } from 'ioredis'
import { loadOptionalPackage } from '../../core/optional-package.ts'
import type { LoadedLog, StoredInfo } from './redis-messages.ts'
import type { RedisBackplaneOptions } from './redis-options.ts'
import {
  ACCESS,
  APPEND,
  CLAIM,
  COUNT,
  DESCRIBE,
  FORGET,
  LOAD,
  PROBE,
  REPLACE,
} from './redis-scripts.ts'

/** A client of Redis with this package's scripts as commands. */
export type ScriptedRedis = Redis &
  Record<
    'vsAppend' | 'vsReplace' | 'vsClaim' | 'vsDescribe' | 'vsForget' | 'vsProbe',
    (...args: (string | number | Buffer)[]) => Promise<string | null>
  > & {
    vsAccess: (...args: (string | number)[]) => Promise<StoredInfo | null>
    vsLoadBuffer: (...args: (string | number)[]) => Promise<LoadedLog | null>
    vsCount: (key: string, by: number, window: number) => Promise<number>
  }

export interface RedisConnections {
  client: ScriptedRedis
  /** Redis allows no other commands on a connection that has subscribed. */
  subscriber: Redis
}

const SCRIPTS = {
  vsAccess: ACCESS,
  vsAppend: APPEND,
  vsReplace: REPLACE,
  vsClaim: CLAIM,
  vsDescribe: DESCRIBE,
  vsForget: FORGET,
  vsLoad: LOAD,
  vsProbe: PROBE,
}

/** The scripts that use one key; all others use the two keys of a session. */
const SINGLE_KEY = { vsCount: COUNT }

/** Longest wait between two attempts to connect. */
const MAX_RETRY_MS = 2000

function defineScripts(scripts: Record<string, string>, numberOfKeys: number): object {
  return Object.fromEntries(
    Object.entries(scripts).map(([name, lua]) => [name, { lua, numberOfKeys }]),
  )
}

/**
 * Two clients that are not connected yet. Loads `ioredis`.
 *
 * @throws UsageError when `ioredis` is not installed
 */
export async function createRedisConnections(
  options: Pick<RedisBackplaneOptions, 'url' | 'redis'> & { timeout: number },
): Promise<RedisConnections> {
  const { url, redis, timeout } = options
  const { Redis } = await loadOptionalPackage('--redis', 'ioredis', () => import('ioredis'))
  const connection = {
    connectTimeout: timeout,
    commandTimeout: timeout,
    // A command that fails is made again from the current state, so none may wait or be repeated.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (times) => Math.min(MAX_RETRY_MS, 50 * 2 ** Math.min(times, 6)),
    lazyConnect: true,
    scripts: { ...defineScripts(SCRIPTS, 2), ...defineScripts(SINGLE_KEY, 1) },
    ...redis,
  } as RedisOptions & { replyMapping: 'legacy' }
  return {
    client: new Redis(url, connection) as unknown as ScriptedRedis,
    subscriber: new Redis(url, connection),
  }
}
