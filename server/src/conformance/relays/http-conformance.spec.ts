import { describe, expect, it } from 'vitest'
import type { HttpFault } from '../../../test/faulty-http.ts'
import { testFaultyRelay } from '../../../test/test-faulty-relay.ts'
import { RELAY_REQUIREMENTS } from './relay-requirements.ts'

/** Long enough for an answer on a loaded machine, and short enough to wait for one that never comes. */
const PATIENCE_MS = 2500
/** Longer than a live log waits in these tests, and shorter than the wait for an answer. */
const QUICK_MS = 200
/** Longer than the wait for an answer. */
const LATE_MS = 4000

const lines = (text: string): string[] => text.split(/(?<=\n)/)
const isLive = (url: string): boolean => url.includes('live=1')

/** Without `live`, an answer does not wait. */
const answersAtOnce = (asked: { url: string }): void => {
  asked.url = asked.url.replace('live=1', 'later=1')
}

const FAULTS: readonly {
  what: string
  id: string
  rule?: string
  http: HttpFault
  heartbeat?: number
}[] = [
  {
    what: 'writes messages anew',
    id: 'serves-state-over-http',
    rule: 'R14',
    http: { body: (text) => text.replace('"type":"config_update"', '"type": "config_update"') },
  },
  {
    what: 'sends no next',
    id: 'serves-a-session-without-state-over-http',
    http: { body: (text) => text.replace(/\{"type":"next".*\n/, '') },
  },
  {
    what: 'ignores If-None-Match',
    id: 'answers-etags',
    http: { request: ({ headers }) => delete headers['if-none-match'] },
  },
  {
    what: 'drops a seq',
    id: 'serves-exactly-what-follows-a-position',
    rule: 'R14',
    http: {
      body: (text) =>
        lines(text)
          .filter((line) => !line.includes('"seq":8,"payload"'))
          .join(''),
    },
  },
  {
    what: 'believes every position',
    id: 'serves-all-to-another-epoch-over-http',
    rule: 'R14',
    http: { request: (asked) => (asked.url = asked.url.replace('epoch=old', 'epoch=e')) },
  },
  {
    what: 'counts characters and not bytes',
    id: 'frames-binaries-and-line-breaks',
    rule: 'R1',
    http: {
      body: (text) => text.replace(/#(\d+) text/, (_, length) => `#${Number(length) - 1} text`),
    },
  },
  {
    what: 'answers POST like GET',
    id: 'answers-head-and-other-methods',
    http: { request: (asked) => (asked.method = asked.method === 'HEAD' ? 'HEAD' : 'GET') },
  },
  {
    what: 'guesses half a position',
    id: 'refuses-half-a-position',
    rule: 'R18',
    http: { request: (asked) => (asked.url = asked.url.replace(/\?.*/, '')) },
  },
  {
    what: 'forgets the patch',
    id: 'gives-the-state-as-json',
    http: { body: (text) => text.replace('[2,1]', '[1,2]') },
  },
  {
    what: 'takes a key only as it is',
    id: 'takes-keys-as-subprotocols',
    http: {
      request: ({ headers }) =>
        (headers.authorization = headers.authorization?.replace('Bearer token.', 'Bearer no.')),
    },
  },
  {
    what: 'answers a live log at once',
    id: 'holds-a-live-log-until-something-is-new',
    rule: 'R15',
    http: { request: answersAtOnce },
  },
  {
    what: 'gives the cursor of the request again',
    id: 'answers-a-live-log-whose-status-is-old',
    rule: 'R15',
    http: {
      body(text, url) {
        const cursor = /cursor=[^&]*/.exec(url)?.[0]
        return isLive(url) && cursor ? text.replace(/cursor=[^&"]*/, cursor) : text
      },
    },
  },
  {
    what: 'waits although messages follow',
    id: 'answers-a-live-log-that-misses-messages',
    rule: 'R15',
    http: { delay: (url) => (isLive(url) ? LATE_MS : 0) },
  },
  {
    what: 'does not answer when the host leaves',
    id: 'ends-a-live-log-when-the-host-leaves',
    rule: 'R15',
    http: { delay: (url) => (isLive(url) ? LATE_MS : 0) },
  },
  {
    what: 'ends the wait by a heartbeat',
    id: 'heartbeats-do-not-end-a-live-log',
    rule: 'R15',
    heartbeat: 100,
    http: { request: answersAtOnce, delay: (url) => (isLive(url) ? QUICK_MS : 0) },
  },
  {
    what: 'gives a message twice',
    id: 'gives-each-message-once-over-http',
    rule: 'R14',
    http: { body: (text) => text.replace(/(\{"type":"config_update".*\n)/, '$1$1') },
  },
  {
    what: 'sends a stream when it ends',
    id: 'streams-what-a-socket-receives',
    http: { body: (text, url) => (url.includes('/stream') ? '' : text) },
  },
  {
    what: 'counts no viewers over HTTP by their names',
    id: 'counts-http-viewers',
    http: {
      request: ({ headers }) => {
        if (headers['vue-sync-viewer']) headers['vue-sync-viewer'] = 'the-same-viewer-001'
      },
    },
  },
  {
    what: 'takes a key from the URL',
    id: 'refuses-wrong-keys-over-http',
    rule: 'R18',
    http: {
      request({ url, headers }) {
        const key = /[?&]token=([^&]*)/.exec(url)?.[1]
        if (key) headers.authorization = `Bearer ${decodeURIComponent(key)}`
      },
    },
  },
  {
    what: 'refuses in plain text',
    id: 'refuses-wrong-keys-over-http',
    rule: 'R18',
    http: { body: (text) => (text.includes('"error"') ? 'Unauthorized' : text) },
  },
  {
    what: 'ends the stream of a revoked token without a close line',
    id: 'ends-http-of-revoked-viewers',
    rule: 'R13',
    http: { body: (text) => text.replace(/\{"type":"close".*\n/, '') },
  },
  {
    what: 'lets every page read its answers',
    id: 'answers-pages-as-on-sockets',
    rule: 'R17',
    http: { head: ({ headers }) => (headers['access-control-allow-origin'] = '*') },
  },
  {
    what: 'lets caches keep plain state',
    id: 'keeps-plain-state-out-of-caches',
    rule: 'R16',
    http: { head: ({ headers }) => (headers['cache-control'] = 'public, max-age=60') },
  },
  {
    what: 'lets no cache keep encrypted state',
    id: 'lets-caches-keep-encrypted-state',
    rule: 'R16',
    http: { head: ({ headers }) => (headers['cache-control'] = 'private, no-store') },
  },
]

const run = (id: string, http: HttpFault | false, heartbeat?: number) =>
  testFaultyRelay({ id, fault: { http }, heartbeat, patience: PATIENCE_MS })

describe('a relay over HTTP that', () => {
  it.each(FAULTS)('$what does not conform, and the report names $rule', async (given) => {
    const { id, rule, http, heartbeat } = given
    const { level = 'must' } = RELAY_REQUIREMENTS.find((requirement) => requirement.id === id)!
    expect(await run(id, http, heartbeat)).toMatchObject({
      id,
      rule,
      section: 'Over HTTP',
      outcome: level === 'must' ? 'failed' : 'warned',
      expected: expect.stringMatching(/./),
      seen: expect.stringMatching(/./),
    })
  })

  // Proves that the proxy is not what fails.
  it.each(FAULTS)('does not do this passes: $what', async ({ id, heartbeat }) => {
    expect(await run(id, {}, heartbeat)).toMatchObject({ id, outcome: 'passed' })
  })
})

const ids = RELAY_REQUIREMENTS.filter(({ section }) => section === 'Over HTTP').map(({ id }) => id)

it('each requirement over HTTP has a relay that does not meet it', () => {
  expect(ids.toSorted()).toEqual([...new Set(FAULTS.map(({ id }) => id))].toSorted())
})

describe('a relay without HTTP', () => {
  it.each(ids)('conforms, and the report says that it does not offer it: %s', async (id) => {
    expect(await run(id, false)).toMatchObject({
      outcome: 'not applicable',
      reason: 'not offered: this relay answers GET state with 404',
    })
  })
})
