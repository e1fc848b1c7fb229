import { once } from 'node:events'
import { connect as connectRaw } from 'node:net'
import { offerProtocols } from '@vue-sync/vue/protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSyncServer, type SyncServer } from './server.ts'
import { type Client, type ClientOptions, config, connect, session } from '../test/client.ts'
import { upgradeRequest } from '../test/raw-websocket.ts'

let server: SyncServer
let clients: Client[] = []
let warnings: string[] = []

const make = (port = 0) =>
  createSyncServer({
    port,
    host: '127.0.0.1',
    hostKey: 'host-key-of-the-server-tests',
    viewerKey: 'viewer-key-of-the-server-tests',
    warn: (text) => warnings.push(text),
  })

beforeEach(async () => {
  server = make()
  await server.start()
})
afterEach(async () => {
  for (const { socket } of clients) socket.terminate()
  clients = []
  warnings = []
  await server.stop()
})

async function join(role: 'host' | 'viewer', options?: ClientOptions): Promise<Client> {
  const client = await connect(server, role, options)
  clients.push(client)
  return client
}
const host = (options?: ClientOptions) => join('host', options)
const viewer = (options?: ClientOptions) => join('viewer', options)

const status = ({ type }: { type: string }) => type === 'status'
const at = (seq: number) => (message: { seq?: number }) => message.seq === seq

