import { PART_BYTES, type PartMessage } from '../protocol/index.ts'
import type { PartWriter, PartWriterOptions } from './part-writer.ts'

/**
 * A part writer that loads its code with the first message that takes several parts, because most apps never send
 * one. If the code cannot be loaded, the message is sent whole, and the next long one tries again.
 */
export function createLazyPartWriter(options: PartWriterOptions): PartWriter {
  const { send, onIdle } = options
  let writer: PartWriter | undefined
  let isLoading = false
  /** Present when the relay knows parts. */
  let limit: number | undefined
  /** Messages that wait for the code. */
  let queue: [string | Uint8Array, PartMessage][] = []

  async function load(): Promise<void> {
    isLoading = true
    try {
      const { createPartWriter } = await import('./part-writer.ts')
      writer = createPartWriter(options)
      if (limit !== undefined) writer.allow(limit)
    } catch {
      // The messages are sent whole.
    }
    isLoading = false
    const waiting = queue
    queue = []
    for (const [frame, message] of waiting)
      if (writer) writer.send(frame, message)
      else send(frame)
    onIdle()
  }

  return {
    get isBusy() {
      return queue.length > 0 || writer?.isBusy === true
    },
    get isBlocked() {
      return queue.length > 0 || writer?.isBlocked === true
    },
    get progress() {
      return writer?.progress
    },
    send(frame, message) {
      if (writer) return writer.send(frame, message)
      const isLong = limit !== undefined && frame.length > PART_BYTES
      if (!message || !(isLong || queue.length > 0)) return send(frame)
      if (message.type === 'session_update') queue = []
      queue.push([frame, message])
      if (!isLoading) void load()
      return true
    },
    allow(bytes) {
      limit = bytes
      writer?.allow(bytes)
    },
    read: (frame) => writer?.read(frame) === true,
    discard(isLost) {
      queue = []
      if (isLost) limit = undefined
      writer?.discard(isLost)
    },
  }
}
