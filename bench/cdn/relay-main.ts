import { subscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import process from 'node:process'
import type { SyncServerOptions } from '../../server/src/server-options.ts'
import { createSyncServer } from '../../server/src/server.ts'

/**
 * The main module of a relay in its own process, which counts what reaches it: `relay-main.ts OPTIONS` with the
 * options as JSON. It sends its traffic when it listens, and again for each message.
 */
export interface RelayTraffic {
  port: number
  /** Requests over HTTP, upgrades to WebSocket not included. */
  requests: number
  /** Bytes that the relay has written to sockets, headers included. */
  written: number
}

let requests = 0
let ended = 0
const open = new Set<Socket>()
subscribe('http.server.request.start', () => requests++)
subscribe('net.server.socket', (message) => {
  const { socket } = message as { socket: Socket }
  open.add(socket)
  socket.on('close', () => {
    ended += socket.bytesWritten
    open.delete(socket)
  })
})

const server = createSyncServer({
  port: 0,
  host: '127.0.0.1',
  ...(JSON.parse(process.argv[2] ?? '{}') as SyncServerOptions),
})

function traffic(): RelayTraffic {
  const written = [...open].reduce((sum, { bytesWritten }) => sum + bytesWritten, ended)
  return { port: server.getStatus().port, requests, written }
}

process.on('message', () => process.send!(traffic()))
process.on('disconnect', () => process.exit(0))
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {})
await server.start()
process.send!(traffic())