describe('state', () => {
  it('reaches the first, second and hundredth viewer at once, without a message from the host', async () => {
    const publisher = await host()
    publisher.send(session('e', 1, { a: 1 }))
    publisher.send(config('e', 2, { a: 2 }))
    const first = await viewer()
    await first.until(at(2))
    const sentBefore = publisher.of('status').filter(({ payload }) => payload['want']).length
    const rest = await Promise.all(Array.from({ length: 99 }, () => viewer()))
    for (const client of [first, ...rest]) {
      await client.until(status)
      expect(client.frames.slice(0, 2)).toEqual([
        JSON.stringify(session('e', 1, { a: 1 })),
        JSON.stringify(config('e', 2, { a: 2 })),
      ])
      expect(client.of('status')[0]).toMatchObject({
        epoch: 'e',
        seq: 2,
        payload: { host: 'online' },
      })
    }
    expect(publisher.of('status').filter(({ payload }) => payload['want'])).toHaveLength(sentBefore)
    expect(server.getStatus().clientCount).toBe(100)
  })

  it('is served while the host is offline, with that status', async () => {
    const publisher = await host()
    publisher.send(session('e', 1, { a: 1 }))
    const early = await viewer()
    await early.until(at(1))
    await publisher.close()
    await early.until(({ payload }) => payload['host'] === 'offline')
    const late = await viewer()
    await late.until(({ payload }) => payload['host'] === 'offline')
    expect(late.frames[0]).toBe(JSON.stringify(session('e', 1, { a: 1 })))
  })

  it('is forwarded as the exact bytes that the host sent', async () => {
    const publisher = await host()
    const watcher = await viewer()
    const odd =
      '{ "seq":1,  "epoch" : "e","type":"session_update", "payload":{"s":{"t":"λ\\u00e9 🎈\\/"}},"x":null }'
    publisher.send(odd)
    await watcher.until(at(1))
    expect(watcher.frames).toContain(odd)
  })

  it.each([125, 126, 127, 65_535, 65_536, 300_000])(
    'travels whole in a frame of %d bytes, as text and as bytes',
    async (length) => {
      const publisher = await host()
      const watcher = await viewer()
      const empty = JSON.stringify(session('e', 1, { t: '' }))
      // Two bytes per letter, and one more to reach an odd size.
      const room = length - empty.length
      const text = JSON.stringify(
        session('e', 1, { t: 'é'.repeat(room >> 1) + 'x'.repeat(room % 2) }),
      )
      expect(Buffer.byteLength(text)).toBe(length)
      publisher.send(text)
      await watcher.until(at(1))
      expect(watcher.frames).toContain(text)
      const header = Buffer.from('{"type":"config_update","epoch":"e","seq":2}\n')
      const bytes = Buffer.concat([header, Buffer.alloc(length - header.length, 0x0a)])
      publisher.socket.send(bytes)
      await expect.poll(() => watcher.binaries).toEqual([bytes])
    },
  )

  it('is forwarded in binary frames too, whose content the relay does not read', async () => {
    const publisher = await host()
    const watcher = await viewer()
    const frames = [
      ['{"type":"session_update","epoch":"e","seq":1,"codec":"any"}\n', [0, 255, 10, 1]],
      ['{"type":"config_update","epoch":"e","seq":2,"codec":"any"}\n', [7]],
    ].map(([header, body]) =>
      Buffer.concat([Buffer.from(header as string), Buffer.from(body as number[])]),
    )
    const received: { data: Buffer; isBinary: boolean }[] = []
    watcher.socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) received.push({ data, isBinary })
    })
    publisher.socket.send(Buffer.from('{"type":"config_update"}\nno position'))
    for (const frame of frames) publisher.socket.send(frame)
    await expect.poll(() => received.map(({ data }) => data)).toEqual(frames)
    const late = await viewer({ position: { epoch: 'e', seq: 1 } })
    await late.until(status)
    expect(late.binaries).toEqual([frames[1]])
    expect(late.of('status')[0]).toMatchObject({ epoch: 'e', seq: 2 })
    expect(warnings).toHaveLength(1)
  })

  it('is requested from the host as a snapshot until one arrives, and when deltas outgrow it', async () => {
    const publisher = await host()
    await publisher.until(({ payload }) => payload['want'] === 'session_update')
    publisher.send(session('e', 1, { a: 0 }))
    const watcher = await viewer()
    await watcher.until(at(1))
    const asked = publisher.frames.length
    for (let seq = 2; seq <= 65; seq++) publisher.send(config('e', seq, { a: seq }))
    await watcher.until(at(65))
    await publisher.until(
      (message) =>
        publisher.frames.slice(asked).includes(JSON.stringify(message)) &&
        message.payload['want'] === 'session_update',
    )
    const before = watcher.frames.length
    publisher.send(session('e', 65, { a: 65 }))
    publisher.send(config('e', 66, { a: 66 }))
    await watcher.until(at(66))
    expect(watcher.frames.slice(before), 'the refresh is not sent to viewers').toEqual([
      JSON.stringify(config('e', 66, { a: 66 })),
    ])
    const late = await viewer()
    await late.until(status)
    expect(late.frames.slice(0, 2)).toEqual([
      JSON.stringify(session('e', 65, { a: 65 })),
      JSON.stringify(config('e', 66, { a: 66 })),
    ])
  })

  it('is requested as a snapshot after a gap, and the delta is dropped', async () => {
    const publisher = await host()
    publisher.send(session('e', 1, { a: 1 }))
    const watcher = await viewer()
    await watcher.until(at(1))
    publisher.send(config('e', 3, { a: 3 }))
    publisher.send(session('e', 3, { a: 3 }))
    await watcher.until(at(3))
    expect(watcher.of('config_update')).toEqual([])
  })
})

