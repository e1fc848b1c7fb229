import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { WebSocket } from 'ws'
import type { Kind, Order, Usage } from './fanout-server.ts'

/**
 * Measures what a message to many viewers costs the server: `pnpm bench:fanout [--viewers 2000]`. Each server
 * runs in its own process, one after the other, so that the ratios hold on any machine. Uses loopback only
 * and takes about three minutes. `--only 'ws + Buffer,vue-sync on Bun'` measures only these servers.
 */
const { values } = parseArgs({
  options: {
    viewers: { type: 'string', default: '2000' },
    only: { type: 'string' },
    storms: { type: 'string' },
  },
})
const VIEWERS = Math.min(Number(values.viewers), 20_000)
const MESSAGES = 100
const ALL: Kind[] = ['ws + Buffer', 'vue-sync', 'vue-sync on Bun', 'Socket.IO', 'y-websocket']
const only = values.only?.split(',')
const KINDS = ALL.filter((kind) => only?.includes(kind) ?? true)
const SERVER = fileURLToPath(new URL('fanout-server.ts', import.meta.url))
const BUN = fileURLToPath(new URL('../node_modules/bun/bin/bun.exe', import.meta.url))
const KIB = 1024

const PATHS: Record<Kind, string> = {
  'ws + Buffer': '/',
  'vue-sync': '/',
  'vue-sync on Bun': '/',
  'Socket.IO': '/socket.io/?EIO=4&transport=websocket',
  'y-websocket': '/bench',
}

const isOurs = (kind: Kind) => kind.startsWith('vue-sync')

class Viewer {
  received = 0
  bytes = 0
  readonly socket: WebSocket
  #wanted: (() => boolean) | undefined
  #done: (() => void) | undefined

  constructor(kind: Kind, port: number, query = '') {
    const url = `ws://127.0.0.1:${port}${PATHS[kind]}${query}`
    this.socket = new WebSocket(url, isOurs(kind) ? ['vue-sync.viewer.v1'] : [], {
      perMessageDeflate: false,
    })
    this.socket.on('message', (data: Buffer) => {
      if (kind === 'Socket.IO') {
        if (data[0] === 48) this.socket.send('40')
        if (data[0] === 50) this.socket.send('3')
        if (data[0] !== 52 || data[1] !== 50) return
      }
      // Sync step 1 with an empty state vector makes the server send the whole document.
      if (kind === 'y-websocket' && data[0] === 0 && data[1] === 0)
        this.socket.send(Buffer.from([0, 0, 1, 0]))
      // One byte identifies `{"type":"st…`, so that the viewer side costs the same for all servers.
      if (isOurs(kind) && data[10] === 116) return
      this.received++
      this.bytes += data.length
      if (this.#wanted?.()) this.#done?.()
    })
  }

  until(wanted: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      if (wanted()) return resolve()
      this.#wanted = wanted
      this.#done = resolve
    })
  }
}

async function request(child: ChildProcess, order: Order): Promise<Usage> {
  child.send(order)
  const [usage] = (await once(child, 'message')) as [Usage]
  return usage
}

async function start(kind: Kind): Promise<{ child: ChildProcess; port: number }> {
  const conditions = '--conditions=@vue-sync/source'
  const child = fork(
    SERVER,
    [kind],
    kind === 'vue-sync on Bun'
      ? { execPath: BUN, execArgv: [conditions] }
      : { execArgv: [conditions, '--expose-gc', '--no-warnings'] },
  )
  const [{ port }] = (await once(child, 'message')) as [Usage]
  // The warm-up excludes what a server loads and compiles for its first connections.
  const first = await connect(kind, port!, 100)
  for (const { socket } of first) socket.terminate()
  await pause(200)
  return { child, port: port! }
}

async function connect(kind: Kind, port: number, count: number, query = ''): Promise<Viewer[]> {
  const viewers: Viewer[] = []
  // Waves keep the listen queue from overflowing.
  while (viewers.length < count) {
    const wave = Array.from(
      { length: Math.min(250, count - viewers.length) },
      () => new Viewer(kind, port, query),
    )
    await Promise.all(wave.map(({ socket }) => once(socket, 'open')))
    viewers.push(...wave)
  }
  return viewers
}

const pause = (time: number) => new Promise((resolve) => setTimeout(resolve, time))

async function end(child: ChildProcess, viewers: Viewer[]): Promise<void> {
  for (const { socket } of viewers) socket.terminate()
  child.disconnect()
  await once(child, 'exit')
}

/** Measures the memory of an idle connection, and the CPU per delivered message, small and large. */
async function fanout(kind: Kind) {
  const { child, port } = await start(kind)
  const before = await request(child, { order: 'usage' })
  if (isOurs(kind)) await request(child, { order: 'state', size: 1 })
  const viewers = await connect(kind, port, VIEWERS)
  await pause(1500)
  const idle = await request(child, { order: 'usage' })
  const cost: number[] = []
  for (const size of [KIB, 64 * KIB]) {
    const count = size > KIB ? MESSAGES / 10 : MESSAGES
    const batches: number[] = []
    for (let batch = 0; batch < 5; batch++) {
      const start = await request(child, { order: 'usage' })
      const target = viewers.map(({ received }) => received + count)
      const all = Promise.all(
        viewers.map((viewer, at) => viewer.until(() => viewer.received >= target[at]!)),
      )
      await request(child, { order: 'publish', count, size })
      await all
      const { cpu } = await request(child, { order: 'usage' })
      batches.push((cpu - start.cpu) / (count * VIEWERS))
    }
    // The kernel's share of a write varies, so the median of five batches counts.
    cost.push(batches.toSorted((one, other) => one - other)[2]!)
  }
  await end(child, viewers)
  return { memory: (idle.memory - before.memory) / VIEWERS / KIB, small: cost[0]!, large: cost[1]! }
}

