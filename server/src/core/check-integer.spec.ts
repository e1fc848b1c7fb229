import { expect, it } from 'vitest'
import { createSyncServer } from '../server.ts'
import { createHub } from '../nodes/hub.ts'
import { createHubBackplane } from '../nodes/hub-backplane.ts'
import { createRedisBackplane } from '../nodes/redis/redis-backplane.ts'
import { UsageError } from './usage-error.ts'

const url = 'redis://127.0.0.1:6379'

// A timer of 2^31 milliseconds or more runs at once, again and again.
it.each([
  ['limits.handshakeTime', (time: number) => createSyncServer({ limits: { handshakeTime: time } })],
  ['heartbeat', (time: number) => createSyncServer({ heartbeat: time })],
  ['interval', (time: number) => createHubBackplane({ hub: createHub(), interval: time })],
  ['interval', (time: number) => createRedisBackplane({ url, interval: time })],
  ['timeout', (time: number) => createRedisBackplane({ url, timeout: time })],
])('refuses %s that a timer cannot hold', (name, create) => {
  for (const time of [2 ** 31, Number.POSITIVE_INFINITY, Number.NaN, 0]) {
    expect(() => create(time)).toThrow(UsageError)
    expect(() => create(time)).toThrow(name)
  }
})
