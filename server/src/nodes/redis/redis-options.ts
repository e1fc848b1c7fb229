import { encodeFramed } from '../../peers/node-peer.ts'
import type { EncodeBytes } from './redis-messages.ts'

export interface RedisBackplaneOptions {
  /** `redis://`, `rediss://` for TLS; with user, password and database where there are some. */
  url: string
  /** What keys and channels begin with: several relays may share one Redis. @default 'vue-sync' */
  prefix?: string
  /** Milliseconds that a session is kept which no node has open. @default a day */
  keepFor?: number
  /** Milliseconds between what a node says of itself; who says nothing for three of them is gone. @default 5000 */
  interval?: number
  /** Milliseconds in which Redis must answer. @default 2000 */
  patience?: number
  /**
   * Further `RedisOptions` of ioredis: TLS, sentinels. Typed without ioredis, which an app without Redis does not
   * install. @default none
   */
  redis?: object
  /** Makes the bytes of a message the relay's own. @default as the Node server does */
  encode?: EncodeBytes
}

export const REDIS_DEFAULTS = {
  prefix: 'vue-sync',
  keepFor: 24 * 60 * 60_000,
  interval: 5000,
  patience: 2000,
  redis: {} as object,
  encode: encodeFramed as EncodeBytes,
} satisfies Omit<RedisBackplaneOptions, 'url'>