describe('resuming by position', () => {
  async function published(): Promise<Client> {
    const publisher = await host()
    publisher.send(session('e', 1, { a: 1, big: 'x'.repeat(500) }))
    for (let seq = 2; seq <= 9; seq++) publisher.send(config('e', seq, { a: seq }))
    const probe = await viewer()
    await probe.until(at(9))
    return publisher
  }
  const types = ({ frames }: Client) => frames.map((frame) => JSON.parse(frame).type as string)

  it('sends the missing tail', async () => {
    await published()
    const client = await viewer({ position: { epoch: 'e', seq: 7 } })
    await client.until(status)
    expect(client.frames.slice(0, 2)).toEqual(
      [8, 9].map((seq) => JSON.stringify(config('e', seq, { a: seq }))),
    )
    expect(types(client)).toEqual(['config_update', 'config_update', 'status'])
  })

  it('sends nothing to a viewer that is current', async () => {
    await published()
    const client = await viewer({ position: { epoch: 'e', seq: 9 } })
    await client.until(status)
    expect(types(client)).toEqual(['status'])
  })

  it.each([
    ['another epoch', { epoch: 'old', seq: 9 }],
    ['a malformed position', { epoch: 'e', seq: -1 }],
  ])('sends the whole state for %s', async (_, position) => {
    await published()
    const client = await viewer({ position })
    await client.until(status)
    expect(types(client)).toEqual(['session_update', ...Array(8).fill('config_update'), 'status'])
  })

  it('never sends older state to a viewer that has more than the relay', async () => {
    const publisher = await published()
    const client = await viewer({ position: { epoch: 'e', seq: 10 } })
    const message = await client.until(status)
    expect(message).not.toHaveProperty('seq')
    for (const seq of [9, 10, 11]) publisher.send(config('e', seq, { a: seq }))
    await client.until(at(11))
    expect(types(client)).toEqual(['status', 'config_update'])
  })

  it('still has the tail after a snapshot refresh', async () => {
    const publisher = await published()
    publisher.send(session('e', 9, { a: 9 }))
    publisher.send(config('e', 10, { a: 10 }))
    const probe = await viewer()
    await probe.until(at(10))
    const client = await viewer({ position: { epoch: 'e', seq: 9 } })
    await client.until(status)
    expect(types(client)).toEqual(['config_update', 'status'])
  })

  it('sends nothing to a current viewer when the host republishes after a relay restart', async () => {
    await published()
    const { port } = server.getStatus()
    await server.stop()
    server = make(port)
    await server.start()
    const position = { epoch: 'e', seq: 9 }
    const current = await viewer({ position })
    const behind = await viewer({ position: { epoch: 'e', seq: 3 } })
    await current.until(status)
    const publisher = await host({ position })
    await publisher.until(({ payload }) => payload['want'] === 'session_update')
    publisher.send(session('e', 9, { a: 9 }))
    publisher.send(config('e', 10, { a: 10 }))
    await Promise.all([current.until(at(10)), behind.until(at(10))])
    expect(current.of('session_update')).toEqual([])
    expect(behind.of('session_update')).toHaveLength(1)
  })

  it('requests nothing from a host it already knows', async () => {
    const publisher = await published()
    await publisher.close()
    const again = await host({ position: { epoch: 'e', seq: 9 } })
    await again.until(status)
    expect(again.of('status')[0]!.payload['want']).toBeUndefined()
  })
})

