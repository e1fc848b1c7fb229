import { encodeFramed } from '../../peers/node-peer.ts'
import type { EncodeBytes } from './redis-messages.ts'

export interface RedisBackplaneOptions {
  /** `redis://USER:PASSWORD@HOST:PORT/DATABASE`; `rediss://` for TLS. User, password and database are optional. */
  url: string
  /** Prefix of keys and channels, so that several relays can share one Redis. @default 'vue-sync' */
  prefix?: string
  /** Milliseconds after which a session that no node has open expires. @default 86400000, a day */
  sessionTtl?: number
  /**
   * Milliseconds between two announcements of a node. A node that is silent for three intervals counts as gone.
   * @default 5000
   */
  interval?: number
  /** Milliseconds within which Redis must answer. @default 2000 */
  timeout?: number
  /**
   * Further `RedisOptions` of ioredis: TLS, sentinels. Typed without ioredis, which an app without Redis does not
   * install. @default {}
   */
  redis?: object
  /** Copies the bytes of a message, framed as the runtime's sockets need them. @default encodeFramed */
  encode?: EncodeBytes
}

export const REDIS_DEFAULTS = {
  prefix: 'vue-sync',
  sessionTtl: 24 * 60 * 60_000,
  interval: 5000,
  timeout: 2000,
  redis: {} as object,
  encode: encodeFramed as EncodeBytes,
} satisfies Omit<RedisBackplaneOptions, 'url'>
