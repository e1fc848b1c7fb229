import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, it } from 'vitest'
import { CLOSE, type Message } from '@vue-sync/vue/protocol'
import { WebSocketServer } from 'ws'
import { seeded } from '../../server/test/fuzz-arbitraries.ts'
import { openFaultProxy } from '../support/network/fault-proxy.ts'
import { start } from '../support/system/processes.ts'
import { HOST_KEY, startRelay, VIEWER_KEY } from '../support/relays/relay.ts'

const LOADTEST = fileURLToPath(new URL('../../scripts/load/loadtest.ts', import.meta.url))
const KEYS = ['--host-key', HOST_KEY, '--viewer-key', VIEWER_KEY]
const SMALL = ['--viewers', '50', '--rate', '10', '--size', '256', '--seconds', '3']
/** Runs long enough for a fault in between. */
const LONGER = [...SMALL, '--seconds', '8']

const stops: (() => unknown)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop()
})

function loadtest(args: string[], descriptors?: number) {
  const command = [process.execPath, '--conditions=@vue-sync/source', LOADTEST, ...args]
  const running =
    descriptors === undefined
      ? start(command[0]!, command.slice(1))
      : start('bash', ['-c', `ulimit -n ${descriptors}; exec "$0" "$@"`, ...command])
  const { child, stop } = running
  stops.push(stop)
  const text = { out: '', err: '' }
  child.stdout!.on('data', (data) => (text.out += String(data)))
  child.stderr!.on('data', (data) => (text.err += String(data)))
  const done = once(child, 'close').then(([code]) => ({ code: code as number, ...text }))
  return { child, text, done }
}

