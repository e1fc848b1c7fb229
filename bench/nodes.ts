import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { WebSocket } from 'ws'
import { offerProtocols } from '@vue-sync/vue/protocol'
import { freePort } from '../server/test/free-port.ts'
import { cpuOf, memoryOf, treeOf } from './cpu.ts'

/**
 * Measures the cost and capacity of several processes: `pnpm bench:nodes [--viewers 1000] [--idle 20000]`.
 * Needs Linux and a `redis-server` on the path or in VUE_SYNC_REDIS_SERVER. Uses loopback only and takes
 * about three minutes.
 */
const { values } = parseArgs({
  options: {
    viewers: { type: 'string', default: '1000' },
    idle: { type: 'string', default: '20000' },
  },
})
const VIEWERS = Math.min(Number(values.viewers), 20_000)
const IDLE = Math.min(Number(values.idle), 60_000)
const MESSAGES = 200
const BATCHES = 5
/** Limit of messages in transit. */
const MAX_BEHIND = 10
const KIB = 1024
const CLI = fileURLToPath(new URL('../server/src/cli/cli.ts', import.meta.url))
const KEY = 'host-key-of-the-bench'
const FILL = 'x'.repeat(KIB - 80)
const STATE = { type: 'session_update', epoch: 'bench', seq: 0, payload: { s: { fill: FILL } } }
const LIMITS = ['--max-viewers', '--max-viewers-per-address', '--max-connections'].flatMap(
  (flag) => [flag, '1000000'],
)

const children: ChildProcess[] = []
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL')
})
const pause = (time: number) => new Promise((resolve) => setTimeout(resolve, time))
const median = (list: number[]) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)]!

interface Node {
  child: ChildProcess
  port: number
}

