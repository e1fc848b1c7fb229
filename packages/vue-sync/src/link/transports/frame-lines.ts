import { concat } from '../../protocol/index.ts'

/** A frame as a WebSocket gives it. */
export type Frame = string | ArrayBuffer

export interface FrameLinesOptions {
  /** Bytes of the longest frame. */
  longest: number
  onFrame: (frame: Frame) => void
  /**
   * A frame of more than 64 KiB is arriving: how many bytes of it have arrived, and how many it has, which is
   * `undefined` for a line.
   */
  onLongFrame: (received: number, total: number | undefined) => void
}

/** Reads the frames of a body, however the network cuts it. */
export interface FrameLines {
  /** @throws Error if the bytes are not frames, or a frame is too long */
  read: (chunk: Uint8Array) => void
}

const LINE_END = 0x0a
const LENGTH = /^#(\d{1,10}) (text|binary)$/
const LONG = 64 * 1024

export function createFrameLines({ longest, onFrame, onLongFrame }: FrameLinesOptions): FrameLines {
  // A WebSocket refuses malformed text too, and does not remove a byte order mark.
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let pieces: Uint8Array[] = []
  /** Bytes in `pieces`. */
  let held = 0
  /** The frame whose length is known. */
  let expected: { length: number; isText: boolean } | undefined

  function keep(bytes: Uint8Array): void {
    held += bytes.length
    if (held > longest + 1) throw new Error('A frame is too long.')
    // A copy, because a view would keep the whole chunk in memory.
    if (bytes.length > 0) pieces.push(bytes.slice())
  }
  function join(): Uint8Array<ArrayBuffer> {
    const whole = concat(pieces)
    pieces = []
    held = 0
    return whole
  }

  function endLine(): void {
    const line = join()
    if (line.length === 0) return
    const text = decoder.decode(line)
    if (!text.startsWith('#')) return onFrame(text)
    const [, length, kind] = LENGTH.exec(text) ?? []
    if (length === undefined || Number(length) > longest) throw new Error('A length is malformed.')
    expected = { length: Number(length), isText: kind === 'text' }
  }
  function endFrame({ length, isText }: { length: number; isText: boolean }): void {
    expected = undefined
    const whole = join()
    if (whole[length] !== LINE_END) throw new Error('A frame has another length.')
    const frame = whole.slice(0, length)
    onFrame(isText ? decoder.decode(frame) : frame.buffer)
  }

  return {
    read(chunk) {
      let at = 0
      while (at < chunk.length) {
        if (expected) {
          const end = at + expected.length + 1 - held
          keep(chunk.subarray(at, end))
          at = end
          if (held > expected.length) endFrame(expected)
        } else {
          const end = chunk.indexOf(LINE_END, at)
          keep(chunk.subarray(at, end === -1 ? chunk.length : end))
          if (end === -1) break
          at = end + 1
          endLine()
        }
      }
      if (held > LONG || (expected && expected.length > LONG)) onLongFrame(held, expected?.length)
    },
  }
}
