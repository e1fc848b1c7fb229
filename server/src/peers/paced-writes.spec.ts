import type { Socket } from 'node:net'
import { Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { paceWrites } from './paced-writes.ts'

const PIECE = 128 * 1024

/** A socket whose network takes each write when the test says so. */
class ModelSocket extends Writable {
  writes: number[] = []
  bytes: Buffer[] = []
  #takeNext: (() => void) | undefined
  constructor() {
    super({ highWaterMark: 16 * 1024, decodeStrings: false })
  }
  override _write(chunk: Buffer | string, _encoding: BufferEncoding, done: () => void): void {
    this.#begin([chunk], done)
  }
  override _writev(chunks: { chunk: Buffer | string }[], done: () => void): void {
    this.#begin(
      chunks.map(({ chunk }) => chunk),
      done,
    )
  }
  #begin(chunks: (Buffer | string)[], done: () => void): void {
    this.writes.push(chunks.reduce((sum, { length }) => sum + length, 0))
    this.bytes.push(...chunks.map((chunk) => Buffer.from(chunk as string)))
    this.#takeNext = done
  }
  take(): boolean {
    const done = this.#takeNext
    this.#takeNext = undefined
    done?.()
    return done !== undefined
  }
}

function open(): ModelSocket {
  const socket = new ModelSocket()
  paceWrites(socket as unknown as Socket)
  return socket
}
async function takeAll(socket: ModelSocket): Promise<Buffer> {
  while (socket.take()) await new Promise(setImmediate)
  return Buffer.concat(socket.bytes)
}

describe('a paced socket', () => {
  it('passes a long message on in pieces, and only when the piece before was taken', async () => {
    const socket = open()
    const message = Buffer.from(Array.from({ length: 3 * PIECE + 7 }, (_, at) => at % 251))
    socket.write(message)
    expect(socket.writes).toEqual([PIECE])
    expect(await takeAll(socket)).toEqual(message)
    expect(socket.writes).toEqual([PIECE, PIECE, PIECE, 7])
    expect(socket.writableLength).toBe(0)
  })

  it('keeps the order of what is written meanwhile, and puts short messages together', async () => {
    const socket = open()
    const messages = [PIECE + 1, 10, 20, 2 * PIECE, 5, 0, 3].map((length, at) =>
      Buffer.alloc(length, at + 1),
    )
    for (const message of messages) socket.write(message)
    socket.write('text', 'latin1')
    expect(await takeAll(socket)).toEqual(Buffer.concat([...messages, Buffer.from('text')]))
    expect(Math.max(...socket.writes)).toBe(PIECE)
    expect(socket.writes).toEqual([PIECE, 1, 30, PIECE, PIECE, 12])
  })
})
