import { offerProtocols } from '@vue-sync/vue/protocol'
import { expectEqual, expectThat, NotApplicable, pause } from '../../core/expectations.ts'
import type { HttpExchange } from '../http/http-exchange.ts'
import { isStatus, session } from '../messages.ts'
import { stateTexts } from './http-log.ts'
import { overHttp } from './http-requirement.ts'
import { issueToken } from './issue-token.ts'
import type { RelayRequirement } from './relay-requirement.ts'

const TARGETS = ['state', 'log', 'log?live=1', 'stream']

async function expectRefusal(
  exchange: HttpExchange,
  wanted: { status: number; error: string; code: number },
  what: string,
): Promise<void> {
  expectEqual(exchange.status, wanted.status, `the status of ${what}`)
  const { error, code, reason } = await exchange.json()
  expectEqual({ error, code }, { error: wanted.error, code: wanted.code }, `the body of ${what}`)
  expectThat(typeof reason === 'string' && reason !== '', 'the body has a reason', reason)
  expectThat(
    !/\bpublic\b/.test(exchange.headers['cache-control'] ?? ''),
    'caches may not share the refusal',
    exchange.headers['cache-control'],
  )
}

const REVOKED = { status: 403, error: 'revoked', code: 4403 }

export const HTTP_ACCESS: readonly RelayRequirement[] = [
  overHttp({
    id: 'refuses-wrong-keys-over-http',
    rule: 'R18',
    title: 'refuses a missing or wrong key with 401 and a JSON body, and reads none from the URL',
    async check({ published, http, viewerKey }) {
      if (!viewerKey) throw new NotApplicable('this relay admits every viewer')
      await published()
      const wanted = { status: 401, error: 'bad_token', code: 4401 }
      for (const target of TARGETS) {
        await expectRefusal(await http(target, { key: undefined }), wanted, `${target} without key`)
        await expectRefusal(
          await http(target, { key: 'nope' }),
          wanted,
          `${target} with a wrong key`,
        )
      }
      const key = encodeURIComponent(viewerKey)
      const inUrl = `state?k=${key}&key=${key}&token=${key}&access_token=${key}`
      await expectRefusal(
        await http(inUrl, { key: undefined }),
        wanted,
        'state with the key in the URL',
      )
    },
  }),
  overHttp({
    id: 'takes-keys-as-subprotocols',
    title: 'takes a key also as the subprotocol of a WebSocket has it',
    async check({ published, http, viewerKey }) {
      if (!viewerKey) throw new NotApplicable('this relay admits every viewer')
      await published()
      const [, offered] = offerProtocols('viewer', viewerKey)
      const exchange = await http('state', { key: offered })
      expectEqual(exchange.status, 200, 'the status of GET state')
      expectEqual(stateTexts(await exchange.whole()).length, 9, 'the number of state messages')
    },
  }),
  overHttp({
    id: 'ends-http-of-revoked-viewers',
    rule: 'R13',
    title: 'ends a stream and a waiting log of a viewer that is locked out at once with close',
    async check({ host, needsAccess, http, settled }) {
      const publisher = await host()
      await needsAccess(publisher)
      publisher.send(session('e', 1, { a: 1 }))
      await settled(1)
      const { key, revoke } = await issueToken(publisher)
      const { next } = await (await http('state', { key })).whole()
      const waiting = http(`log?${next}&live=1`, { key })
      waiting.catch(() => {})
      const streams = [await http('stream', { key }), await http('stream')]
      for (const stream of streams)
        await stream.when((body) => stateTexts(body).length > 0, 'the stream brings the state')
      await pause(100)
      revoke()
      const [guest, other] = streams as [HttpExchange, HttpExchange]
      const ended = await guest.when(() => guest.hasEnded, 'the stream of a revoked token ends')
      expectEqual(ended.close?.code, 4403, 'the code in the last line of the stream')
      const log = await waiting
      if (log.status === 200) {
        const body = await log.whole('the waiting log of a revoked token ends')
        expectEqual(body.close?.code, 4403, 'the code in the last line of the waiting log')
        expectEqual(stateTexts(body), [], 'the state messages of the waiting log')
      } else await expectRefusal(log, REVOKED, 'the waiting log')
      for (const target of TARGETS)
        await expectRefusal(await http(target, { key }), REVOKED, `${target} with a revoked token`)
      expectThat(!other.hasEnded, 'a stream with another key goes on', 'its end')
    },
  }),
  overHttp({
    id: 'answers-pages-as-on-sockets',
    rule: 'R17',
    title: 'lets the same pages read its answers that may open a WebSocket, and no others',
    async check({ published, viewer, http, urls, viewerKey }) {
      await published()
      const own = new URL(urls[0]!.replace(/^ws/, 'http')).origin
      // A relay that admits pages of all origins to its sockets may leave CORS to the server around it.
      let checksOrigins = true
      for (const origin of ['https://evil.example', own, 'http://localhost:5173']) {
        const headers = { origin }
        const socket = await viewer({ headers })
        const isAdmitted = await Promise.race([
          socket.until(isStatus, 'a status').then(() => true),
          socket.untilClosed('an end').then(() => false),
        ])
        if (origin === 'https://evil.example') checksOrigins = !isAdmitted
        const answer = await http('state', { headers, node: 0 })
        const preflight = await http('state', {
          method: 'OPTIONS',
          key: undefined,
          node: 0,
          headers: {
            ...headers,
            'access-control-request-method': 'GET',
            'access-control-request-headers': 'authorization,vue-sync-viewer',
          },
        })
        for (const [{ headers: seen }, what] of [
          [answer, 'the answer'],
          [preflight, 'the answer to the preflight request'],
        ] as const) {
          const allowed = seen['access-control-allow-origin']
          // A page of the relay's own needs no permission.
          const mayBeAbsent = !isAdmitted || origin === own || !checksOrigins
          const isRight =
            (isAdmitted && allowed === origin) || (mayBeAbsent && allowed === undefined)
          expectThat(
            isRight,
            `${what} for ${origin} has ${isAdmitted ? '' : 'no '}access-control-allow-origin, as that page ${isAdmitted ? 'may' : 'may not'} open a WebSocket`,
            allowed ?? 'none',
          )
          expectThat(
            /\borigin\b/i.test(seen.vary ?? ''),
            `${what} for ${origin} has "vary: origin"`,
            seen.vary ?? 'none',
          )
        }
        if (!isAdmitted) {
          const refusal = { status: 403, error: 'bad_origin', code: 4405 }
          await expectRefusal(answer, refusal, `state for ${origin}`)
        } else if (origin !== own && checksOrigins) {
          const allowed = String(preflight.headers['access-control-allow-headers']).toLowerCase()
          expectThat(
            preflight.status < 300 &&
              ['authorization', 'vue-sync-viewer'].every((name) => allowed.includes(name)),
            'the answer to the preflight request allows authorization and vue-sync-viewer',
            { status: preflight.status, allowed },
          )
          if (viewerKey) {
            const refused = await http('state', { key: 'nope', headers })
            expectEqual(
              refused.headers['access-control-allow-origin'],
              origin,
              'access-control-allow-origin of a refusal, so that the page can read it',
            )
          }
        }
      }
    },
  }),
]