describe('access', () => {
  it.each([
    ['host', undefined, 'The host key is missing'],
    ['host', 'viewer-key-of-the-server-tests', 'The host key is wrong'],
    ['viewer', undefined, 'The viewer key is missing'],
    ['viewer', 'nope', 'The viewer key is wrong'],
  ] as const)('%s with key %s is closed for good and told why', async (role, key, reason) => {
    const client = await join(role, { key })
    expect(await client.closed).toEqual({ code: 4401, reason })
    expect(client.frames).toEqual([])
  })

  it('closes a client of another protocol version with that reason', async () => {
    const { WebSocket } = await import('ws')
    const socket = new WebSocket(`ws://127.0.0.1:${server.getStatus().port}/`, [
      'vue-sync.viewer.v9',
    ])
    const code = await new Promise((resolve) => socket.on('close', resolve))
    expect(code).toBe(4400)
  })

  it('echoes only the role, never the key', async () => {
    const client = await viewer()
    expect(client.socket.protocol).toBe('vue-sync.viewer.v1')
  })

  it.each(['/other', '/s/', '/s/..%2f', '/s/a/b', '/sync/s/a', `/s/${'x'.repeat(65)}`])(
    'closes a client at %s, which is no session, with the reason',
    async (path) => {
      const { closed, frames } = await viewer({ path })
      expect(await closed).toEqual({
        code: 4404,
        reason: 'No session at this path: use / or /s/NAME',
      })
      expect(frames).toEqual([])
    },
  )

  it('never echoes a key, also when a client offers nothing else', async () => {
    const { port } = server.getStatus()
    const token = offerProtocols('viewer', server.viewerKey)[1]!
    for (const offer of [token, `${token}, ${token}x`, `token.a, ${token}`]) {
      const socket = connectRaw(port, '127.0.0.1')
      socket.write(upgradeRequest({ headers: [`Sec-WebSocket-Protocol: ${offer}`] }))
      const [answer] = (await once(socket, 'data')) as [Buffer]
      socket.destroy()
      expect(String(answer)).toMatch(/^HTTP\/1\.1 101/)
      expect(String(answer).toLowerCase()).not.toContain('sec-websocket-protocol')
    }
  })

  it('closes a client that offers a subprotocol twice with the reason', async () => {
    const { port } = server.getStatus()
    const socket = connectRaw(port, '127.0.0.1')
    const offer = 'Sec-WebSocket-Protocol: vue-sync.viewer.v1, vue-sync.viewer.v1'
    socket.write(upgradeRequest({ headers: [offer] }))
    const [answer] = (await once(socket, 'data')) as [Buffer]
    socket.destroy()
    const frame = answer.subarray(answer.indexOf('\r\n\r\n') + 4)
    expect([frame[0], frame.readUInt16BE(2)]).toEqual([0x88, 4400])
  })

  it('sends a host the time by its clock', async () => {
    const before = Date.now()
    const { payload } = await (await host()).until(({ type }) => type === 'status')
    expect(payload['time']).toBeGreaterThanOrEqual(before)
    expect(payload['time']).toBeLessThanOrEqual(Date.now())
  })

  it('separates sessions', async () => {
    const one = await host()
    const other = await host({ path: '/s/other' })
    one.send(session('e1', 1, { a: 1 }))
    other.send(session('e2', 1, { a: 2 }))
    const watcher = await viewer({ path: '/s/other' })
    await watcher.until(({ epoch }) => epoch !== undefined)
    expect(watcher.of('session_update')).toEqual([session('e2', 1, { a: 2 })])
    expect(one.socket.readyState).toBe(1)
  })

  it('lets a second host take over, and ignores late messages of the first', async () => {
    const first = await host()
    first.send(session('e1', 1, { a: 1 }))
    const watcher = await viewer()
    await watcher.until(at(1))
    const second = await host()
    expect((await first.closed).code).toBe(4409)
    second.send(session('e2', 0, { a: 2 }))
    await watcher.until(({ epoch }) => epoch === 'e2')
    expect(watcher.of('status').every(({ payload }) => payload['host'] === 'online')).toBe(true)
  })
})

describe('an invalid message', () => {
  it('from a host is dropped with one warning, and the next valid message counts', async () => {
    const publisher = await host()
    const watcher = await viewer()
    const junk = [
      '{',
      '[]',
      '{"type":"nope"}',
      '{"type":"session_update","payload":{}}',
      '{"type":"status","payload":{}}',
    ]
    for (const frame of junk) publisher.send(frame)
    publisher.socket.send(Buffer.from([1, 2, 3]))
    publisher.send('{"type":"config_update","epoch":"e","seq":1,"payload":{"s":[]}}')
    publisher.send(session('e', 1, { a: 1 }))
    await watcher.until(at(1))
    expect(watcher.of('session_update')).toEqual([session('e', 1, { a: 1 })])
    expect(warnings).toHaveLength(1)
  })

  it('from a viewer is ignored, even with a megabyte', async () => {
    const publisher = await host()
    publisher.send(session('e', 1, { a: 1 }))
    const noisy = await viewer()
    const quiet = await viewer()
    noisy.send('x'.repeat(1024))
    const loud = await viewer()
    loud.send('x'.repeat(1024 * 1024))
    noisy.send(session('evil', 9, { a: 'hacked' }))
    noisy.socket.send(Buffer.alloc(1024))
    publisher.send(config('e', 2, { a: 2 }))
    await Promise.all([noisy.until(at(2)), quiet.until(at(2))])
    expect(quiet.frames.join()).not.toContain('hacked')
    expect(noisy.socket.readyState).toBe(1)
    expect((await loud.closed).code).toBe(1009)
  })
})

