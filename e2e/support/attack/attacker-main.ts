import { connect, type Socket } from 'node:net'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { maskedFrame, offerHeader, upgradeRequest } from '../../../server/test/raw-websocket.ts'
import type { Attack, AttackOrder, AttackReport } from './attacker.ts'

const PIPELINED = 20_000
const CONNECTIONS = 20
const HELD = 1100
const SESSIONS = 1000
const CODES = 100
/** More than this waits in this process only, where it attacks nothing. */
const MAX_QUEUED = 1024 * 1024
const LARGE = Buffer.alloc(16 * 1024 * 1024)

const upgrade = (path: string, role: 'host' | 'viewer', key: string): string =>
  upgradeRequest({ path, headers: [offerHeader(role, key)] })

const TEXT = 0x01
const PONG = 0x0a

const PINGS = Buffer.concat(
  Array.from({ length: 10_000 }, () => Buffer.from([0x89, 0x80, 0, 0, 0, 0])),
)

async function run(order: AttackOrder): Promise<AttackReport> {
  const { port, address, file, seconds } = order
  const report: AttackReport = { connections: 0, closed: 0, sent: 0 }
  const open = new Set<Socket>()
  let isOver = false

  /** @param reads whether it reads what the relay sends */
  function dial(bytes: string | Buffer, reads: boolean, then?: (socket: Socket) => void): Socket {
    const socket = connect({ port, host: '127.0.0.1', localAddress: address })
    open.add(socket)
    report.connections++
    socket.on('error', () => {})
    socket.on('close', () => {
      open.delete(socket)
      report.sent += socket.bytesWritten
      if (!isOver) report.closed++
    })
    if (reads) socket.resume()
    else socket.pause()
    socket.write(bytes)
    if (then) socket.once('connect', () => then(socket))
    return socket
  }

  /** Keeps `count` connections, and opens another for each that the relay closed. */
  async function keep(count: number, dialOne: () => void): Promise<void> {
    const end = performance.now() + seconds * 1000
    while (performance.now() < end) {
      for (let one = 0; one < 50 && open.size < count; one++) dialOne()
      await sleep(5)
    }
    isOver = true
  }

  /** Sends the same bytes again and again. A client that reads nothing learns only in this way that it was closed. */
  function pour(socket: Socket, bytes: Buffer, every: number): void {
    const more = (): void => {
      if (isOver || socket.destroyed) return
      if (socket.writableLength < MAX_QUEUED) socket.write(bytes)
      setTimeout(more, every)
    }
    more()
  }

  const attacks: Record<Attack, () => Promise<void>> = {
    'pipelining without reading'() {
      const paths = [file, '/']
      const bytes = paths.map((path) =>
        Buffer.from(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`.repeat(PIPELINED)),
      )
      return keep(CONNECTIONS, () => {
        const requests = bytes[report.connections % 2]!
        dial(requests, false, (socket) => pour(socket, requests, 50))
      })
    },
    'holding connections'() {
      const half = [
        '',
        'GET / HTTP/1.1\r\nHost: 127',
        `GET ${file} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`,
      ]
      return keep(HELD, () => {
        const bytes = half[report.connections % half.length]!
        dial(bytes, false, (socket) => pour(socket, Buffer.from('X'), 500))
      })
    },
    'flooding upgrades': () => keep(64, () => dial(upgrade('/', 'viewer', 'wrong'), true)),
    'a thousand session names': () =>
      keep(SESSIONS, () =>
        dial(
          upgrade(`/s/name-${report.connections % SESSIONS}`, 'viewer', 'wrong'),
          false,
          (socket) => pour(socket, maskedFrame(PONG, Buffer.alloc(0)), 300),
        ),
      ),
    'parallel codes'() {
      const body = '{"code":"AAAAAA"}'
      const bytes =
        'POST /pair HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n' +
        `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
      return keep(CODES, () => dial(bytes, true))
    },
    pings: () =>
      keep(CONNECTIONS, () => {
        dial(upgrade('/', 'viewer', 'wrong'), false, (socket) => pour(socket, PINGS, 2))
      }),
    'wrong host keys with large messages'() {
      const bytes = maskedFrame(TEXT, LARGE)
      return keep(50, () => {
        dial(upgrade('/', 'host', 'wrong'), false, (socket) => {
          // After the handshake, as a real host.
          setTimeout(() => socket.write(bytes), 20)
        })
      })
    },
  }

  await attacks[order.attack]()
  for (const socket of open) socket.destroy()
  await sleep(100)
  return report
}

process.on('message', (order) => {
  void run(order as AttackOrder).then((report) => process.send!(report))
})
process.on('disconnect', () => process.exit())
