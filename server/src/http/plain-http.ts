import { createServer, type RequestListener } from 'node:http'
import type { Server, Socket } from 'node:net'
import { readProtocol } from './first-byte.ts'

/** How long a client may take until it sends something. */
const FIRST_BYTE_MS = 10_000

/**
 * Makes a server with TLS accept plain http on the same port. Phones that do not trust its certificate yet can then
 * open the page that explains how.
 */
export function acceptPlainHttp(server: Server, onRequest: RequestListener): void {
  const plain = createServer(onRequest)
  const toTls = server.listeners('connection') as ((socket: Socket) => void)[]
  server.removeAllListeners('connection')
  server.on('connection', (socket: Socket) => {
    socket.on('error', () => socket.destroy())
    readProtocol(socket, FIRST_BYTE_MS, (isTls) => {
      if (!isTls) return void plain.emit('connection', socket)
      for (const listener of toTls) listener.call(server, socket)
    })
  })
}