describe('the host receives', () => {
  it('every change of the viewer count, and the links', async () => {
    const publisher = await host()
    const one = await viewer()
    await publisher.until(({ payload }) => payload['clientCount'] === 1)
    await one.close()
    await publisher.until(
      ({ payload }) => payload['clientCount'] === 0 && publisher.frames.length > 2,
    )
    const { port } = server.getStatus()
    expect(publisher.of('status')[0]!.payload).toMatchObject({
      running: true,
      port,
      localIp: '127.0.0.1',
      viewerUrls: [{ url: `http://127.0.0.1:${port}/#k=viewer-key-of-the-server-tests` }],
    })
  })
})

describe('the name of a session', () => {
  const named = (name: string) => (message: { payload: Record<string, unknown> }) =>
    message.payload['name'] === name

  it('reaches every viewer at once, later viewers too, and stays after its host has left', async () => {
    const publisher = await host()
    publisher.send(session('e', 1, { a: 1 }))
    const early = await viewer()
    await early.until(at(1))
    publisher.send({ type: 'status', payload: { name: ' Cup  Final ' } })
    expect(await early.until(named('Cup Final'))).toMatchObject({
      epoch: 'e',
      seq: 1,
      payload: { host: 'online' },
    })
    await publisher.close()
    const late = await viewer()
    await late.until(named('Cup Final'))
    const next = await host({ position: { epoch: 'e', seq: 1 } })
    next.send(config('e', 2, { a: 2 }))
    await late.until(at(2))
    expect(late.of('status').every(named('Cup Final'))).toBe(true)
    expect(warnings).toEqual([])
  })

  it('arrives together with a hash, and an invalid name changes nothing', async () => {
    const publisher = await host()
    publisher.send(session('e', 1, { a: 1 }))
    const watcher = await viewer()
    await watcher.until(at(1))
    publisher.send({ type: 'status', epoch: 'e', seq: 1, payload: { hash: 7, name: 'One' } })
    publisher.send({ type: 'status', payload: { name: { a: 1 } } })
    publisher.send({ type: 'status', payload: { name: '' } })
    expect(await watcher.until(named('One'))).toMatchObject({ payload: { hash: 7 } })
    const late = await viewer()
    await late.until(named('One'))
  })

  it('is removed by a host that has none, for viewers now and later', async () => {
    const publisher = await host()
    publisher.send(session('e', 1, { a: 1 }))
    const watcher = await viewer()
    publisher.send({ type: 'status', payload: { name: 'One' } })
    await watcher.until(named('One'))
    publisher.send({ type: 'status', payload: { name: null } })
    const isUnnamed = ({ payload }: { payload: Record<string, unknown> }) =>
      payload['name'] === null
    await watcher.until(isUnnamed)
    await (await viewer()).until(isUnnamed)
  })
})

describe('broadcast', () => {
  it('sends a state message as a host would, and refuses any other message', async () => {
    const watcher = await viewer()
    expect(server.broadcast(session('e', 1, { a: 1 }) as never)).toBe(true)
    await watcher.until(at(1))
    expect(server.broadcast({ type: 'session_update' } as never)).toBe(false)
  })
})
