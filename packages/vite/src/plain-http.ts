import { createServer, type RequestListener } from 'node:http'
import type { Server, Socket } from 'node:net'

/** The first byte of a TLS connection: a handshake record. */
const TLS_HANDSHAKE = 0x16
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
    socket.setTimeout(FIRST_BYTE_MS, () => socket.destroy())
    socket.on('error', () => socket.destroy())
    socket.once('readable', () => {
      const first = socket.read(1) as Buffer | null
      if (first === null) return
      socket.setTimeout(0)
      socket.removeAllListeners('timeout')
      socket.unshift(first)
      if (first[0] !== TLS_HANDSHAKE) return void plain.emit('connection', socket)
      for (const listener of toTls) listener.call(server, socket)
    })
  })
}
