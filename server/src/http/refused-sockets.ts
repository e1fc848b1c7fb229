import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { readOffer } from '@vue-sync/vue/protocol'
import type { Refusal } from '../core/session-limits.ts'

/** How long a refused client has to close its side of the connection. */
const LINGER_MS = 1000
/** Bytes that a refused client may still send. They are discarded. */
const MAX_DISCARDED = 64 * 1024

/** RFC 6455, section 1.3. */
const HANDSHAKE_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
const HANDSHAKE_KEY = /^[+/0-9A-Za-z]{22}==$/
const HTTP_TOKEN = /^[!#$%&'*+.^_`|~\w-]+$/
const CLOSE_FRAME = 0x88

/** Sends the last bytes of a connection, and ends it within a second whatever the client does. */
export function endSocket(socket: Socket, bytes: string | Uint8Array): void {
  let discarded = 0
  const timer = setTimeout(() => socket.destroy(), LINGER_MS)
  socket.on('close', () => clearTimeout(timer))
  socket.on('data', ({ length }: Buffer) => {
    discarded += length
    if (discarded > MAX_DISCARDED) socket.destroy()
  })
  socket.end(bytes)
}

/** Answers an upgrade request over HTTP, without opening a WebSocket. @param status such as `421 Misdirected Request` */
export function endUpgrade(socket: Socket, status: string, text: string): void {
  endSocket(
    socket,
    `HTTP/1.1 ${status}\r\nConnection: close\r\n` +
      `Content-Type: text/plain\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  )
}

function closeFrame({ code, reason }: Refusal): Buffer {
  const text = Buffer.from(reason)
  const frame = Buffer.alloc(4 + text.length)
  frame[0] = CLOSE_FRAME
  frame[1] = 2 + text.length
  frame.writeUInt16BE(code, 2)
  text.copy(frame, 4)
  return frame
}

/**
 * Completes the handshake only to say why the client is refused, since a browser sees a close code but not why a
 * handshake failed. No message of the client is read, and the connection ends within a second.
 */
export function refuseSocket(
  { method, headers }: IncomingMessage,
  socket: Socket,
  refusal: Refusal,
): void {
  const key = headers['sec-websocket-key'] ?? ''
  const { protocol } = readOffer(headers['sec-websocket-protocol'])
  const isHandshake =
    method === 'GET' &&
    headers.upgrade?.toLowerCase() === 'websocket' &&
    HANDSHAKE_KEY.test(key) &&
    /^(?:13|8)$/.test(headers['sec-websocket-version'] ?? '') &&
    (protocol === undefined || HTTP_TOKEN.test(protocol))
  if (!isHandshake)
    return endUpgrade(socket, '400 Bad Request', 'This is not a WebSocket handshake')
  const accept = createHash('sha1')
    .update(key + HANDSHAKE_GUID)
    .digest('base64')
  const head =
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
    `Sec-WebSocket-Accept: ${accept}\r\n` +
    `${protocol === undefined ? '' : `Sec-WebSocket-Protocol: ${protocol}\r\n`}\r\n`
  endSocket(socket, Buffer.concat([Buffer.from(head), closeFrame(refusal)]))
}
