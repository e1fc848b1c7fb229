import { formatSocketUrl, randomId } from '@vue-sync/vue/protocol'
import { NotApplicable } from '../core/expectations.ts'
import type { Opened } from '../core/requirement.ts'
import { type HttpExchange, type HttpRequestOptions, openExchange } from './http/http-exchange.ts'
import { type AnyMessage, at, config, isStatus, session } from './messages.ts'
import { type ClientOptions, connectClient, type RelayClient } from './relay-client.ts'
import { openStreamReader, type StreamReader } from './stream-reader.ts'

/** The relay to test. */
export interface RelaySubject {
  /**
   * `ws://HOST:PORT/BASE` without a slash at the end. Several are nodes of one relay: hosts connect to the first,
   * viewers to each in turn.
   */
  urls: readonly string[]
  /** @default none: the relay admits every host */
  hostKey?: string | undefined
  /** @default none: the relay admits every viewer */
  viewerKey?: string | undefined
  /** Viewers in the tests with many viewers. @default 5 */
  crowd?: number
  /** Milliseconds between two statuses of the relay. @default 15000 */
  heartbeat?: number
  /** Milliseconds to wait for one answer. @default 5000 */
  patience?: number
}

/** The relay in one test, with a session that nobody else uses. */
export interface RelayStage extends Required<Pick<RelaySubject, 'urls' | 'crowd' | 'heartbeat'>> {
  hostKey: string | undefined
  viewerKey: string | undefined
  patience: number
  /** The session of this test. */
  name: string
  /** The socket address of a session on the first node. @default the session of this test */
  url: (session?: string) => string
  host: (options?: ClientOptions, session?: string) => Promise<RelayClient>
  viewer: (options?: ClientOptions, session?: string) => Promise<RelayClient>
  /** Connects to any address. */
  client: (url: string, role: 'host' | 'viewer', options?: ClientOptions) => Promise<RelayClient>
  reader: (index: number) => Promise<StreamReader>
  /** Sends a request over HTTP, such as `log?seq=1&epoch=e`. */
  http: (target: string, options?: HttpRequestOptions) => Promise<HttpExchange>
  /** Resolves when new viewers find this position on every node. */
  settled: (seq: number) => Promise<void>
  /** A host that has sent a whole state at seq 1 and changes up to seq 9, all in the epoch `e`. */
  published: () => Promise<RelayClient>
  /** The first status of a host. */
  firstStatus: (host: RelayClient) => Promise<AnyMessage>
  /** @throws NotApplicable if the relay does not keep access rules */
  needsAccess: (host: RelayClient) => Promise<void>
}

export const RELAY_SUBJECT_DEFAULTS = { crowd: 5, heartbeat: 15_000, patience: 5000 }

const firstStatus = (connected: RelayClient): Promise<AnyMessage> =>
  connected.until(isStatus, 'the relay sends a status after the connection opened')

/** Prepares a relay for one test. `close` leaves an almost empty session behind. */
export async function openRelayStage(subject: RelaySubject): Promise<Opened<RelayStage>> {
  const { urls, hostKey, viewerKey } = subject
  const { crowd, heartbeat, patience } = { ...RELAY_SUBJECT_DEFAULTS, ...subject }
  const name = `conformance-${randomId().slice(0, 20)}`
  const clients: RelayClient[] = []
  const readers: StreamReader[] = []
  const aborts: (() => void)[] = []
  const hosts: RelayClient[] = []
  let turn = 0

  const nodeUrl = (index: number, session = name): string =>
    formatSocketUrl({ relay: urls[index % urls.length]!, session })
  async function client(
    url: string,
    role: 'host' | 'viewer',
    options: ClientOptions = {},
  ): Promise<RelayClient> {
    const connected = await connectClient({ url, role, patience, ...options })
    clients.push(connected)
    return connected
  }
  async function host(options?: ClientOptions, session?: string): Promise<RelayClient> {
    const connected = await client(nodeUrl(0, session), 'host', { key: hostKey, ...options })
    hosts.push(connected)
    // H1: a host sends nothing before.
    await firstStatus(connected)
    return connected
  }
  const viewer = (options?: ClientOptions, session?: string): Promise<RelayClient> =>
    client(nodeUrl(turn++, session), 'viewer', { key: viewerKey, ...options })

  function http(
    target: string,
    { node = turn++, ...options }: HttpRequestOptions = {},
  ): Promise<HttpExchange> {
    const base = nodeUrl(node).replace(/^ws/, 'http').replace(/\/$/, '')
    return openExchange({
      url: `${base}/${target}`,
      patience,
      onOpen: (abort) => aborts.push(abort),
      key: viewerKey,
      ...options,
    })
  }

  async function settled(seq: number): Promise<void> {
    for (const index of urls.keys()) {
      const probe = await client(nodeUrl(index), 'viewer', { key: viewerKey })
      await probe.until(at(seq), `a new viewer receives everything up to seq ${seq}`)
      await probe.close()
    }
  }

  return {
    subject: {
      urls,
      crowd,
      heartbeat,
      patience,
      hostKey,
      viewerKey,
      name,
      url: (session) => nodeUrl(0, session),
      host,
      viewer,
      client,
      async reader(index) {
        const reader = await openStreamReader({ url: nodeUrl(index), key: viewerKey, patience })
        readers.push(reader)
        return reader
      },
      http,
      settled,
      async published() {
        const publisher = await host()
        publisher.send(session('e', 1, { a: 1, big: 'x'.repeat(500) }))
        for (let seq = 2; seq <= 9; seq++) publisher.send(config('e', seq, { a: seq }))
        await settled(9)
        return publisher
      },
      firstStatus,
      async needsAccess(connected) {
        const { payload } = await firstStatus(connected)
        if (payload['access'] === undefined)
          throw new NotApplicable('the first status of a host has no access rules')
      },
    },
    async close() {
      for (const abort of aborts) abort()
      for (const { socket } of readers) socket.terminate()
      const last = hosts.findLast(({ socket }) => socket.readyState === socket.OPEN)
      last?.send({ ...session(randomId(), 0, {}), payload: {} })
      await last?.close().catch(() => {})
      for (const { socket } of clients) socket.terminate()
    },
  }
}