/** Measures a reconnect storm: all viewers connect at once and receive 64 KiB of state. */
async function storm(kind: Kind, query = '', size = 64 * KIB) {
  const { child, port } = await start(kind)
  if (size > 0) await request(child, { order: 'state', size })
  const before = await request(child, { order: 'usage' })
  const begun = performance.now()
  const viewers = await connect(kind, port, VIEWERS, query)
  const quiet = query !== '' || size === 0
  if (quiet) await pause(200)
  else await Promise.all(viewers.map((viewer) => viewer.until(() => viewer.bytes >= 60 * KIB)))
  const seconds = (performance.now() - begun - (quiet ? 200 : 0)) / 1000
  const { cpu } = await request(child, { order: 'usage' })
  const bytes = viewers.reduce((sum, viewer) => sum + viewer.bytes, 0)
  await end(child, viewers)
  return { seconds, cpu: (cpu - before.cpu) / 1e6, bytes }
}

/** Measures the memory growth while one viewer stops reading 500 messages of 64 KiB. */
async function stall(kind: Kind) {
  const { child, port } = await start(kind)
  if (isOurs(kind)) await request(child, { order: 'state', size: 64 * KIB })
  const [stalled] = (await connect(kind, port, 1)) as [Viewer]
  const [quick] = (await connect(kind, port, 1)) as [Viewer]
  await pause(200)
  const before = await request(child, { order: 'usage' })
  stalled.socket.pause()
  const target = quick.received + 500
  const all = quick.until(() => quick.received >= target)
  await request(child, { order: 'publish', count: 500, size: 64 * KIB })
  await all
  await pause(300)
  const { memory } = await request(child, { order: 'usage' })
  await end(child, [stalled, quick])
  return (memory - before.memory) / KIB / KIB
}

/**
 * Measures only the storms, in rounds that alternate between the servers, so that all of them meet the same load of
 * the machine.
 */
async function compareStorms(rounds: number): Promise<void> {
  const cases: Record<string, Parameters<typeof storm>> = {
    'ws, 64 KiB': ['ws + Buffer'],
    'vue-sync, 64 KiB': ['vue-sync'],
    'vue-sync, up to date': ['vue-sync', '?epoch=bench&seq=0'],
    'ws, no state': ['ws + Buffer', '', 0],
  }
  const times: Record<string, number[]> = {}
  for (let round = 0; round < rounds; round++)
    for (const [name, order] of Object.entries(cases))
      (times[name] ??= []).push((await storm(...order)).cpu)
  const ratios: Record<string, Record<string, string>> = {}
  for (const [name, list] of Object.entries(times)) {
    const sorted = list.map((cpu, at) => cpu / times['ws, 64 KiB']![at]!).toSorted((a, b) => a - b)
    ratios[name] = {
      'CPU, s': list.toSorted((a, b) => a - b)[list.length >> 1]!.toFixed(2),
      'µs each': ((list.toSorted((a, b) => a - b)[list.length >> 1]! * 1e6) / VIEWERS).toFixed(0),
      '× ws': sorted[list.length >> 1]!.toFixed(2),
      range: `${sorted[0]!.toFixed(2)} to ${sorted.at(-1)!.toFixed(2)}`,
    }
  }
  console.log(`${VIEWERS} viewers connect, ${rounds} rounds. Median of the server's CPU.`)
  console.table(ratios)
}

if (values.storms !== undefined) {
  await compareStorms(Number(values.storms))
  process.exit()
}

const table: Record<string, Record<string, string | number>> = {}
let base: Awaited<ReturnType<typeof fanout>> | undefined
let baseStorm = 0
for (const kind of KINDS) {
  process.stdout.write(`${kind} …\n`)
  const cost = await fanout(kind)
  const { seconds, cpu } = await storm(kind)
  base ??= cost
  baseStorm ||= cpu
  table[kind] = {
    '1 KiB, µs': cost.small.toFixed(1),
    '× ws': (cost.small / base.small).toFixed(2),
    '64 KiB, µs': cost.large.toFixed(1),
    '× ws ': (cost.large / base.large).toFixed(2),
    'idle, KiB': cost.memory.toFixed(1),
    'storm, s': seconds.toFixed(2),
    'storm CPU, s': cpu.toFixed(2),
    ' × ws': (cpu / baseStorm).toFixed(2),
    'stalled, MiB': (await stall(kind)).toFixed(1),
  }
}
const current = await storm('vue-sync', '?epoch=bench&seq=0')
const handshake = await storm('ws + Buffer', '', 0)
console.log(
  `\n${VIEWERS} viewers. Server CPU per delivered message; memory per idle connection; ` +
    `storm: all viewers connect and receive 64 KiB; stalled: memory growth while one viewer ` +
    `stops reading 500 × 64 KiB.`,
)
console.table(table)
console.log(
  `Storm of viewers that are up to date: ${current.cpu.toFixed(2)} s of CPU ` +
    `(${(current.cpu / baseStorm).toFixed(2)} × ws), ${current.bytes} bytes of state sent. ` +
    `ws handshakes alone: ${handshake.cpu.toFixed(2)} s (${(handshake.cpu / baseStorm).toFixed(2)} × ws).`,
)
