import { Buffer } from 'node:buffer'
import { randomId } from '@vue-sync/vue/protocol'
import type { Backplane, BackplaneMessage, Outcome } from '../../core/shared/backplane.ts'
import { REDIS_DEFAULTS, type RedisBackplaneOptions } from './redis-options.ts'
import { checkRedisUrl } from './redis-url.ts'
import { readLog, readMessage, writeAbout, writeHeader, writeNote } from './redis-messages.ts'
import { createRedisConnections, type RedisConnections } from './redis-connections.ts'
import { type RedisHealth, watchRedis } from './redis-health.ts'
import { createProblemText } from './redis-problem.ts'

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/**
 * What nodes share, in Redis 6.2 or later. It needs no persistence of its own: what it loses, the nodes put
 * back. Retained sessions take as much memory there as on one node.
 *
 * @throws UsageError for an address that is none
 */
export function createRedisBackplane(options: RedisBackplaneOptions): Backplane {
  checkRedisUrl(options.url)
  const { prefix, keepFor, interval, patience, encode } = { ...REDIS_DEFAULTS, ...options }
  const id = randomId()
  const listeners = new Map<string, (message: BackplaneMessage) => void>()
  /** From this process's clock, which nobody puts back, to Redis's. */
  let offset = performance.timeOrigin
  let isStarted = false
  /** Made by the first `start`, which loads the client library. */
  let connections: RedisConnections | undefined
  let health: RedisHealth | undefined

  const channelOf = (session: string): string => `${prefix}:{${session}}`
  /** What every script is given first: the keys, and how its arguments begin. */
  const begin = (session: string) =>
    [
      `${prefix}:{${session}}:session`,
      `${prefix}:{${session}}:log`,
      channelOf(session),
      id,
      keepFor,
    ] as const
  const codeKey = (code: string): string => `${prefix}:code:${code}`

  /** @throws Error before `start` */
  function connected(): RedisConnections {
    if (!connections) throw new Error('The backplane is not started')
    return connections
  }

  function watchHealth({ client, subscriber }: RedisConnections): RedisHealth {
    return watchRedis({
      connections: [client, subscriber],
      interval: Math.min(interval, patience),
      write: createProblemText({ ...options, patience }),
      onChange: (isHealthy) => backplane.onHealth?.(isHealthy),
      // All kinds of what comes later, so that what Redis refuses is known here and at once.
      async probe() {
        const key = `${prefix}:probe`
        const [[seconds, microseconds]] = await Promise.all([
          client.time(),
          client.vsProbe(key, key, `${key}:sent`, keepFor),
          subscriber.subscribe(`${key}:heard`),
        ])
        offset = Number(seconds) * 1000 + Number(microseconds) / 1000 - performance.now()
      },
    })
  }

  function receive(channel: Buffer, data: Buffer): void {
    const listener = listeners.get(channel.toString())
    if (!listener) return
    let message: BackplaneMessage | undefined
    try {
      message = readMessage(data, encode)
    } catch {
      // Not of a node of this version.
    }
    if (message) listener(message)
  }

  const backplane: Backplane = {
    id,
    interval,
    now: () => performance.now() + offset,
    get isHealthy() {
      return health?.isHealthy ?? false
    },
    get problem() {
      return health?.problem
    },
    onHealth: undefined,
    async subscribe(session, listener) {
      listeners.set(channelOf(session), listener)
      await connected().subscriber.subscribe(channelOf(session))
    },
    unsubscribe(session) {
      listeners.delete(channelOf(session))
      connections?.subscriber.unsubscribe(channelOf(session)).catch(() => {})
    },
    async load(session, known) {
      const { log = '', count = 0 } = known ?? {}
      const loaded = await connected().client.vsLoadBuffer(...begin(session), log, count)
      return loaded ? readLog(loaded, encode) : undefined
    },
    async append(session, { term, entry, keep }) {
      const { epoch, seq } = entry.position
      return (await connected().client.vsAppend(
        ...begin(session),
        term,
        entry.snapshot ? 1 : 0,
        epoch,
        seq,
        keep,
        randomId(),
        writeHeader(entry),
        toBuffer(entry.bytes),
      )) as Outcome
    },
    async replace(session, { term, about, entries, onlyIfEmpty }) {
      return (await connected().client.vsReplace(
        ...begin(session),
        term,
        onlyIfEmpty ? 1 : 0,
        randomId(),
        writeAbout(about),
        ...entries.flatMap((entry) => [writeHeader(entry), toBuffer(entry.bytes)]),
      )) as Outcome
    },
    async claim(session, { holder, term, since }) {
      const given = await connected().client.vsClaim(
        ...begin(session),
        holder,
        term ?? '',
        Math.round(since),
      )
      return given === null ? undefined : Number(given)
    },
    async describe(session, term, about) {
      return (await connected().client.vsDescribe(
        ...begin(session),
        term,
        writeAbout(about),
      )) as Outcome
    },
    async sessions() {
      // A stream is there while there is a state, so that nothing more need be kept, or forgotten in time.
      const [before, after] = [`${prefix}:{`, '}:log']
      const names = new Set<string>()
      let cursor = '0'
      do {
        const [next, keys] = await connected().client.scan(
          cursor,
          'MATCH',
          `${before}*${after}`,
          'COUNT',
          1000,
        )
        for (const key of keys) names.add(key.slice(before.length, -after.length))
        cursor = next
      } while (cursor !== '0')
      return [...names].toSorted()
    },
    async forget(session) {
      await connected().client.vsForget(...begin(session))
    },
    note(session, note) {
      connections?.client.publish(channelOf(session), writeNote(id, note)).catch(() => {})
    },
    async findCode(code) {
      return (await connected().client.get(codeKey(code))) ?? undefined
    },
    keepCode(code, session, milliseconds) {
      connections?.client.set(codeKey(code), session, 'PX', milliseconds).catch(() => {})
    },
    async start() {
      if (isStarted) return
      isStarted = true
      if (!connections) {
        connections = await createRedisConnections({ ...options, patience })
        connections.subscriber.on('messageBuffer', receive)
        health = watchHealth(connections)
      }
      await health?.start()
    },
    async stop() {
      if (!isStarted) return
      isStarted = false
      health?.stop()
      listeners.clear()
      if (!connections) return
      const { client, subscriber } = connections
      // What was said before is on its way before this.
      await client.quit().catch(() => {})
      for (const redis of [client, subscriber]) redis.disconnect()
    },
  }
  return backplane
}
