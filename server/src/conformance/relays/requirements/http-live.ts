import { expectEqual, expectThat, pause } from '../../core/expectations.ts'
import { config, isStatus, session } from '../messages.ts'
import { stateTexts, statusesOf } from './http-log.ts'
import { overHttp } from './http-requirement.ts'
import type { RelayRequirement } from './relay-requirement.ts'
import type { RelayStage } from '../relay-stage.ts'

/** An answer that comes earlier than this did not wait. */
const WAIT_MS = 400
/** The longest wait of a live log in the protocol. */
const LONGEST_WAIT_MS = 25_000

/** The query with which a viewer that has the state asks for what is next. */
async function currentQuery({ http }: RelayStage, node: number): Promise<string> {
  const { next } = await (await http('state', { node })).whole()
  expectThat(next !== undefined, 'the last line of state has the type next', 'close')
  return next
}

const cursorOf = (query: string): string | null => new URLSearchParams(query).get('cursor')

export const HTTP_LIVE: readonly RelayRequirement[] = [
  overHttp({
    id: 'holds-a-live-log-until-something-is-new',
    rule: 'R15',
    title: 'answers a live log when something is new: its exact bytes, a status, another cursor',
    async check(stage) {
      const { published, http } = stage
      const publisher = await published()
      const query = await currentQuery(stage, 1)
      const waiting = http(`log?${query}&live=1`, { node: 1 })
      let isAnswered = false
      void waiting.then(
        (exchange) => exchange.whole().finally(() => (isAnswered = true)),
        () => {},
      )
      await pause(WAIT_MS)
      expectThat(!isAnswered, 'a live log waits while nothing is new', 'an answer')
      const frame = JSON.stringify(config('e', 10, { a: 10 }))
      publisher.send(frame)
      const body = await (await waiting).whole('a live log is answered after a change')
      expectEqual(stateTexts(body), [frame], 'the state messages')
      expectEqual(
        statusesOf(body).map(({ epoch, seq }) => [epoch, seq]),
        [['e', 10]],
        'the positions in the statuses',
      )
      expectThat(
        body.next !== undefined && cursorOf(body.next) !== cursorOf(query),
        'the cursor of next is another one than that of the request',
        { request: query, next: body.next },
      )
    },
  }),
  overHttp({
    id: 'answers-a-live-log-that-misses-messages',
    rule: 'R15',
    title: 'answers a live log at once if messages follow its position, with all of them',
    async check(stage) {
      const { published, http, settled } = stage
      const publisher = await published()
      const query = await currentQuery(stage, 1)
      const sent = [10, 11].map((seq) => config('e', seq, { a: seq }))
      for (const message of sent) publisher.send(message)
      await settled(11)
      const body = await (await http(`log?${query}&live=1`)).whole()
      expectEqual(
        stateTexts(body),
        sent.map((message) => JSON.stringify(message)),
        'the state messages',
      )
    },
  }),
  overHttp({
    id: 'answers-a-live-log-whose-status-is-old',
    rule: 'R15',
    title: 'answers a live log at once if the status differs from that of its cursor',
    async check(stage) {
      const { published, http, viewer } = stage
      const publisher = await published()
      const query = await currentQuery(stage, 0)
      // On each node: the next request may go to any of them.
      const watchers = await Promise.all(stage.urls.map(() => viewer()))
      await publisher.close()
      for (const watcher of watchers)
        await watcher.until(
          ({ payload }) => payload['host'] === 'offline',
          'a viewer on a WebSocket gets a status with "host": "offline"',
        )
      const body = await (
        await http(`log?${query}&live=1`)
      ).whole('a live log with an old cursor is answered at once')
      expectEqual(
        statusesOf(body).map(({ payload }) => payload['host']),
        ['offline'],
        '"host" in the statuses',
      )
      expectThat(
        body.next !== undefined && cursorOf(body.next) !== cursorOf(query),
        'the cursor of next is another one than that of the request',
        { request: query, next: body.next },
      )
    },
  }),
  overHttp({
    id: 'ends-a-live-log-when-the-host-leaves',
    rule: 'R15',
    title: 'answers a waiting live log when the host leaves',
    async check(stage) {
      const { published, http } = stage
      const publisher = await published()
      const waiting = http(`log?${await currentQuery(stage, 1)}&live=1`, { node: 1 })
      waiting.catch(() => {})
      await pause(WAIT_MS)
      await publisher.close()
      const body = await (await waiting).whole('a live log is answered when the host leaves')
      expectEqual(statusesOf(body).at(-1)?.payload['host'], 'offline', '"host" in the status')
    },
  }),
  overHttp({
    id: 'heartbeats-do-not-end-a-live-log',
    rule: 'R15',
    title: 'does not end the wait of a live log by a heartbeat, and ends it after at most 25 s',
    duration: LONGEST_WAIT_MS,
    heartbeat: 100,
    async check(stage) {
      const { published, http, heartbeat, patience } = stage
      await published()
      const query = await currentQuery(stage, 1)
      // A short heartbeat shows in a moment what takes 25 s otherwise.
      const isQuick = heartbeat < WAIT_MS
      const start = Date.now()
      const answered = http(`log?${query}&live=1`, {
        node: 1,
        patience: LONGEST_WAIT_MS + patience,
      })
      const body = await Promise.race([
        answered.then((exchange) => exchange.whole('the live log is answered within 25 s')),
        ...(isQuick ? [pause(5 * heartbeat)] : []),
      ])
      const took = Date.now() - start
      if (isQuick) return expectThat(!body, 'the live log waits', `an answer after ${took} ms`)
      expectThat(
        body !== undefined && took > heartbeat,
        'the live log waits longer than a heartbeat',
        `${took} ms`,
      )
      expectEqual(stateTexts(body), [], 'the state messages')
      expectThat(
        body.next !== undefined && cursorOf(body.next) !== cursorOf(query),
        'the cursor of next is another one than that of the request',
        { request: query, next: body.next },
      )
    },
  }),
  overHttp({
    id: 'gives-each-message-once-over-http',
    rule: 'R14',
    title: 'gives a viewer that follows next, on any node, each message once and in order',
    async check({ host, http, patience }) {
      const publisher = await host()
      publisher.send(session('e', 1, { a: 1 }))
      const last = 60
      void (async () => {
        for (let seq = 2; seq <= last; seq++) {
          publisher.send(config('e', seq, { a: seq }))
          await pause(5)
        }
      })()
      const end = Date.now() + 4 * patience
      const seen: number[] = []
      let target = 'log'
      while (seen.at(-1) !== last && Date.now() < end) {
        const body = await (await http(target)).whole()
        for (const { message } of body.frames)
          if (message && !isStatus(message)) seen.push(message.seq!)
        target = `log?${body.next}&live=1`
      }
      // The first answer may come before the relay has the state.
      expectEqual(
        seen,
        Array.from({ length: last }, (_, index) => index + 1),
        'the positions that the viewer received',
      )
    },
  }),
  overHttp({
    id: 'streams-what-a-socket-receives',
    title: 'keeps sending on a stream: what follows the position, a status, and each change',
    async check({ published, http, settled }) {
      const publisher = await published()
      const stream = await http('stream?epoch=e&seq=8')
      expectEqual(stream.status, 200, 'the status of GET stream')
      expectThat(
        /\bno-store\b/.test(stream.headers['cache-control'] ?? ''),
        'the answer has cache-control with no-store',
        stream.headers['cache-control'],
      )
      const started = await stream.when(
        (body) => statusesOf(body).some(({ seq }) => seq === 9),
        'the stream has a status with the latest position',
      )
      const frames = [9, 10, 11].map((seq) => JSON.stringify(config('e', seq, { a: seq })))
      expectEqual(stateTexts(started), frames.slice(0, 1), 'the state messages after seq 8')
      for (const frame of frames.slice(1)) publisher.send(frame)
      const body = await stream.when(
        (it) => stateTexts(it).length >= 3,
        'the stream brings a change while it is open',
      )
      expectEqual(stateTexts(body), frames, 'the state messages')
      expectThat(!stream.hasEnded, 'the stream stays open', 'its end')
      await settled(11)
      await publisher.close()
      await stream.when(
        (it) => statusesOf(it).at(-1)?.payload['host'] === 'offline',
        'the stream has a status when the host leaves',
      )
    },
  }),
  overHttp({
    id: 'counts-http-viewers',
    title: 'counts viewers over HTTP by Vue-Sync-Viewer, as it counts sockets',
    async check({ published, http, viewer }) {
      const publisher = await published()
      const counted = () => publisher.of('status').at(-1)?.payload['clientCount']
      await viewer()
      for (const name of ['first-viewer-0001', 'first-viewer-0001', 'second-viewer-002'])
        await http('stream', { node: 0, headers: { 'vue-sync-viewer': name } })
      const expected =
        'the host gets "clientCount": 3 for one viewer on a WebSocket and two over HTTP'
      await publisher.when(() => counted() === 3, expected)
      // Viewers of the preparation may just have left.
      await pause(WAIT_MS)
      expectEqual(counted(), 3, '"clientCount" in the last status')
    },
  }),
]
