import type { ServerResponse } from 'node:http'
import type { HttpReply } from '../core/http-log/http-reply.ts'

/** Pieces with fewer bytes are joined into one write. */
const SMALL = 4096

/** Writes an answer of the log with Node. Works for HTTP/2 too, in servers that have it. */
export function createNodeReply(response: ServerResponse): HttpReply {
  let written = 0
  let isClosed = response.destroyed
  const buffered = (): number =>
    // Responses of HTTP/2 have their own stream.
    response.writableLength ??
    (response as unknown as { stream?: { writableLength: number } }).stream?.writableLength ??
    0
  const reply: HttpReply = {
    begin(status, headers) {
      if (!response.headersSent) response.writeHead(status, headers)
    },
    write(pieces) {
      if (response.writableEnded || response.destroyed) return
      let small: Uint8Array[] = []
      const flush = (): void => {
        if (small.length > 0) response.write(small.length > 1 ? Buffer.concat(small) : small[0])
        small = []
      }
      for (const piece of pieces) {
        written += piece.length
        if (piece.length < SMALL) {
          small.push(piece)
          continue
        }
        flush()
        // The bytes are shared by all viewers and never change, so Node need not copy them.
        response.write(piece)
      }
      flush()
    },
    end() {
      if (!response.writableEnded) response.end()
    },
    buffered,
    delivered: () => written - buffered(),
    abort() {
      if (!isClosed) response.destroy()
    },
    get isClosed() {
      return isClosed
    },
    onClosed: undefined,
    onDrain: undefined,
  }
  response.on('close', () => {
    isClosed = true
    reply.onClosed?.()
  })
  response.on('drain', () => reply.onDrain?.())
  // A reset at this moment must not end the process.
  response.on('error', () => {})
  return reply
}
