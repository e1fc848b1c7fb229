import type { Position } from '@vue-sync/vue/protocol'

/** A frame as the relay holds it. */
export interface BodyFrame {
  bytes: Uint8Array
  binary: boolean
}

const LINE_FEED = 0x0a
const LINE_END = new Uint8Array([LINE_FEED])
const encoder = new TextEncoder()

/** A frame has the same bytes for all viewers, so a long one is searched for line breaks once. */
const known = new WeakMap<Uint8Array, readonly Uint8Array[]>()

function cut({ bytes, binary }: BodyFrame): readonly Uint8Array[] {
  if (!binary && !bytes.includes(LINE_FEED)) return [bytes, LINE_END]
  const kind = binary ? 'binary' : 'text'
  return [encoder.encode(`#${bytes.length} ${kind}\n`), bytes, LINE_END]
}

/**
 * The pieces of a frame in the body of an answer. The bytes of the frame are those that the relay holds once for all
 * viewers, so they are not copied.
 */
export function bodyPieces(frame: BodyFrame): readonly Uint8Array[] {
  let pieces = known.get(frame.bytes)
  if (!pieces) known.set(frame.bytes, (pieces = cut(frame)))
  return pieces
}

/** The last line of a body that is whole: the query of the viewer's next request. */
export function nextLine(position: Position | undefined, cursor?: string): Uint8Array {
  const query = new URLSearchParams()
  if (position) {
    query.set('epoch', position.epoch)
    query.set('seq', String(position.seq))
  }
  if (cursor !== undefined) query.set('cursor', cursor)
  return encoder.encode(`${JSON.stringify({ type: 'next', query: query.toString() })}\n`)
}

/** The last line of a body after which the viewer does not continue: the close code of a WebSocket. */
export function closeLine(code: number, reason: string): Uint8Array {
  return encoder.encode(`${JSON.stringify({ type: 'close', code, reason })}\n`)
}

export const byteLength = (pieces: readonly Uint8Array[]): number =>
  pieces.reduce((sum, { length }) => sum + length, 0)
