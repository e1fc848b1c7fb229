import { connect as dial } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type ChildRelay, startChildRelay } from './child-relay.ts'
import { mutate, type Random, seeded } from './fuzz-arbitraries.ts'
import { config, connect, session } from './client.ts'

const REQUESTS = 10_000
const ROUNDS = 4
const AT_ONCE = 125
/** An incomplete request gets no answer. Its client disconnects after this time. */
const PATIENCE_MS = 150

let relay: ChildRelay
beforeEach(async () => {
  relay = await startChildRelay({ hostKey: 'hk', open: true })
})
afterEach(() => relay.stop())

const KEY = 'AAAAAAAAAAAAAAAAAAAAAA=='
const LONG = 'x'.repeat(5000)
const METHODS = ['GET', 'GET', 'GET', 'POST', 'HEAD', 'OPTIONS', 'PUT', 'CONNECT', 'TRACE', 'BREW']
const PATHS = [
  '/',
  '/s/a',
  '/s/%zz',
  '/%',
  '//',
  '//[',
  '*',
  '?',
  '/?epoch=e&seq=1',
  '/?seq=%',
  '\\\\[',
  'http://[',
  'http://a:99999/',
  '/../..',
  '/s/%00',
  '/s/__proto__',
  '/setup',
  '/status',
  '/pair',
  '/trusted',
  '/ca.pem',
  `/${LONG}`,
  `/?epoch=${LONG}&seq=1`,
  '/s/constructor',
  '\\',
]
const HOSTS = ['x', '127.0.0.1', '[', 'a:99999', '', 'a b', '[::1]', LONG, 'x\u00e9', '@', '#', '/']
const VERSIONS = ['13', '13', '13', '8', '', 'x', '13, 8', '-1', '999999999999']
const KEYS = [KEY, KEY, KEY, '', 'x', `${KEY}${KEY}`, LONG]
const OFFERS = [
  'vue-sync.viewer.v1',
  'vue-sync.host.v1',
  'vue-sync.host.v1, token.aGs',
  '',
  ',',
  'a, a',
  'vue-sync.viewer.v9',
  `vue-sync.viewer.v1, token.${LONG}`,
  'token.!!',
  '__proto__',
  '"',
  '\t',
  Array.from({ length: 500 }, (_, at) => `p${at}`).join(),
]
const ODD_HEADERS = [
  'Content-Length: 3',
  'Content-Length: -1',
  'Content-Length: 99999999',
  'Expect: 100-continue',
  'Transfer-Encoding: chunked',
  'Transfer-Encoding: gzip',
  'Content-Type: application/json',
  'Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=99',
  'Range: bytes=9-1',
  'Sec-WebSocket-Extensions: permessage-deflate; a=;',
  'X-Forwarded-Proto: https',
  'No colon',
  'X-Forwarded-For: , ,[',
  `X-Long: ${LONG}${LONG}${LONG}${LONG}`,
  '__proto__: x',
  ': x',
  'A: \0',
  'Accept-Encoding: *;q=x',
  'If-Modified-Since: x',
  'Connection: close',
  'Forwarded: for="',
]

const pick = <T>(random: Random, from: readonly T[]): T => from[Math.floor(random() * from.length)]!

/** A complete or almost complete request, usually an upgrade. */
function makeRequest(random: Random): Buffer {
  const lines = [
    `${pick(random, METHODS)} ${pick(random, PATHS)} HTTP/${random() < 0.95 ? '1.1' : '9.9'}`,
    `Host: ${pick(random, HOSTS)}`,
  ]
  if (random() < 0.7)
    lines.push(
      `Upgrade: ${random() < 0.9 ? 'websocket' : 'h2c'}`,
      'Connection: Upgrade',
      `Sec-WebSocket-Version: ${pick(random, VERSIONS)}`,
      `Sec-WebSocket-Key: ${pick(random, KEYS)}`,
      `Sec-WebSocket-Protocol: ${pick(random, OFFERS)}`,
    )
  while (random() < 0.4) lines.push(pick(random, ODD_HEADERS))
  const bytes = Buffer.from(`${lines.join('\r\n')}\r\n\r\n${random() < 0.2 ? '{"a":' : ''}`)
  return random() < 0.3 ? mutate(bytes, random) : bytes
}

/** Connects, sends one or several requests, and disconnects in one of several ways. */
function visit(random: Random): Promise<void> {
  const requests = Array.from({ length: random() < 0.2 ? 3 : 1 }, () => makeRequest(random))
  const leaves = random()
  return new Promise((resolve) => {
    const socket = dial(relay.port, '127.0.0.1')
    const go = () => (leaves < 0.5 ? socket.destroy() : socket.resetAndDestroy())
    socket.setTimeout(PATIENCE_MS, go)
    socket.on('error', () => {}).on('close', () => resolve())
    socket.once('data', () => (leaves < 0.8 ? go() : socket.end()))
    socket.on('connect', () => {
      socket.write(Buffer.concat(requests))
      if (leaves < 0.05) go()
    })
  })
}

it(`${REQUESTS} malformed requests disturb no other client and leak no memory`, async () => {
  const server = { getStatus: () => ({ port: relay.port }) } as never
  const host = await connect(server, 'host', { key: 'hk', path: '/s/calm' })
  const viewer = await connect(server, 'viewer', { key: undefined, path: '/s/calm' })
  host.send(session('e', 0, { n: 0 }))
  let seq = 0
  const heaps: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const random = seeded(round)
    for (let sent = 0; sent < REQUESTS / ROUNDS; sent += AT_ONCE) {
      await Promise.all(Array.from({ length: AT_ONCE }, () => visit(random)))
      host.send(config('e', ++seq, { n: seq }))
      if (seq % 50 === 0) host.send(session('e', seq, { n: seq }))
    }
    await viewer.until((message) => message.seq === seq)
    await expect.poll(async () => (await relay.usage()).viewers).toBe(1)
    heaps.push((await relay.usage()).heap)
  }
  const shown = viewer.of('config_update').map((message) => message.seq)
  expect(shown).toEqual(Array.from({ length: seq }, (_, at) => at + 1))
  expect(heaps.at(-1)! / heaps[1]!, String(heaps)).toBeLessThan(1.05)
  expect(relay.said()).toBe('')
  for (const { socket } of [host, viewer]) socket.terminate()
}, 180_000)