async function startNode(...flags: string[]): Promise<Node> {
  const args = ['--conditions=@vue-sync/source', '--no-warnings', CLI, '--port', '0', '--host']
  const child = spawn(
    process.execPath,
    [...args, '127.0.0.1', '--open', '--json', '--host-key', KEY, ...LIMITS, ...flags],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  children.push(child)
  let text = ''
  while (!/"port":(\d+)/.test(text)) text += String((await once(child.stdout!, 'data'))[0])
  child.stdout!.resume()
  return { child, port: Number(/"port":(\d+)/.exec(text)![1]) }
}

async function startRedis(): Promise<{ child: ChildProcess; url: string }> {
  const port = await freePort()
  const program = process.env['VUE_SYNC_REDIS_SERVER'] ?? 'redis-server'
  const child = spawn(program, ['--port', String(port), '--bind', '127.0.0.1', '--save', ''], {
    stdio: 'ignore',
  })
  children.push(child)
  await pause(500)
  return { child, url: `redis://127.0.0.1:${port}` }
}

async function end(...ending: ChildProcess[]): Promise<void> {
  for (const child of ending) {
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    await ended
  }
}

interface Crowd {
  sockets: WebSocket[]
  received: number
}

/** Connects viewers to the nodes in turn, and counts the `config_update` messages they receive. */
async function connect(ports: number[], count: number): Promise<Crowd> {
  const crowd: Crowd = { sockets: [], received: 0 }
  // Linux has about 28,000 local ports per address, so further viewers use a second one.
  const localAddressOf = (index: number) => (index < 25_000 ? {} : { localAddress: '127.0.0.2' })
  while (crowd.sockets.length < count) {
    const first = crowd.sockets.length
    const wave = Array.from({ length: Math.min(200, count - first) }, (_, at) => {
      const socket = new WebSocket(
        `ws://127.0.0.1:${ports[(first + at) % ports.length]}`,
        offerProtocols('viewer', undefined),
        { perMessageDeflate: false, ...localAddressOf(first + at) },
      )
      // One byte identifies `{"type":"co…`.
      socket.on('message', (data: Buffer) => data[10] === 111 && crowd.received++)
      return socket
    })
    await Promise.all(wave.map((socket) => once(socket, 'open')))
    crowd.sockets.push(...wave)
  }
  return crowd
}

async function openHost(port: number): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}`, offerProtocols('host', KEY), {
    perMessageDeflate: false,
  })
  socket.on('message', (data) => {
    if (String(data).includes('"want"')) socket.send(JSON.stringify({ ...STATE, seq }))
  })
  await once(socket, 'open')
  socket.send(JSON.stringify(STATE))
  return socket
}

let seq = 0

/** Returns the CPU of each process per message delivered to one viewer, in microseconds. */
async function costs(nodes: Node[], others: ChildProcess[] = []): Promise<number[]> {
  seq = 0
  const host = await openHost(nodes[0]!.port)
  const crowd = await connect(
    nodes.map(({ port }) => port),
    VIEWERS,
  )
  await pause(1000)
  const pids = [...nodes.map(({ child }) => child), ...others].flatMap(({ pid }) => treeOf(pid!))
  const batches: number[][] = []
  for (let batch = 0; batch < BATCHES; batch++) {
    const before = pids.map(cpuOf)
    const target = crowd.received + MESSAGES * VIEWERS
    for (let sent = 0; sent < MESSAGES; sent++) {
      seq++
      host.send(
        JSON.stringify({
          type: 'config_update',
          epoch: 'bench',
          seq,
          payload: { s: { fill: FILL } },
        }),
      )
      await pause(2)
      // A slow viewer would get a snapshot instead of the messages, so the host waits for the viewers.
      while (crowd.received < target - (MESSAGES - sent + MAX_BEHIND) * VIEWERS) await pause(1)
    }
    while (crowd.received < target) await pause(5)
    batches.push(pids.map((pid, at) => (cpuOf(pid) - before[at]!) / (MESSAGES * VIEWERS)))
  }
  for (const socket of [host, ...crowd.sockets]) socket.terminate()
  return pids.map((_, at) => median(batches.map((batch) => batch[at]!)))
}

const rows: Record<string, Record<string, string>> = {}
let base = 0
function addRow(name: string, list: number[], serving: number[] = list): void {
  const sum = list.reduce((all, cost) => all + cost, 0)
  base ||= sum
  rows[name] = {
    'CPU, µs': sum.toFixed(2),
    '× one': (sum / base).toFixed(2),
    'busiest, µs': Math.max(...serving).toFixed(2),
    'carries × one': (base / Math.max(...serving)).toFixed(2),
    'each, µs': list.map((cost) => cost.toFixed(2)).join(' '),
  }
}

async function throughput(): Promise<void> {
  const one = await startNode()
  addRow('one relay', await costs([one]))
  await end(one.child)

  const workers = await startNode('--workers', '2')
  addRow('--workers 2', await costs([workers]))
  await end(workers.child)

  const redis = await startRedis()
  const flags = ['--redis', redis.url]
  const nodes = [await startNode(...flags), await startNode(...flags)]
  addRow('two nodes, Redis', await costs(nodes, [redis.child]))
  await end(...nodes.map(({ child }) => child), redis.child)

  // The difference between the two runs of one relay shows the noise of the machine.
  const again = await startNode()
  addRow('one relay, again', await costs([again]))
  await end(again.child)
}

async function idle(): Promise<void> {
  const { child, port } = await startNode()
  const warm = await connect([port], 200)
  for (const socket of warm.sockets) socket.terminate()
  await pause(500)
  const before = memoryOf(child.pid!)
  const began = performance.now()
  const crowd = await connect([port], IDLE)
  const seconds = (performance.now() - began) / 1000
  await pause(3000)
  const start = cpuOf(child.pid!)
  await pause(15_000)
  const share = (cpuOf(child.pid!) - start) / 15e6
  const held = (memoryOf(child.pid!) - before) / IDLE / KIB
  console.log(
    `${IDLE} idle viewers on one process: connected in ${seconds.toFixed(1)} s, ` +
      `${held.toFixed(1)} KiB of private memory each, ${(share * 100).toFixed(1)} % of a core for heartbeats.`,
  )
  const open = crowd.sockets.filter(({ readyState }) => readyState === WebSocket.OPEN).length
  if (open < IDLE) console.log(`${IDLE - open} of them were closed.`)
  for (const socket of crowd.sockets) socket.terminate()
  await end(child)
}

/** Measures the milliseconds from a send to its arrival, for 2,500 messages one after the other. */
async function measureTrips(send: () => void, arrival: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = []
  for (let trip = 0; trip < 3000; trip++) {
    const began = performance.now()
    const arrived = arrival()
    send()
    await arrived
    times.push(performance.now() - began)
    if (trip % 20 === 0) await pause(1)
  }
  return times.slice(500).toSorted((a, b) => a - b)
}

async function latency(): Promise<void> {
  // The echo server runs in its own process, like the relay.
  const echo = spawn(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import { WebSocketServer } from 'ws'
       const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false })
       server.on('connection', (socket) => socket.on('message', (data) => socket.send(data, { binary: false })))
       server.on('listening', () => console.log(server.address().port))`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  children.push(echo)
  const echoPort = Number(String((await once(echo.stdout!, 'data'))[0]))
  const client = new WebSocket(`ws://127.0.0.1:${echoPort}`, { perMessageDeflate: false })
  await once(client, 'open')
  const { child, port } = await startNode()
  seq = 0
  const host = await openHost(port)
  const viewer = (await connect([port], 1)).sockets[0]!
  await pause(200)
  let trip = 0
  const message = (at: number) =>
    JSON.stringify({
      type: 'config_update',
      epoch: 'bench',
      seq: at,
      payload: { s: { fill: FILL } },
    })
  const isUpdate = (data: Buffer) => data[10] === 111
  const updated = () =>
    new Promise<void>((resolve) => {
      const onMessage = (data: Buffer): void => {
        if (!isUpdate(data)) return
        viewer.off('message', onMessage)
        resolve()
      }
      viewer.on('message', onMessage)
    })
  // Alternating rounds expose both to the same load of the machine.
  const echoed: number[] = []
  const relayed: number[] = []
  for (let round = 0; round < 3; round++) {
    echoed.push(
      ...(await measureTrips(
        () => client.send(message(trip++)),
        () => once(client, 'message'),
      )),
    )
    relayed.push(...(await measureTrips(() => host.send(message(++seq)), updated)))
  }
  for (const list of [echoed, relayed]) list.sort((a, b) => a - b)
  const at = (list: number[], part: number) => list[Math.floor(list.length * part)]!
  const [p50, p99] = [0.5, 0.99].map((part) => [at(echoed, part), at(relayed, part)] as const)
  console.log(
    `Latency, 1 KiB: ws echo p50 ${p50![0].toFixed(3)}, p99 ${p99![0].toFixed(3)} ms; ` +
      `host to viewer p50 ${p50![1].toFixed(3)} (× ${(p50![1] / p50![0]).toFixed(2)}), ` +
      `p99 ${p99![1].toFixed(3)} ms (× ${(p99![1] / p99![0]).toFixed(2)}).`,
  )
  for (const socket of [client, host, viewer]) socket.terminate()
  await end(child, echo)
}

console.log(`${VIEWERS} viewers, 1 KiB. CPU of all processes per message delivered to one viewer.`)
console.log(
  'The busiest process limits how many times the load of one relay they carry, if cores are free.\n',
)
await throughput()
console.table(rows)
await latency()
if (IDLE > 0) await idle()
