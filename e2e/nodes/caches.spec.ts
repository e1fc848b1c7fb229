import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import process from 'node:process'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { type Cache, type CacheKind, startCache } from '../../bench/cdn/caches.ts'
import type { RunFigures } from '../../bench/cdn/measure.ts'
import { createAnswerReader } from '../../scripts/load/swarm/http-answers.ts'
import { SwarmHost } from '../../scripts/load/swarm/host.ts'
import { HOST_KEY, startRelay, VIEWER_KEY } from '../support/relays/relay.ts'
import { hasProgram } from '../support/system/has-program.ts'
import { start } from '../support/system/processes.ts'

const BENCH = fileURLToPath(new URL('../../bench/cdn.ts', import.meta.url))
const PROGRAMS = {
  nginx: process.env['VUE_SYNC_NGINX'] ?? 'nginx',
  varnish: process.env['VUE_SYNC_VARNISH'] ?? 'varnishd',
}

const hasCache = (kind: CacheKind, version: string): boolean =>
  hasProgram(PROGRAMS[kind], [version], {
    missing: `[vue-sync] No ${kind}: install it, or set VUE_SYNC_${kind.toUpperCase()} to its path.`,
    skipped: 'The tests of this cache are skipped.',
  })
const isHere = { nginx: hasCache('nginx', '-v'), varnish: hasCache('varnish', '-V') }

const stops: (() => unknown)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop()
})

const read = (name: string): Promise<string> =>
  readFile(new URL(`../../docs/${name}`, import.meta.url), 'utf8')

async function openCache(kind: CacheKind, relayPort: number): Promise<Cache> {
  const cache = await startCache(kind, { program: PROGRAMS[kind], relayPort, connections: 2000 })
  stops.push(cache.stop)
  return cache
}

async function bench(kind: CacheKind, viewers: number): Promise<RunFigures> {
  const size = ['--viewers', String(viewers), '--seconds', '3', '--rate', '4', '--size', '300']
  const args = [BENCH, '--cache', kind, ...size, '--no-sockets', '--json']
  const { child, stop } = start(process.execPath, ['--conditions=@vue-sync/source', ...args], {
    env: { ...process.env, [`VUE_SYNC_${kind.toUpperCase()}`]: PROGRAMS[kind] },
  })
  stops.push(stop)
  let [out, err] = ['', '']
  child.stdout!.on('data', (data) => (out += String(data)))
  child.stderr!.on('data', (data) => (err += String(data)))
  const [code] = await once(child, 'close')
  expect([code, err]).toEqual([0, ''])
  return JSON.parse(out) as RunFigures
}

/** Sends a request for a path, and resolves with the status and body of the answer. */
async function ask(
  port: number,
  path: string,
  key?: string,
): Promise<{ status: number; text: string }> {
  const socket = connect(port, '127.0.0.1')
  stops.push(() => socket.destroy())
  const authorization = key === undefined ? '' : `Authorization: Bearer ${key}\r\n`
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n${authorization}\r\n`)
  const read = createAnswerReader()
  const answer = await new Promise<ReturnType<typeof read>>((resolve, reject) => {
    socket.on('data', (data) => {
      const whole = read(data)
      if (whole) resolve(whole)
    })
    socket.on('error', reject).on('close', () => reject(new Error('closed without an answer')))
  })
  return { status: answer!.status, text: String(answer!.body) }
}

it.each(['nginx-cache.conf', 'varnish.vcl'])(
  'docs/scaling.md shows the %s that runs',
  async (name) => {
    const [page, file] = await Promise.all([read('scaling.md'), read(`deploy/${name}`)])
    expect(page).toContain(` [${name}]\n${file}\`\`\`\n`)
  },
)

describe.for(['nginx', 'varnish'] as const)('viewers behind the %s of docs/deploy', (kind) => {
  it.skipIf(!isHere[kind])(
    'get every message once, and cause as many requests whether they are few or many',
    async () => {
      for (const viewers of [10, 150]) {
        const { messages, requests, open, lost, duplicated, failures } = await bench(kind, viewers)
        expect({ messages, open, lost, duplicated, failures }).toEqual({
          messages: 12,
          open: viewers,
          lost: 0,
          duplicated: 0,
          failures: {},
        })
        expect(requests).toBeGreaterThan(0)
        expect(requests).toBeLessThanOrEqual(2 * messages)
      }
    },
  )

  // nginx let one of every 1,024 waiting requests through, because its count of uses has 10 bits.
  it.skipIf(!isHere[kind])('cause one request when 1,500 of them wait for it', async () => {
    const waiting: ServerResponse[] = []
    const origin = createServer((_request, response) => void waiting.push(response))
    origin.listen(0, '127.0.0.1')
    await once(origin, 'listening')
    stops.push(() => {
      origin.closeAllConnections()
      origin.close()
    })
    const { port } = await openCache(kind, (origin.address() as { port: number }).port)
    const sockets: Socket[] = []
    let answered = 0
    for (let wave = 0; wave < 15; wave++) {
      const opened = Array.from({ length: 100 }, () => {
        const socket = connect(port, '127.0.0.1').on('error', () => {})
        const read = createAnswerReader()
        socket.on('data', (data) => read(data)?.status === 200 && answered++)
        socket.write('GET /log?epoch=e&seq=1&live=1 HTTP/1.1\r\nHost: localhost\r\n\r\n')
        return socket
      })
      sockets.push(...opened)
      await Promise.all(opened.map((socket) => once(socket, 'connect')))
    }
    stops.push(() => sockets.map((socket) => socket.destroy()))
    await expect.poll(() => waiting.length).toBe(1)
    // The cache does not show who waits. Time for a request that should not come:
    await wait(1000)
    expect(waiting).toHaveLength(1)
    waiting[0]!
      .writeHead(200, { 'content-length': 1, 'cache-control': 'public, max-age=5' })
      .end('\n')
    await expect.poll(() => answered).toBe(1500)
    expect(waiting).toHaveLength(1)
  })

  it.skipIf(!isHere[kind])('get nothing of a private session without a key', async () => {
    const relay = await startRelay()
    stops.push(relay.stop)
    const host = new SwarmHost({ relay: relay.url, session: 'default', key: HOST_KEY }, () => ({
      secret: { a: 1 },
    }))
    stops.push(() => host.close())
    await host.ready()
    const { port } = await openCache(kind, relay.getStatus().port)
    await expect.poll(async () => (await ask(port, '/state', VIEWER_KEY)).text).toContain('secret')
    for (const key of [undefined, 'wrong-key'])
      expect(await ask(port, '/state', key)).toMatchObject({
        status: 401,
        text: expect.not.stringContaining('secret'),
      })
    expect((await ask(port, '/state', VIEWER_KEY)).text).toContain('secret')
  })

  it.skipIf(!isHere[kind])(
    'get the state of a public session, also after a wrong key',
    async () => {
      const relay = await startRelay(0, { public: true })
      stops.push(relay.stop)
      const host = new SwarmHost({ relay: relay.url, session: 'default', key: HOST_KEY }, () => ({
        shown: { a: 1 },
      }))
      stops.push(() => host.close())
      await host.ready()
      const { port } = await openCache(kind, relay.getStatus().port)
      expect((await ask(port, '/state', 'wrong-key')).status).toBe(401)
      await expect.poll(async () => (await ask(port, '/state', VIEWER_KEY)).text).toContain('shown')
    },
  )
})
