import { addPart, type Assembly, joinParts, readPart, type Receipt } from '../protocol/index.ts'

/** How much of a large message has arrived, in bytes. */
export interface Progress {
  received: number
  total: number
}

export interface PartReaderOptions {
  /** Bytes of the longest message that is assembled. */
  limit: () => number
  onFrame: (frame: unknown) => void
  onProgress: (progress: Progress | undefined) => void
  send: (receipt: string) => void
}

/** Puts messages together that arrive in parts, and confirms each part. Other frames are passed on at once. */
export interface PartReader {
  read: (frame: unknown) => void
  /** The connection is lost: a message that has not arrived is dropped. */
  discard: () => void
}

/** A message that arrives in less time shows no progress, which would only flicker. */
const QUICK_MS = 250

export function createPartReader(options: PartReaderOptions): PartReader {
  const { limit, onFrame, onProgress } = options
  let assembly: Assembly | undefined
  let began = 0

  return {
    read(frame) {
      const part = frame instanceof ArrayBuffer ? readPart(new Uint8Array(frame)) : undefined
      if (!part) return onFrame(frame)
      const { header, slice } = part
      assembly = header.total > limit() ? undefined : addPart(assembly, header, slice)
      // The message stays missing, which the next status shows.
      if (!assembly) return onProgress(undefined)
      const { id, received, total } = assembly
      options.send(JSON.stringify({ type: 'received', id, bytes: received } satisfies Receipt))
      if (header.at === 0) began = Date.now()
      if (Math.abs(Date.now() - began) > QUICK_MS) onProgress({ received, total })
      if (received < total) return
      const whole = joinParts(assembly)
      assembly = undefined
      onFrame(typeof whole === 'string' ? whole : whole.buffer)
    },
    discard() {
      assembly = undefined
      onProgress(undefined)
    },
  }
}
