import { Buffer } from 'node:buffer'
import {
  type AccessRules,
  isSessionName,
  LONGEST_WAIT,
  mergeAccess,
  NO_RULES,
  randomId,
  sameAccess,
  withoutExpired,
} from '@vue-sync/vue/protocol'
import { checkInteger } from '../../core/check-integer.ts'
import type { Backplane, Outcome } from '../../core/shared/backplane.ts'
import type { SessionInfo } from '../../core/session/stored-session.ts'
import { REDIS_DEFAULTS, type RedisBackplaneOptions } from './redis-options.ts'
import { checkRedisUrl } from './redis-url.ts'
import { createRedisConnections, type RedisConnections } from './redis-connections.ts'
import {
  readCode,
  readInfo,
  readLog,
  readMessage,
  writeCode,
  writeHeader,
  writeName,
  writeNotice,
} from './redis-messages.ts'
import { type RedisHealth, watchRedis } from './redis-health.ts'
import { createErrorText, isRedisReply } from './redis-problem.ts'

/** How often the access rules are merged again because another node changed them meanwhile. */
const MAX_MERGES = 16

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/**
 * Connects nodes through Redis 6.2 or later. Redis needs no persistence, as the nodes restore what it loses.
 * Retained sessions take as much memory there as on one node.
 *
 * @throws UsageError for an invalid address, or a time out of range
 */
