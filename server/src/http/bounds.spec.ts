import { once } from 'node:events'
import { connect as dialTcp, type Socket } from 'node:net'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSyncServer, type SyncServer, type SyncServerOptions } from '../index.ts'
import { ask, connect, session } from '../../test/client.ts'
import { maskedFrame, offerHeader, upgradeRequest } from '../../test/raw-websocket.ts'

let server: SyncServer
let folder: string
const sockets: Socket[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vue-sync-'))
})
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await server.stop()
  await rm(folder, { recursive: true })
})

async function start(options: SyncServerOptions = {}): Promise<void> {
  server = createSyncServer({ port: 0, host: '127.0.0.1', warn: () => {}, ...options })
  await server.start()
}

/** Opens a TCP connection and sends bytes on it. */
function open(bytes: string | Buffer): Socket {
  const socket = dialTcp(server.getStatus().port, '127.0.0.1')
  sockets.push(socket)
  socket.on('error', () => {})
  socket.write(bytes)
  return socket
}
const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`
const upgrade = (role: 'host' | 'viewer', key: string, host?: string) =>
  upgradeRequest({ ...(host !== undefined && { host }), headers: [offerHeader(role, key)] })
const frame = (opcode: number, length: number) => maskedFrame(opcode, Buffer.alloc(length))

/** `once` of Node rejects when the socket reports a reset before it. */
const closeOf = (socket: Socket) =>
  new Promise<void>((resolve) => socket.once('close', () => resolve()))

/** Milliseconds until the relay closed a connection that answers nothing. */
async function timeToClose(socket: Socket): Promise<number> {
  const begun = performance.now()
  socket.resume()
  await closeOf(socket)
  return performance.now() - begun
}

describe('one connection of plain HTTP', () => {
  it('is closed when it sends more requests than it takes answers', async () => {
    await writeFile(join(folder, 'index.html'), 'x'.repeat(200_000))
    await start({ viewerDir: folder })
    const socket = open(get('/').repeat(1000))
    socket.pause()
    // It learns only from a failed write that it was closed, as it reads nothing.
    const closed = closeOf(socket)
    const timer = setInterval(() => socket.write(get('/')), 20)
    await closed
    clearInterval(timer)
    expect((await ask(server, '/healthz')).status).toBe(200)
  })

  it('gets all answers for a few requests at once, in their order', async () => {
    await writeFile(join(folder, 'index.html'), 'page')
    await start({ viewerDir: folder })
    const socket = open(get('/healthz') + get('/') + get('/nothing.js') + get('/healthz'))
    let text = ''
    socket.on('data', (data) => (text += String(data)))
    await expect.poll(() => text.match(/HTTP\/1.1 \d+/g)).toHaveLength(4)
    expect(text.match(/HTTP\/1.1 (\d+)/g)).toEqual(
      [200, 200, 404, 200].map((status) => `HTTP/1.1 ${status}`),
    )
  })

  it('leaves the relay at work for others, with thousands of requests in each connection', async () => {
    await start()
    const requests = get('/').repeat(3000)
    const begun = performance.now()
    for (let count = 0; count < 50; count++) open(requests).pause()
    expect((await ask(server, '/healthz')).status).toBe(200)
    // Handling all 150,000 requests takes longer by far.
    expect(performance.now() - begun).toBeLessThan(5000)
  })
})

describe('a refused socket', () => {
  it.each([
    ['with a wrong key', upgrade('viewer', 'wrong'), '4401'],
    ['that only claims to be a host', upgrade('host', 'wrong'), '4401'],
    ['of a foreign host name', upgrade('viewer', 'wrong', 'evil.example'), '4404'],
    [
      'of a page elsewhere',
      upgrade('viewer', '').replace('Host:', 'Origin: https://e.example\r\nHost:'),
      '4405',
    ],
  ])('%s gets the reason, and is gone within two seconds', async (_, request, reason) => {
    await start()
    const socket = open(request)
    let answer = Buffer.alloc(0)
    socket.on('data', (data: Buffer) => (answer = Buffer.concat([answer, data])))
    expect(await timeToClose(socket)).toBeLessThan(2000)
    const close = answer.indexOf('\r\n\r\n') + 4
    const code = answer[close] === 0x88 ? answer.readUInt16BE(close + 2) : answer.subarray(9, 12)
    expect(String(code)).toBe(reason)
  })

  it('that never closes its side is gone within two seconds', async () => {
    await start()
    const socket = dialTcp({
      port: server.getStatus().port,
      host: '127.0.0.1',
      allowHalfOpen: true,
    })
    sockets.push(socket)
    socket.on('error', () => {}).resume()
    socket.write(upgrade('viewer', 'wrong'))
    const begun = performance.now()
    const timer = setInterval(() => socket.write(frame(0x0a, 0)), 50)
    await closeOf(socket)
    clearInterval(timer)
    expect(performance.now() - begun).toBeLessThan(2000)
  })

  it('cannot fill the memory as a host with a wrong key', async () => {
    await start()
    const message = frame(0x01, 16 * 1024 * 1024)
    const before = process.memoryUsage().arrayBuffers
    let most = 0
    const timer = setInterval(() => (most = Math.max(most, process.memoryUsage().arrayBuffers)), 5)
    const attackers = Array.from({ length: 10 }, () => open(upgrade('host', 'wrong')))
    await Promise.all(attackers.map((socket) => once(socket, 'data')))
    // All but the end of the message, so that it stays in memory.
    for (const socket of attackers) socket.write(message.subarray(0, -1))
    await sleep(700)
    clearInterval(timer)
    expect(most - before).toBeLessThan(16 * 1024 * 1024)
  })

  it('gets no answer when its address opens twice as many as it may', async () => {
    await start({ limits: { connectionsPerMinute: 3 } })
    const answers: string[] = []
    for (let count = 0; count < 8; count++) {
      const socket = open(upgrade('viewer', server.viewerKey!))
      let text = ''
      socket.on('data', (data) => (text += String(data)))
      await Promise.race([closeOf(socket), sleep(200)])
      answers.push(text === '' ? 'none' : text.slice(9, 12))
    }
    expect(answers).toEqual([...Array<string>(6).fill('101'), 'none', 'none'])
  })
})

describe('connections of clients that are not admitted', () => {
  it('never keep out a client with the right key', async () => {
    await start({ limits: { pendingConnections: 20 } })
    const host = await connect(server, 'host')
    host.send(session('e', 1, { a: 1 }))
    const half = 'GET / HTTP/1.1\r\nHost: 127'
    const attackers = Array.from({ length: 200 }, (_, at) => open(at % 2 ? half : ''))
    await Promise.all(attackers.map((socket) => once(socket, 'connect')))
    const viewer = await connect(server, 'viewer')
    await viewer.until(({ seq }) => seq === 1)
    await expect.poll(() => attackers.filter(({ closed }) => closed).length).toBeGreaterThan(150)
    expect(host.socket.readyState).toBe(1)
    for (const { socket } of [host, viewer]) socket.terminate()
  })
})

describe('admitted clients', () => {
  it.each([false, true])(
    'are not counted with those that are not, and are never closed for them (TLS: %s)',
    async (https) => {
      await start({ https, caDir: folder, limits: { pendingConnections: 8 } })
      const ca = https ? await readFile(join(folder, 'ca.pem'), 'utf8') : undefined
      const viewers = []
      for (let count = 0; count < 20; count++) viewers.push(await connect(server, 'viewer', { ca }))
      for (let count = 0; count < 20; count++) open('')
      expect((await ask(server, '/healthz')).status).toBe(200)
      expect(server.getStatus().clientCount).toBe(20)
      expect(viewers.map(({ socket }) => socket.readyState)).toEqual(viewers.map(() => 1))
      for (const { socket } of viewers) socket.terminate()
    },
  )
})

describe('a viewer that reads nothing', () => {
  it('cannot fill the memory with answers to its pings', async () => {
    await start()
    const socket = open(upgrade('viewer', server.viewerKey!))
    await once(socket, 'data')
    socket.pause()
    // The answers to the first ones fill the buffers of the system.
    const pings = Buffer.concat(Array.from({ length: 2000 }, () => frame(0x09, 100)))
    const before = process.memoryUsage()
    for (let count = 0; count < 20; count++) {
      socket.write(pings)
      await sleep(10)
    }
    await sleep(300)
    const after = process.memoryUsage()
    expect(after.external - before.external).toBeLessThan(16 * 1024 * 1024)
    expect((await ask(server, '/healthz')).status).toBe(200)
    await expect.poll(() => server.getStatus().clientCount).toBe(0)
  })

  it('gets an answer to its latest ping when it reads again', async () => {
    await start()
    const viewer = await connect(server, 'viewer')
    const answered: string[] = []
    viewer.socket.on('pong', (data) => answered.push(String(data)))
    for (let count = 1; count <= 50; count++) viewer.socket.ping(`ping ${count}`)
    await expect.poll(() => answered.at(-1)).toBe('ping 50')
    viewer.socket.terminate()
  })

  it('costs no copy of what waits for it over TLS', async () => {
    await start({ https: true, caDir: folder, open: true })
    const ca = await readFile(join(folder, 'ca.pem'), 'utf8')
    const host = await connect(server, 'host', { ca })
    const big = 8 * 1024 * 1024
    host.send(session('e', 1, { fill: 'x'.repeat(big) }))
    const quick = await connect(server, 'viewer', { ca })
    await quick.until(({ seq }) => seq === 1)
    global.gc?.()
    const before = process.memoryUsage().rss
    const stalled = await Promise.all(
      Array.from({ length: 30 }, async () => {
        const viewer = await connect(server, 'viewer', { ca })
        viewer.socket.pause()
        return viewer
      }),
    )
    await sleep(1500)
    // Clients and relay share this process, and the clients' systems take some megabytes.
    expect(process.memoryUsage().rss - before).toBeLessThan(30 * 0.5 * big)
    for (const { socket } of [host, quick, ...stalled]) socket.terminate()
  })
})

describe('what the relay says about itself', () => {
  const addressOf = async (headers: Record<string, string> = {}) => {
    const { body } = await ask(server, '/status', { headers })
    return (JSON.parse(body) as { localIp?: string }).localIp
  }

  it('includes the address in its network only for programs on its machine', async () => {
    await start({ allowedHosts: ['show.lan'] })
    expect(await addressOf()).toBe('127.0.0.1')
    expect(await addressOf({ 'x-forwarded-for': '192.0.2.1' })).toBeUndefined()
    const { body } = await ask(server, '/status', { host: 'show.lan' })
    expect(JSON.parse(body)).toEqual({ running: true, port: expect.any(Number), clientCount: 0 })
  })
})
