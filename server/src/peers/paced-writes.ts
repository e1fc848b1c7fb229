import type { Socket } from 'node:net'

/** Bytes that are handed to the system, or to TLS, at a time. */
const PIECE = 128 * 1024

interface Chunk {
  chunk: Buffer | string
  encoding: BufferEncoding
}
type Done = (error?: Error | null) => void

/** Puts chunks together, and cuts long ones, so that each write has at most `PIECE` bytes. */
function batchesOf(chunks: readonly Chunk[]): Chunk[][] {
  const batches: Chunk[][] = []
  let room = 0
  for (const { chunk, encoding } of chunks) {
    for (let start = 0; start < chunk.length || start === 0; start += PIECE) {
      const isWhole = chunk.length <= PIECE || typeof chunk === 'string'
      const part = isWhole ? chunk : chunk.subarray(start, start + PIECE)
      if (part.length > room || batches.length === 0) {
        batches.push([])
        room = PIECE
      }
      room -= part.length
      batches.at(-1)!.push({ chunk: part, encoding })
      if (isWhole) break
    }
  }
  return batches
}

/** Each batch is written when the one before it was taken. */
function writeBatches(socket: Socket, chunks: readonly Chunk[], done: Done): void {
  // The methods of the class, which those of this socket hide.
  const { _write: write, _writev: writev } = Object.getPrototypeOf(socket) as Socket
  const batches = batchesOf(chunks)
  let at = 0
  const next: Done = (error) => {
    const batch = batches[at++]
    if (error || !batch) return done(error)
    const [first] = batch
    if (batch.length > 1) return writev!.call(socket, batch, next)
    write.call(socket, first!.chunk, first!.encoding, next)
  }
  next()
}

function writePaced(this: Socket, chunk: Chunk['chunk'], encoding: BufferEncoding, done: Done) {
  if (chunk.length <= PIECE) {
    const { _write: write } = Object.getPrototypeOf(this) as Socket
    return write.call(this, chunk, encoding, done)
  }
  writeBatches(this, [{ chunk, encoding }], done)
}

function writeAllPaced(this: Socket, chunks: Chunk[], done: Done): void {
  writeBatches(this, chunks, done)
}

/**
 * Makes a socket pass on at most 128 KiB at a time. TLS encrypts at once what it is given, so a client that reads
 * nothing would cost a copy of everything that waits for it. What waits before TLS is shared by all clients, and is
 * part of `writableLength`. On plain TCP, `writableLength` then shrinks while a long message is on its way, which
 * tells a slow client from one that reads nothing.
 */
export function paceWrites(socket: Socket): void {
  // Functions shared by all sockets: a closure for each would cost memory per connection.
  // oxlint-disable-next-line no-underscore-dangle -- the documented way to implement a stream
  Object.assign(socket, { _write: writePaced, _writev: writeAllPaced })
}

/** Bytes that the system has taken, counted in whole writes. */
export function deliveredBytes({ bytesWritten, writableLength }: Socket): number {
  return bytesWritten - writableLength
}
