import { afterEach, describe, expect, it } from 'vitest'
import type { SyncServerOptions } from '@vue-sync/server'
import { readBody } from '../../server/src/conformance/relays/http/http-body.ts'
import { ask, type Client, config, connect, session } from '../../server/test/client.ts'
import { type RawRequest, sendBytes, sendRaw } from '../support/network/raw-request.ts'
import { startCliRelay } from '../support/relays/cli-relay.ts'
import { HOST_KEY, startRelay, type TestRelay, VIEWER_KEY } from '../support/relays/relay.ts'
import { limitMemory } from '../support/system/memory.ts'

// Clients over HTTP try to use up the relay, or to confuse it by malformed requests.

const KEY = { authorization: `Bearer ${VIEWER_KEY}` }
const MIB = 1024 * 1024

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

async function start(
  options: SyncServerOptions = {},
): Promise<{ relay: TestRelay; port: number; host: Client }> {
  const relay = await startRelay(0, { warn: () => {}, ...options })
  closing.push(relay.stop)
  const host = await connect(relay, 'host')
  closing.push(() => host.socket.terminate())
  await host.until(({ type }) => type === 'status')
  host.send(session('e', 1, { n: 1 }))
  const { port } = relay.getStatus()
  await expect
    .poll(async () => (await ask({ port }, '/state', { headers: KEY })).body)
    .toContain('session_update')
  return { relay, port, host }
}

async function open(options: Parameters<typeof sendRaw>[0]): Promise<RawRequest> {
  const opened = await sendRaw({ ...options, headers: { ...KEY, ...options.headers } })
  closing.push(opened.abort)
  return opened
}
const idOf = (index: number): string => `viewer-with-an-id-${String(index).padStart(6, '0')}`

describe('one address', () => {
  it.each([
    ['without ids', () => ({})],
    ['with an id for each', (index: number) => ({ 'vue-sync-viewer': idOf(index) })],
  ])(
    'has a bounded number of waiting requests and streams %s, and others get in',
    async (_, headersOf) => {
      const MOST = 30
      const { relay, port } = await start({ limits: { viewersPerAddress: MOST } })
      const from = '127.0.0.9'
      const statuses: number[] = []
      for (let index = 0; index < 2 * MOST; index++) {
        const headers = headersOf(index)
        const stream = await open({ port, path: '/stream', from, headers })
        statuses.push(stream.status)
        if (stream.status === 429) expect(Number(stream.headers['retry-after'])).toBeGreaterThan(0)
      }
      expect(statuses).toEqual([...Array<number>(MOST).fill(200), ...Array<number>(MOST).fill(429)])
      expect(
        (await open({ port, path: '/log?live=1', from, headers: headersOf(999) })).status,
      ).toBe(429)
      expect(relay.getStatus().clientCount).toBe(MOST)
      expect((await open({ port, path: '/stream', from: '127.0.0.2' })).status).toBe(200)
    },
  )

  it('cannot fill the memory with ids that it makes up, nor with requests without one', async () => {
    const MOST = 50
    const { relay, port } = await start({ limits: { viewersPerAddress: MOST } })
    for (let index = 0; index < 300; index++)
      await ask({ port }, '/state', { headers: { ...KEY, 'vue-sync-viewer': idOf(index) } })
    expect(relay.getStatus().clientCount).toBeLessThanOrEqual(MOST)
    const before = relay.getStatus().clientCount
    // They are not ids, so they are not remembered.
    for (const id of ['short', 'x'.repeat(65), 'with spaces in it 0001', `${'é'.repeat(20)}`]) {
      const headers = {
        ...KEY,
        'vue-sync-viewer': encodeURI(id) === id ? id : 'in latin 1: \xe9\xe9',
      }
      await sendRaw({ port, path: '/state', headers, from: '127.0.0.3' })
    }
    for (let index = 0; index < 300; index++) {
      const { status, ended } = await sendRaw({
        port,
        path: '/state',
        headers: KEY,
        from: '127.0.0.3',
      })
      await ended
      expect(status).toBe(200)
    }
    await expect.poll(() => relay.getStatus().clientCount).toBe(before)
  })

  it('is limited in guessing keys, also with the id of a viewer that it has', async () => {
    const MOST = 40
    const { port } = await start({ limits: { connectionsPerMinute: MOST } })
    const from = '127.0.0.9'
    const id = { 'vue-sync-viewer': idOf(1) }
    expect((await open({ port, path: '/stream', from, headers: id })).status).toBe(200)
    const statuses: (number | 'closed')[] = []
    for (let index = 0; index < 3 * MOST; index++) {
      const headers = { ...id, authorization: `Bearer guess-${index}` }
      const answer = await sendRaw({ port, path: '/state', from, headers }).catch(() => undefined)
      statuses.push(answer?.status ?? 'closed')
    }
    expect(statuses.filter((status) => status === 401).length).toBeLessThan(MOST)
    expect(statuses.slice(MOST)).not.toContain(401)
    expect((await open({ port, path: '/state', from: '127.0.0.2' })).status).toBe(200)
  })
})

