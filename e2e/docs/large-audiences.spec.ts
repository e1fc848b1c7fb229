import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import {
  type Answer,
  ask,
  type Client,
  config,
  connect,
  session,
} from '../../server/test/client.ts'
import { freePort } from '../../server/test/free-port.ts'
import { readBlocks } from '../support/readme/blocks.ts'
import { hasCaddy, startCaddyWith } from '../support/relays/caddy.ts'
import { hasNginx, startNginxWith } from '../support/relays/nginx.ts'
import { startRelay, type TestRelay, VIEWER_KEY } from '../support/relays/relay.ts'

// The configurations of the guide in a real nginx and a real Caddy. Only ports, paths and certificates are others.
const page = readFileSync(new URL('../../docs/guide/large-audiences.md', import.meta.url), 'utf8')
const block = (name: string): string => readBlocks(page).find(({ target }) => target === name)!.code
const HOST = 'show.example.com'
const VIEWERS = 30

function replaced(text: string, from: string | RegExp, to: string): string {
  expect(text).toMatch(from)
  return text.replaceAll(from, to)
}

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

async function start(isPublic: boolean): Promise<{ relay: TestRelay; host: Client }> {
  const relay = await startRelay(0, {
    public: isPublic,
    publicUrl: `https://${HOST}`,
    trustProxy: ['loopback'],
  })
  closing.push(relay.stop)
  const host = await connect(relay, 'host')
  closing.push(() => host.socket.terminate())
  await host.until(({ type }) => type === 'status')
  host.send(session('e', 1, { score: 1 }))
  host.send(config('e', 2, { score: 2 }))
  return { relay, host }
}

async function behindNginx(relay: TestRelay): Promise<number> {
  const port = await freePort()
  const nginx = await startNginxWith(port, (dir) => {
    let text = replaced(block('nginx.conf'), '/var/cache/nginx/vue-sync', join(dir, 'cache'))
    text = replaced(text, 'listen 443 ssl;', `listen 127.0.0.1:${port};`)
    text = replaced(text, /^ +ssl_certificate.*\n/gm, '')
    return replaced(text, '127.0.0.1:9876', `127.0.0.1:${relay.getStatus().port}`)
  })
  closing.push(nginx.stop)
  return port
}

async function behindCaddy(relay: TestRelay): Promise<number> {
  const port = await freePort()
  let site = replaced(block('Caddyfile'), `${HOST} {`, `http://${HOST}:${port} {`)
  site = replaced(site, '127.0.0.1:9876', `127.0.0.1:${relay.getStatus().port}`)
  closing.push((await startCaddyWith(site)).stop)
  return port
}

const get = (port: number, path: string, key: string | undefined = VIEWER_KEY): Promise<Answer> =>
  ask({ port }, path, {
    host: HOST,
    headers: { ...(key !== undefined && { authorization: `Bearer ${key}` }) },
  })
const linesOf = ({ body }: Answer) =>
  body
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string; seq?: number; query?: string })
const nextOf = (answer: Answer): string => linesOf(answer).at(-1)!.query!

/** The state at seq 2, after the messages of `start` have arrived. */
async function current(port: number): Promise<Answer> {
  let answer: Answer
  await expect
    .poll(async () => linesOf((answer = await get(port, '/state'))).map(({ type }) => type))
    .toEqual(['session_update', 'config_update', 'status', 'next'])
  return answer!
}

async function expectNoSockets(port: number): Promise<void> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`, { headers: { host: HOST } })
  const failed = await new Promise((resolve) => {
    socket.on('error', () => resolve(true))
    socket.on('open', () => resolve(false))
  })
  socket.terminate()
  expect(failed).toBe(true)
  expect((await get(port, '/stream')).status).toBe(404)
  expect((await get(port, '/s/show/stream')).status).toBe(404)
}

describe.skipIf(!hasNginx)('behind the nginx of the guide', () => {
  it('one request waits at the relay for all viewers, and all get the same bytes', async () => {
    const { relay, host } = await start(true)
    const port = await behindNginx(relay)
    const query = nextOf(await current(port))
    const waiting = Array.from({ length: VIEWERS }, () => get(port, `/log?${query}&live=1`))
    await expect.poll(() => relay.getStatus().clientCount).toBe(1)
    const frame = JSON.stringify(config('e', 3, { score: 3 }))
    host.send(frame)
    const answers = await Promise.all(waiting)
    for (const answer of answers) {
      expect(answer.body).toBe(answers[0]!.body)
      expect(answer.body.startsWith(`${frame}\n`)).toBe(true)
    }
    const asked = answers.filter(({ headers }) => headers['x-cache'] !== 'HIT')
    expect(asked.length).toBe(1)
    // Catching up is answered by the cache too.
    for (const cached of ['MISS', 'HIT', 'HIT']) {
      const { headers, body } = await get(port, '/log?epoch=e&seq=2')
      expect([headers['x-cache'], body.startsWith(`${frame}\n`)]).toEqual([cached, true])
      expect(headers['cache-control']).toBe('public, max-age=31536000, immutable')
    }
  })

  it('a key does not matter for what the cache holds', async () => {
    const { relay } = await start(true)
    const port = await behindNginx(relay)
    await current(port)
    const [first, ...more] = [
      await get(port, '/log?epoch=e&seq=1'),
      await get(port, '/log?epoch=e&seq=1', 'wrong'),
      await get(port, '/log?epoch=e&seq=1', undefined),
    ]
    for (const { status, body } of more) expect([status, body]).toEqual([200, first!.body])
    // The relay itself still asks for the key.
    expect((await get(port, '/log?epoch=e&seq=0', 'wrong')).status).toBe(401)
  })

  it('nothing of a private session is kept', async () => {
    const { relay } = await start(false)
    const port = await behindNginx(relay)
    await current(port)
    for (const path of ['/state', '/log?epoch=e&seq=1', '/log?epoch=e&seq=2', '/log']) {
      for (let count = 0; count < 2; count++) {
        const { status, headers } = await get(port, path)
        expect([path, status, headers['x-cache']]).toEqual([path, 200, 'MISS'])
      }
      expect((await get(port, path, 'wrong')).status).toBe(401)
    }
  })

  it('viewers get neither a stream nor a socket', async () => {
    const { relay } = await start(true)
    await expectNoSockets(await behindNginx(relay))
  })
})

describe.skipIf(!hasCaddy)('behind the Caddy of the guide', () => {
  it('viewers get the state and what follows, and neither a stream nor a socket', async () => {
    const { relay, host } = await start(true)
    const port = await behindCaddy(relay)
    const waiting = get(port, `/log?${nextOf(await current(port))}&live=1`)
    await wait(50)
    host.send(config('e', 3, { score: 3 }))
    expect(linesOf(await waiting)[0]).toEqual(config('e', 3, { score: 3 }))
    await expectNoSockets(port)
  })
})