export function createRedisBackplane(options: RedisBackplaneOptions): Backplane {
  checkRedisUrl(options.url)
  const { prefix, sessionTtl, interval, timeout, encode } = { ...REDIS_DEFAULTS, ...options }
  for (const [name, time] of Object.entries({ interval, timeout }))
    checkInteger(name, time, 1, LONGEST_WAIT)
  const id = randomId()
  const errorText = createErrorText({ ...options, timeout })
  const listeners = new Map<string, (message: unknown) => void>()
  let isStarted = false
  let hasWarnedOfScan = false
  /** Made by the first `start`, which loads the client library. */
  let connections: RedisConnections | undefined
  let health: RedisHealth | undefined

  const channelOf = (session: string): string => `${prefix}:{${session}}`
  /** The first arguments of every script: its keys, the channel, the node and the time to live. */
  const scriptArgs = (session: string) =>
    [
      `${prefix}:{${session}}:session`,
      `${prefix}:{${session}}:log`,
      channelOf(session),
      id,
      sessionTtl,
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
      interval: Math.min(interval, timeout),
      errorText,
      onChange(isHealthy) {
        backplane.onHealthChange?.(isHealthy)
        if (isHealthy) void checkScan()
      },
      async probe() {
        const key = `${prefix}:probe`
        await Promise.all([
          client.vsProbe(key, `${key}:log`, `${key}:sent`, sessionTtl),
          subscriber.subscribe(`${key}:heard`),
        ])
      },
    })
  }

  const scanLogs = (cursor: string): Promise<[next: string, keys: string[]]> =>
    connected().client.scan(cursor, 'MATCH', `${prefix}:{*}:log`, 'COUNT', 1000)

  /** Only `/admin` needs this right, so a node without it is not cut off from the others. */
  async function checkScan(): Promise<void> {
    try {
      await scanLogs('0')
    } catch (error) {
      if (!isRedisReply(error) || hasWarnedOfScan) return
      hasWarnedOfScan = true
      backplane.onWarning?.(
        `Redis does not allow SCAN (${errorText(error)}), so /admin cannot list sessions. Add +scan to the rights of this user.`,
      )
    }
  }

  function receive(channel: Buffer, data: Buffer): void {
    listeners.get(channel.toString())?.(readMessage(data, encode))
  }

  /**
   * Merges access rules into the stored ones. Another node may change these in between, and then it starts over.
   *
   * @throws Error when that happens too often
   */
  async function mergeRules(session: string, rules: AccessRules): Promise<void> {
    let known = ''
    let merged = rules
    for (let round = 0; round < MAX_MERGES; round++) {
      const args = [...scriptArgs(session), known, randomId(), JSON.stringify(merged)] as const
      const reply = await connected().client.vsAccess(...args)
      if (!reply) return
      const [infoId, about, access] = reply
      const stored = readInfo(about, access).access ?? NO_RULES
      merged = withoutExpired(mergeAccess(stored, rules), Date.now())
      if (sameAccess(merged, stored)) return
      known = infoId
    }
    throw new Error('The access rules change too often')
  }

  /** Stores the access rules along with something else, whatever becomes of that. */
  async function withRules(
    session: string,
    { access }: SessionInfo,
    outcome: Promise<string | null>,
  ): Promise<Outcome> {
    const merged = access && mergeRules(session, access)
    await Promise.all([outcome, merged])
    return (await outcome) as Outcome
  }

  const backplane: Backplane = {
    id,
    interval,
    // A claim says how long ago this was, so a clock that is wrong or set back does no harm.
    now: () => performance.timeOrigin + performance.now(),
    get isHealthy() {
      return health?.isHealthy ?? false
    },
    get problem() {
      return health?.problem
    },
    onHealthChange: undefined,
    async subscribe(session, listener) {
      listeners.set(channelOf(session), listener)
      await connected().subscriber.subscribe(channelOf(session))
    },
    unsubscribe(session) {
      listeners.delete(channelOf(session))
      connections?.subscriber.unsubscribe(channelOf(session)).catch(() => {})
    },
    async load(session, known) {
      const { log = '', count = 0 } = known.mark ?? {}
      const args = [...scriptArgs(session), log, count, known.infoId] as const
      const loaded = await connected().client.vsLoadBuffer(...args)
      return loaded ? readLog(loaded, encode) : undefined
    },
    async append(session, { term, entry, keep }) {
      const { epoch, seq } = entry.position
      return (await connected().client.vsAppend(
        ...scriptArgs(session),
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
      // Sent at once, before any later message of the host.
      const outcome = connected().client.vsReplace(
        ...scriptArgs(session),
        term,
        onlyIfEmpty ? 1 : 0,
        randomId(),
        writeName(about),
        ...entries.flatMap((entry) => [writeHeader(entry), toBuffer(entry.bytes)]),
      )
      return withRules(session, about, outcome)
    },
    async claim(session, { holder, term, since, epoch = '' }) {
      const granted = await connected().client.vsClaim(
        ...scriptArgs(session),
        holder,
        term ?? '',
        Math.max(0, backplane.now() - since),
        epoch,
      )
      return granted === null ? undefined : Number(granted)
    },
    mergeAccess: mergeRules,
    async setInfo(session, term, info) {
      const outcome = connected().client.vsDescribe(
        ...scriptArgs(session),
        term,
        writeName(info),
        randomId(),
      )
      return withRules(session, info, outcome)
    },
    async sessions() {
      // A session has a stream exactly while it has a state, so no list of sessions is stored.
      const [before, after] = [`${prefix}:{`, '}:log']
      const names = new Set<string>()
      let cursor = '0'
      do {
        const [next, keys] = await scanLogs(cursor).catch((error: unknown) => {
          throw new Error(errorText(error))
        })
        for (const key of keys) names.add(key.slice(before.length, -after.length))
        cursor = next
      } while (cursor !== '0')
      return [...names].filter(isSessionName).toSorted()
    },
    async forget(session) {
      await connected().client.vsForget(...scriptArgs(session), randomId())
    },
    notify(session, notice) {
      connections?.client.publish(channelOf(session), writeNotice(id, notice)).catch(() => {})
    },
    async findCode(code) {
      return readCode((await connected().client.get(codeKey(code))) ?? '')
    },
    storeCode(code, stored, milliseconds) {
      connections?.client
        .set(codeKey(code), writeCode(stored), 'PX', Math.ceil(milliseconds))
        .catch(() => {})
    },
    count: async (key, by, window) =>
      connected().client.vsCount(`${prefix}:count:${key}`, by, window),
    async start() {
      if (isStarted) return
      isStarted = true
      if (!connections) {
        connections = await createRedisConnections({ ...options, timeout })
        connections.subscriber.on('messageBuffer', receive)
        health = watchHealth(connections)
      }
      await health?.start()
      if (health?.isHealthy) void checkScan()
    },
    async stop() {
      if (!isStarted) return
      isStarted = false
      health?.stop()
      listeners.clear()
      if (!connections) return
      const { client, subscriber } = connections
      // Earlier commands are sent before this one.
      await client.quit().catch(() => {})
      for (const redis of [client, subscriber]) redis.disconnect()
    },
  }
  return backplane
}