it('streams that nobody reads cost bounded memory, and end exactly up to date', async () => {
  const [STREAMS, MESSAGES, MOST_MIB] = [30, 600, 512]
  const fill = 'x'.repeat(MIB)
  const relay = await startCliRelay({ env: { NODE_OPTIONS: '--max-old-space-size=256' } })
  const memory = limitMemory(relay.child.pid!, MOST_MIB)
  closing.push(memory.stop, relay.stop)
  const { port } = relay
  const dialled = { hostKey: HOST_KEY, viewerKey: VIEWER_KEY, getStatus: () => ({ port }) }
  const host = await connect(dialled, 'host')
  closing.push(() => host.socket.terminate())
  let seq = 0
  host.socket.on('message', (data) => {
    if (String(data).includes('"want"')) host.send(session('e', seq, { n: seq, fill }))
  })
  host.send(session('e', 0, { n: 0, fill }))
  const watcher = await connect(dialled, 'viewer')
  closing.push(() => watcher.socket.terminate())
  let seen = -1
  watcher.socket.removeAllListeners('message')
  watcher.socket.on('message', (data) => {
    const [, at] =
      /^\{"type":"\w+_update","epoch":"e","seq":(\d+)/.exec(String(data).slice(0, 99)) ?? []
    if (at !== undefined) seen = Number(at)
  })
  const slow: RawRequest[] = []
  for (let index = 0; index < STREAMS; index++)
    slow.push(await open({ port, path: '/stream', isSlow: true, from: '127.0.0.2' }))
  while (seq < MESSAGES) {
    host.send(config('e', ++seq, { n: seq, fill }))
    // The host sends as fast as another viewer reads.
    if (seq % 20 === 0) await expect.poll(() => seen, { interval: 5 }).toBe(seq)
  }
  await expect.poll(() => seen).toBe(MESSAGES)
  const [last] = slow
  last!.read()
  const positions = () =>
    readBody(last!.body()).frames.flatMap(({ message }) =>
      message && message.type !== 'status' ? [message] : [],
    )
  await expect.poll(() => positions().at(-1)?.seq, { interval: 500 }).toBe(MESSAGES)
  let held = -1
  for (const { type, seq: at } of positions()) {
    if (type === 'config_update') expect(at).toBe(held + 1)
    held = at!
  }
  expect(positions().length).toBeLessThan(MESSAGES)
  expect(relay.child.exitCode).toBeNull()
  expect(memory.peak).toBeGreaterThan(0)
})

describe('malformed requests', () => {
  const get = (target: string, lines: string[] = []): string =>
    [
      `GET ${target} HTTP/1.1`,
      'Host: 127.0.0.1',
      `Authorization: Bearer ${VIEWER_KEY}`,
      ...lines,
      '',
      '',
    ].join('\r\n')

  it('are answered or closed, add no header, and the relay goes on', async () => {
    const { port } = await start({ public: true })
    const long = 'x'.repeat(10_000)
    const targets = [
      '/log?epoch=%0d%0aX-Evil:%201&seq=1',
      '/log?epoch=e%00&seq=1',
      `/log?epoch=${long}&seq=1`,
      '/log?epoch=e&seq=99999999999999999999999',
      '/log?epoch=e&seq=1e999&live=1',
      `/log?epoch=e&seq=1&cursor=${long}`,
      '/log?epoch=e&seq=1&cursor=%0d%0aX-Evil:%201',
      '/log?epoch=%F0%9F%98&seq=1',
      '/log?epoch=%&seq=1',
      `/log?${'a=1&'.repeat(3000)}`,
      '/log?__proto__=1&constructor=2',
      '/s/../state',
      '/s/%2e%2e/state',
      '/s//state',
      '/s/a/b/state',
      `/s/${long}/state`,
      '/s/%00/state',
      '//state',
      '/state/',
      '/state/..',
      '/STATE',
      'http://attacker.example/state',
      '*',
    ]
    for (const target of targets) {
      const answer = await sendBytes(port, get(target, ['Connection: close']))
      const head = answer.split('\r\n\r\n', 1)[0]!
      expect([target, /^x-evil/im.test(head)]).toEqual([target, false])
      expect([target, /^HTTP\/1\.1 5\d\d/.test(head)]).toEqual([target, false])
      // One answer for one request.
      expect(answer.match(/^HTTP\/1\.1 /gm)?.length ?? 0).toBeLessThanOrEqual(1)
    }
    expect((await ask({ port }, '/state', { headers: KEY })).status).toBe(200)
  })

  it('cannot smuggle a second request past a proxy in the body or between headers', async () => {
    const { port } = await start()
    const inner = 'GET /state HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'
    const bodies: [string[], string][] = [
      [['Content-Length: 4', 'Transfer-Encoding: chunked'], `0\r\n\r\n${inner}`],
      [['Content-Length: 0', `Content-Length: ${inner.length}`], inner],
      [['Transfer-Encoding: xchunked'], `0\r\n\r\n${inner}`],
      [['Transfer-Encoding : chunked'], `0\r\n\r\n${inner}`],
    ]
    for (const [lines, body] of bodies) {
      const answer = await sendBytes(port, get('/state', lines) + body)
      // The second request has no key, so it would be answered with 401.
      expect([lines, /^HTTP\/1\.1 401/m.test(answer)]).toEqual([lines, false])
      expect(answer.match(/^HTTP\/1\.1 200/gm)?.length ?? 0).toBeLessThanOrEqual(1)
    }
    // A body with a length is no second request.
    const withBody = get('/state', [`Content-Length: ${inner.length}`, 'Connection: close']) + inner
    expect((await sendBytes(port, withBody)).match(/^HTTP\/1\.1 /gm)).toHaveLength(1)
  })
})
