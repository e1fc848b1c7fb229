import { expectEqual, expectThat, NotApplicable } from '../../core/expectations.ts'
import type { HttpBody } from '../http/http-body.ts'
import { config, isStatus, session } from '../messages.ts'
import { overHttp } from './http-requirement.ts'
import type { RelayRequirement } from './relay-requirement.ts'

export const MEDIA_TYPE = 'application/vnd.vue-sync.v1'

const PUBLISHED = [
  JSON.stringify(session('e', 1, { a: 1, big: 'x'.repeat(500) })),
  ...[2, 3, 4, 5, 6, 7, 8, 9].map((seq) => JSON.stringify(config('e', seq, { a: seq }))),
]

/** The state messages of a body, as the texts that arrived. */
export const stateTexts = ({ frames }: HttpBody): string[] =>
  frames.filter(({ message }) => !message || !isStatus(message)).map(({ bytes }) => String(bytes))

export const statusesOf = ({ frames }: HttpBody) =>
  frames.flatMap(({ message }) => (message && isStatus(message) ? [message] : []))

function expectNext(body: HttpBody): asserts body is HttpBody & { next: string } {
  expectThat(body.next !== undefined, 'the last line of the body has the type next', body.close)
}

export const HTTP_LOG: readonly RelayRequirement[] = [
  overHttp({
    id: 'serves-state-over-http',
    rule: 'R14',
    title: 'answers GET state with the exact messages of a new viewer, then a status, then next',
    async check({ published, http, viewer }) {
      await published()
      const exchange = await http('state')
      expectEqual(exchange.status, 200, 'the status of GET state')
      expectEqual(
        exchange.headers['content-type']?.split(';', 1)[0],
        MEDIA_TYPE,
        'the header content-type',
      )
      const body = await exchange.whole()
      expectEqual(stateTexts(body), PUBLISHED, 'the state messages')
      const last = body.frames.at(-1)?.message
      expectThat(last !== undefined && isStatus(last), 'the last frame is a status', last)
      const socket = await viewer()
      const status = await socket.until(
        (message) => isStatus(message) && message.seq === 9,
        'a viewer on a WebSocket gets a status with the latest position',
      )
      expectEqual(
        [last.epoch, last.seq, last.payload['host']],
        [status.epoch, status.seq, status.payload['host']],
        'position and host in the status, next to those on a WebSocket',
      )
      expectNext(body)
    },
  }),
  overHttp({
    id: 'serves-a-session-without-state-over-http',
    title: 'answers GET state of a session without host and state with a status and next',
    async check({ http }) {
      const body = await (await http('state')).whole()
      expectEqual(stateTexts(body), [], 'the state messages')
      expectEqual(
        statusesOf(body).map(({ epoch, payload }) => [epoch, payload['host']]),
        [[undefined, 'offline']],
        'position and host in the statuses',
      )
      expectNext(body)
    },
  }),
  overHttp({
    id: 'answers-etags',
    title: 'gives the state an ETag, answers 304 while nothing has changed, and 200 afterwards',
    async check({ published, http, settled }) {
      const publisher = await published()
      const first = await http('state', { node: 0 })
      await first.whole()
      const { etag } = first.headers
      expectThat(etag !== undefined && etag !== '', 'the answer has an ETag', first.headers)
      const same = await http('state', { node: 0, headers: { 'if-none-match': etag } })
      await same.when(() => same.hasEnded, 'the answer ends')
      expectEqual(
        [same.status, same.bytes.length],
        [304, 0],
        'status and bytes of an answer to the same ETag',
      )
      publisher.send(config('e', 10, { a: 10 }))
      await settled(10)
      const changed = await http('state', { node: 0, headers: { 'if-none-match': etag } })
      expectEqual(changed.status, 200, 'the status after a change')
      expectEqual(stateTexts(await changed.whole()).length, 10, 'the number of state messages')
      expectThat(changed.headers.etag !== etag, 'the ETag is another one', etag)
    },
  }),
  overHttp({
    id: 'serves-exactly-what-follows-a-position',
    rule: 'R14',
    title: 'answers GET log with exactly what follows the position, and next goes on there',
    async check({ published, http }) {
      await published()
      const tail = await (await http('log?epoch=e&seq=7')).whole()
      expectEqual(stateTexts(tail), PUBLISHED.slice(7), 'the state messages after seq 7')
      expectNext(tail)
      const rest = await (await http(`log?${tail.next}`)).whole()
      expectEqual(stateTexts(rest), [], 'the state messages after those')
      expectEqual(
        statusesOf(rest).map(({ epoch, seq }) => [epoch, seq]),
        [['e', 9]],
        'the positions in the statuses',
      )
      expectNext(rest)
    },
  }),
  overHttp({
    id: 'serves-all-to-another-epoch-over-http',
    rule: 'R14',
    title: 'answers GET log with the whole state without position, or with one of another epoch',
    async check({ published, http }) {
      await published()
      for (const query of ['', '?later=1', '?epoch=old&seq=9']) {
        const body = await (await http(`log${query}`)).whole()
        expectEqual(stateTexts(body), PUBLISHED, `the state messages of log${query}`)
      }
    },
  }),
  overHttp({
    id: 'frames-binaries-and-line-breaks',
    rule: 'R1',
    title: 'sends binary frames, and texts with line breaks, as the exact bytes after their length',
    async check({ host, settled, http }) {
      const publisher = await host()
      const text = JSON.stringify(session('e', 1, { a: 'é\n' }), null, 1)
      const binary = Buffer.concat([
        Buffer.from('{"type":"config_update","epoch":"e","seq":2}\n'),
        Buffer.from('\n#4 text\n\n{"type":"next","query":""}\n\u0000'),
        Buffer.alloc(300, 0xfe),
      ])
      publisher.send(text)
      publisher.sendBytes(binary)
      publisher.send(config('e', 3, { a: 3 }))
      await settled(3)
      const { frames } = await (await http('state')).whole()
      expectEqual(
        frames.slice(0, 3).map(({ form }) => form),
        ['text', 'binary', 'line'],
        'the forms of the first frames',
      )
      expectEqual(String(frames[0]!.bytes), text, 'the text with line breaks')
      expectThat(binary.equals(frames[1]!.bytes), 'the bytes of the binary frame', 'other bytes')
    },
  }),
  overHttp({
    id: 'answers-head-and-other-methods',
    title: 'answers HEAD as GET without a body, and other methods with 405',
    async check({ published, http }) {
      await published()
      const head = await http('state', { method: 'HEAD' })
      await head.when(() => head.hasEnded, 'the answer ends')
      expectEqual(
        [head.status, head.bytes.length, head.headers.etag !== undefined],
        [200, 0, true],
        'status, bytes and presence of an ETag in the answer to HEAD',
      )
      for (const method of ['POST', 'PUT', 'DELETE']) {
        const { status } = await http('state', { method })
        expectEqual(status, 405, `the status of ${method} state`)
      }
    },
  }),
  overHttp({
    id: 'refuses-half-a-position',
    rule: 'R18',
    title: 'answers 400 with a JSON body to half a position, and to one that cannot be read',
    async check({ published, http }) {
      await published()
      for (const query of ['epoch=e', 'seq=7', 'epoch=e&seq=x', 'epoch=e&seq=-1']) {
        const exchange = await http(`log?${query}`)
        const { error } = await exchange.json()
        expectEqual(
          { status: exchange.status, error },
          { status: 400, error: 'bad_position' },
          `the answer to log?${query}`,
        )
      }
    },
  }),
  overHttp({
    id: 'gives-the-state-as-json',
    title:
      'gives the whole state as one JSON object, with its position and the presence of the host',
    async check({ host, settled, http }) {
      const publisher = await host()
      publisher.send(session('e', 1, { a: 1, rows: [1, 2] }))
      const patch = [{ op: 'move', from: '/s/rows/0', path: '/s/rows/1' }]
      publisher.send({ ...config('e', 2, { a: 2 }), patch })
      await settled(2)
      const exchange = await http('state.json')
      if (exchange.status === 404) throw new NotApplicable('not offered: GET state.json is 404')
      expectEqual(exchange.status, 200, 'the status of GET state.json')
      const { since, ...whole } = await exchange.json()
      expectEqual(
        whole,
        {
          epoch: 'e',
          seq: 2,
          host: 'online',
          behind: false,
          name: null,
          state: { s: { a: 2, rows: [2, 1] } },
        },
        'the answer',
      )
      expectThat(typeof since === 'number', '"since" is a number', since)
    },
  }),
]
