import { createServer, type Server } from 'node:http'
import process from 'node:process'
import type { StateMessage } from '@vue-sync/vue/protocol'

/**
 * One server of the comparison in its own process: `node bench/fanout-server.ts KIND`. The benchmark sends
 * orders over IPC, and the server answers with its CPU and memory use.
 */
export type Kind = 'ws + Buffer' | 'vue-sync' | 'vue-sync on Bun' | 'Socket.IO' | 'y-websocket'

export type Order =
  | { order: 'state'; size: number }
  | { order: 'publish'; count: number; size: number }
  | { order: 'usage' }

export interface Usage {
  port?: number
  /** Microseconds of CPU, user and system, since the process began. */
  cpu: number
  /** Bytes: heap and buffers on Node; the resident set on Bun, whose statistics omit socket buffers. */
  memory: number
}

interface Subject {
  port: number
  /** Sets the state that later clients receive first. */
  setState: (size: number) => void
  publish: (size: number, seq: number) => void
}

const fill = (size: number) => 'x'.repeat(Math.max(1, size - 80))
const json = (seq: number, size: number, type: string) => ({
  type,
  epoch: 'bench',
  seq,
  payload: { s: { fill: fill(size) } },
})

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as { port: number }).port
}

const OURS = {
  port: 0,
  host: '127.0.0.1',
  open: true,
  // All viewers connect from one address at once.
  limits: { viewersPerSession: 20_000, viewersPerAddress: 20_000, connectionsPerMinute: 100_000 },
}

function ours(port: number, broadcast: (message: StateMessage) => boolean): Subject {
  let seq = 0
  let last = 0
  let weight = 0
  const send = (size: number, type: string) =>
    broadcast(json(seq, size, type) as unknown as StateMessage)
  return {
    port,
    setState(size) {
      send(size, 'session_update')
      last = size
    },
    publish(size) {
      seq++
      send(size, 'config_update')
      // A real relay requests a snapshot when the deltas outweigh the last one, and its host sends it.
      weight += size
      if (seq % 64 !== 0 && weight <= Math.max(last, 16 * 1024)) return
      send(last, 'session_update')
      weight = 0
    },
  }
}

const SUBJECTS: Record<Kind, () => Promise<Subject>> = {
  async 'ws + Buffer'() {
    const { WebSocketServer } = await import('ws')
    const http = createServer()
    const wss = new WebSocketServer({ server: http, perMessageDeflate: false })
    let state: Buffer | undefined
    wss.on('connection', (socket) => state && socket.send(state, { binary: false }))
    return {
      port: await listen(http),
      setState: (size) => (state = Buffer.from(JSON.stringify(json(0, size, 'session_update')))),
      publish(size, seq) {
        const bytes = Buffer.from(JSON.stringify(json(seq, size, 'config_update')))
        for (const socket of wss.clients) socket.send(bytes, { binary: false })
      },
    }
  },
  async 'vue-sync'() {
    const { createSyncServer } = await import('@vue-sync/server')
    const server = createSyncServer(OURS)
    await server.start()
    return ours(server.getStatus().port, (message) => server.broadcast(message))
  },
  async 'vue-sync on Bun'() {
    const { serveBun } = await import('@vue-sync/server/bun')
    const server = await serveBun(OURS)
    return ours(server.port, (message) => server.broadcast(message))
  },
  async 'Socket.IO'() {
    const { Server: SocketServer } = await import('socket.io')
    const http = createServer()
    const io = new SocketServer(http, { transports: ['websocket'], perMessageDeflate: false })
    let state: object | undefined
    io.on('connection', (socket) => state && socket.emit('m', state))
    return {
      port: await listen(http),
      setState: (size) => (state = json(0, size, 'session_update')),
      publish: (size, seq) => void io.emit('m', json(seq, size, 'config_update')),
    }
  },
  async 'y-websocket'() {
    const { WebSocketServer } = await import('ws')
    const { getYDoc, setupWSConnection } = await import('@y/websocket-server/utils')
    const http = createServer()
    const wss = new WebSocketServer({ server: http, perMessageDeflate: false })
    wss.on('connection', (socket, request) =>
      setupWSConnection(socket, request, { docName: 'bench', gc: true }),
    )
    const map = getYDoc('bench').getMap('s')
    return {
      port: await listen(http),
      setState: (size) => map.set('state', fill(size)),
      publish: (size, seq) => map.set('fill', fill(size) + seq),
    }
  },
}

function usage(): Usage {
  const bun = (globalThis as { Bun?: { gc: (now: boolean) => void } }).Bun
  if (bun) bun.gc(true)
  else globalThis.gc?.()
  const { user, system } = process.cpuUsage()
  const { heapUsed, external, rss } = process.memoryUsage()
  return { cpu: user + system, memory: bun ? rss : heapUsed + external }
}

const subject = await SUBJECTS[process.argv[2] as Kind]()
let seq = 0
process.on('message', async (message: Order) => {
  if (message.order === 'state') subject.setState(message.size)
  if (message.order === 'publish') {
    for (let sent = 0; sent < message.count; sent++) {
      subject.publish(message.size, ++seq)
      // The pause lets the sockets write between two messages, as in real use.
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
  }
  process.send!(usage())
})
process.on('disconnect', () => process.exit(0))
process.send!({ ...usage(), port: subject.port })