/** Forwards the host straight to the relay, and viewers to a port that can fail. */
async function openSplit(hostPort: number, viewerPort: number): Promise<number> {
  const sockets = new Set<Socket>()
  const keep = (socket: Socket) => {
    sockets.add(socket.on('error', () => {}))
    return socket
  }
  const server = createServer((front) => {
    keep(front).once('data', (first: Buffer) => {
      const isHost = String(first).includes('vue-sync.host.v1')
      const back = keep(connect(isHost ? hostPort : viewerPort, '127.0.0.1'))
      back.write(first)
      front.pipe(back).pipe(front)
      front.on('close', () => back.destroy())
      back.on('close', () => front.destroy())
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  stops.push(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return (server.address() as { port: number }).port
}

async function openBadWay() {
  const relay = await startRelay()
  stops.push(relay.stop)
  const { port } = relay.getStatus()
  const proxy = await openFaultProxy(port, { random: seeded(1) })
  stops.push(proxy.close)
  const url = `ws://127.0.0.1:${await openSplit(port, proxy.port)}`
  /** Waits until updates pass through the proxy. */
  async function passing(text: { out: string }): Promise<void> {
    await expect.poll(() => text.out).toContain('50 viewers connected')
    const before = proxy.bytes.down
    await expect.poll(() => proxy.bytes.down).toBeGreaterThan(before + 50 * 256)
  }
  return { relay, proxy, url, passing }
}

it('a small swarm starts its own relay, receives every update, and ends by itself', async () => {
  const { done } = loadtest(SMALL)
  const { code, out, err } = await done
  expect(out).toContain('50 of 50 connected at the end')
  expect(out).toContain(', 0 disconnected\n')
  expect(out).toContain('30 of 30 sent')
  expect(out).toContain('1,500 messages')
  expect(out).toMatch(/latency {6}p50 .+, p90 .+, p99 .+, p99\.9 .+, max /)
  expect(out).toContain('0 lost, 0 duplicated or out of order')
  expect([code, err]).toEqual([0, ''])
})

it('viewers that are all cut off at once reconnect and receive only the missed messages', async () => {
  const { done } = loadtest([...SMALL, '--reconnect'])
  const { code, out, err } = await done
  expect(out).toMatch(/reconnected {2}50: p50 .+, p99 .+, max /)
  expect(out).toContain('50 received the missed messages, 0 had missed none, 0 received a snapshot')
  expect(out).toContain('1,500 messages')
  expect(out).toContain('0 lost, 0 duplicated or out of order')
  expect([code, err]).toEqual([0, ''])
})

it('ends on Ctrl-C with the figures so far, and leaves no process behind', async () => {
  const { child, text, done } = loadtest(['--viewers', '50', '--seconds', '600'])
  await expect.poll(() => text.out).toContain('50 viewers connected')
  // A terminal signals the whole process group, including the relay.
  process.kill(-child.pid!, 'SIGINT')
  const { code, out, err } = await done
  expect(out).toContain('0 disconnected\n')
  expect(out).toContain('0 lost, 0 duplicated or out of order')
  expect(out).toContain('Interrupted: these are the figures so far.')
  expect([code, err]).toEqual([0, ''])
  expect(() => process.kill(-child.pid!, 0)).toThrow('ESRCH')
})

it('reports viewers whose connections break as disconnected', async () => {
  const { proxy, url, passing } = await openBadWay()
  const { text, done } = loadtest([...LONGER, ...KEYS, '--url', url])
  await passing(text)
  proxy.reset()
  const { code, out } = await done
  expect(out).toMatch(/0 of 50 connected at the end, .* 50 disconnected \(.+ × /)
  expect(code).toBe(1)
})

it('reports updates that never arrive as lost', async () => {
  const { proxy, url, passing } = await openBadWay()
  const { text, done } = loadtest([...LONGER, ...KEYS, '--url', url])
  await passing(text)
  proxy.halfOpen()
  const { code, out } = await done
  expect(out).toContain('50 viewers had not received everything at the end')
  expect(out).toMatch(/errors {7}[1-9][\d,]* lost, 0 duplicated/)
  expect(code).toBe(1)
})

it('reports viewers over the limit of a relay as disconnected, and no loss for the others', async () => {
  const relay = await startRelay(0, { limits: { viewersPerSession: 20 }, warn: () => {} })
  stops.push(relay.stop)
  const { done } = loadtest([...SMALL, ...KEYS, '--url', relay.url])
  const { code, out } = await done
  expect(out).toContain('20 of 50 connected at the end')
  expect(out).toContain(`30 disconnected (${CLOSE.busy} × 30)`)
  expect(out).toContain(`${CLOSE.busy}: the relay has reached one of its limits`)
  expect(out).toContain('0 lost, 0 duplicated or out of order')
  expect(code).toBe(1)
})

it('reports one omitted message as lost and one repeated message as duplicated', async () => {
  // No real relay omits or repeats a message, so the test uses a fake one.
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  stops.push(() => server.close())
  await once(server, 'listening')
  let state = ''
  server.on('connection', (socket, request) => {
    if (request.headers['sec-websocket-protocol']?.startsWith('vue-sync.viewer')) {
      socket.send(state)
      return
    }
    socket.on('message', (data: Buffer) => {
      const { type, seq } = JSON.parse(String(data)) as Message
      if (type === 'session_update') state = String(data)
      const times = seq === 3 ? 0 : seq === 5 ? 2 : 1
      for (const client of server.clients)
        if (client !== socket) for (let sent = 0; sent < times; sent++) client.send(String(data))
    })
    socket.send(JSON.stringify({ type: 'status', payload: { want: 'session_update' } }))
  })
  const { port } = server.address() as { port: number }
  const { done } = loadtest([...SMALL, '--url', `ws://127.0.0.1:${port}`])
  const { code, out } = await done
  expect(out).toContain('50 lost, 50 duplicated or out of order')
  expect(code).toBe(1)
  for (const client of server.clients) client.terminate()
})

it.each([
  ['--viewers 0', '--viewers must be a whole number from 1 to 50000, not "0".'],
  ['--viewers 50001', '--viewers must be a whole number from 1 to 50000, not "50001".'],
  ['--rate x', '--rate must be a number above 0 and up to 1000, not "x".'],
  ['--size 1.5', '--size must be a whole number from 256 to 16000000, not "1.5".'],
  ['--seconds 3601', '--seconds must be a whole number from 1 to 3600, not "3601".'],
  [
    '--session a/b',
    '--session must be 1–64 letters, digits, "-", "_", "." or "~", and start with a letter or digit, not "a/b".',
  ],
  [
    '--url nowhere/at//all',
    '--url must be an address like ws://127.0.0.1:9876, not "nowhere/at//all".',
  ],
  [
    '--url ws://127.0.0.1.example.com:9876',
    '--url ws://127.0.0.1.example.com:9876 is not on this machine. If you may load that relay, add --allow-remote.',
  ],
  ['--speed 3', "Unknown option '--speed'. See --help."],
])('reports in one line what is wrong with %s', async (args, line) => {
  expect(await loadtest(args.split(' ')).done).toEqual({
    code: 1,
    out: '',
    err: `[vue-sync] ${line}\n`,
  })
})

it('reports before the start that the limit of open files is too low', async () => {
  expect(await loadtest(['--viewers', '500'], 300).done).toEqual({
    code: 1,
    out: '',
    err:
      '[vue-sync] 500 viewers need 600 open files, but the limit is 300. ' +
      'Raise it first: ulimit -n 600\n',
  })
})

it('reports that the relay requires another key', async () => {
  const relay = await startRelay()
  stops.push(relay.stop)
  const withoutViewerKey = [...SMALL, '--host-key', HOST_KEY, '--url', relay.url]
  const refused = await loadtest(withoutViewerKey).done
  expect(refused.out).toContain(`50 disconnected (${CLOSE.badToken} × 50)`)
  expect(refused.out).toContain('See --viewer-key.')
  expect([refused.code, refused.err]).toEqual([1, ''])
  const { code, out, err } = await loadtest([...SMALL, '--url', relay.url]).done
  expect([code, out]).toEqual([1, ''])
  expect(err).toMatch(/^\[vue-sync\] The host could not connect to .+: 4401 .+ See --host-key\.\n$/)
})
