import type { Socket } from 'node:net'

/** The first byte of a TLS connection: a handshake record. */
const TLS_HANDSHAKE = 0x16

/**
 * Reads the protocol of a connection from its first byte, which stays in the socket. A client that sends nothing within
 * `timeout` milliseconds is disconnected.
 */
export function readProtocol(
  socket: Socket,
  timeout: number,
  onKnown: (isTls: boolean) => void,
): void {
  const onTimeout = (): void => void socket.destroy()
  const onReadable = (): void => {
    const first = socket.read(1) as Buffer | null
    if (first === null) return
    socket.off('readable', onReadable)
    socket.off('timeout', onTimeout)
    socket.setTimeout(0)
    socket.unshift(first)
    onKnown(first[0] === TLS_HANDSHAKE)
  }
  socket.setTimeout(timeout)
  socket.on('timeout', onTimeout)
  socket.on('readable', onReadable)
}
