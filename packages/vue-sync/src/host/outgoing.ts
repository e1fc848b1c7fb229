import { createLazyPartWriter, type PartWriter } from '../link/index.ts'
import { isCount, type PartMessage, type Position, type StatusMessage } from '../protocol/index.ts'

type Frame = string | Uint8Array

export interface OutgoingOptions {
  /** Gives `false` when there is no open connection. */
  send: (frame: Frame) => boolean
  /** Called when a message in parts has arrived. Changes that had to wait can be sent now. */
  onIdle: () => void
  /** Called when the relay has confirmed nothing for so long that the connection must be dead. */
  onStall: () => void
  /** Called for a message that is longer than the relay accepts. It is not sent, or the relay has refused it. */
  onTooLarge: (bytes: number, limit: number) => void
  /** Called when a whole state, or a message of the type that was too large, was within the relay's limit. */
  onAccepted: () => void
}

/** The frames of a host on their way to the relay, within the limit that the relay announces. */
export interface Outgoing extends Pick<PartWriter, 'isBusy' | 'progress' | 'discard' | 'read'> {
  /** Bytes of the longest message that the relay accepts; `undefined` if the relay has not said it. */
  readonly limit: number | undefined
  /** Whether a message that is on its way, or that the relay has refused, has changes that the relay does not have. */
  readonly isSendingNews: boolean
  /** Whether a message has changes that the relay does not have. */
  isNews: (message: Position) => boolean
  /** The relay has everything up to this position, so a whole state with the same position has no news. */
  confirm: (position: Position | undefined) => void
  /** Whether a message of this type must wait: it would only be queued, and outdated when its turn comes. */
  mustWait: (type: string) => boolean
  /** @param message the type and position in the frame; `undefined` for a status */
  send: (frame: Frame, message: PartMessage | undefined) => boolean
  /** Applies what a status says about parts, the limit, and a message above it. */
  applyStatus: (payload: StatusMessage['payload']) => void
  /** The relay has closed the connection because of the longest message. */
  closedAsTooLong: () => void
}

const encoder = new TextEncoder()

/** The bytes of a frame, or fewer if it is surely within the limit. */
function bytesOf(frame: Frame, limit: number): number {
  // A UTF-16 unit is at most three bytes of UTF-8.
  if (typeof frame !== 'string' || 3 * frame.length <= limit) return frame.length
  return encoder.encode(frame).length
}

export function createOutgoing(options: OutgoingOptions): Outgoing {
  const { onTooLarge, onAccepted } = options
  const writer = createLazyPartWriter(options)
  let limit: number | undefined
  /** Bytes of the longest frame of this connection. */
  let longest = 0
  let latest: PartMessage | undefined
  let hasNews = false
  /** The type of the message that was too large, until one that replaces it is sent. */
  let refused: PartMessage['type'] | undefined
  /** The relay has refused a message with news, and `refused` is not sent since. */
  let isNewsRefused = false

  /** The relay also asks for a whole state that it already has as a sequence of changes. */
  function isNews({ epoch, seq }: Position): boolean {
    return latest?.epoch !== epoch || latest.seq < seq
  }

  return {
    get limit() {
      return limit
    },
    get isBusy() {
      return writer.isBusy
    },
    get progress() {
      return writer.progress
    },
    get isSendingNews() {
      return isNewsRefused || (writer.isBusy && hasNews)
    },
    isNews,
    confirm(position) {
      latest = position && { type: 'session_update', ...position }
    },
    mustWait: (type) =>
      type !== 'status' && (writer.isBlocked || (writer.isBusy && type === 'session_update')),
    send(frame, message) {
      const bytes = bytesOf(frame, limit ?? Infinity)
      if (message && bytes > (limit ?? Infinity)) {
        refused = message.type
        onTooLarge(bytes, limit!)
        return false
      }
      longest = Math.max(longest, bytes)
      if (!message) return writer.send(frame, message)
      if (message.type === 'session_update' || refused === message.type) {
        refused = undefined
        isNewsRefused = false
        onAccepted()
      }
      const isNewer = isNews(message)
      latest = message
      const { isBusy } = writer
      const isSent = writer.send(frame, message)
      if (!isBusy) hasNews = isNewer
      // It waits for its turn. A change that does not wait has arrived before the message in parts.
      else if (writer.isBlocked) hasNews ||= isNewer
      return isSent
    },
    applyStatus({ limit: announced, parts, error }) {
      if (isCount(announced)) limit = announced
      if (parts === 1 && limit !== undefined) writer.allow(limit)
      if (error?.code !== 'too_large' || !isCount(error.limit)) return
      limit = error.limit
      refused = latest?.type
      isNewsRefused = hasNews
      onTooLarge(writer.progress?.total ?? longest, limit)
      writer.discard(false)
    },
    closedAsTooLong() {
      if (longest === 0) return
      limit = longest - 1
      onTooLarge(longest, limit)
    },
    read: writer.read,
    discard(isLost) {
      if (isLost) {
        longest = 0
        isNewsRefused = false
        // The relay may not have got it.
        latest = undefined
      }
      writer.discard(isLost)
    },
  }
}
