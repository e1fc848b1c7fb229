import {
  applyReceipt,
  concat,
  nextHeader,
  nextSlice,
  PART_BYTES,
  type PartMessage,
  readReceipt,
  sliceSent,
  startTransfer,
  type Transfer,
} from '../protocol/index.ts'

type Frame = string | Uint8Array

export interface PartWriterOptions {
  /** Gives `false` when there is no open connection. */
  send: (frame: Frame) => boolean
  /** Called when a message in parts has arrived, and what waited behind it is sent. */
  onIdle: () => void
  /** Called when the relay has confirmed nothing for so long that the connection must be dead. */
  onStall: () => void
  /** A clock in milliseconds; only differences matter. @default performance.now */
  now?: () => number
}

/** Sends long messages in parts to a relay that knows parts, and all others between the parts. */
export interface PartWriter {
  /** Whether a message in parts is on its way. */
  readonly isBusy: boolean
  /** Whether messages wait behind another one in parts, so that more of them must not be made. */
  readonly isBlocked: boolean
  /** How much of the message in parts has arrived, in bytes. */
  readonly progress: { sent: number; total: number } | undefined
  /**
   * Sends a frame, or queues it behind a long one. Gives `false` when there is no open connection.
   *
   * @param message the type and position in the frame; `undefined` for a status
   */
  send: (frame: Frame, message: PartMessage | undefined) => boolean
  /**
   * Sets the bytes of the longest frame that the relay accepts. Without it no message is sent in parts.
   * Must be called before anything is sent on a connection.
   */
  allow: (limit: number) => void
  /** Reads a frame of the relay. Gives whether it was a receipt. */
  read: (frame: unknown) => boolean
  /** Drops the message in parts and what waits behind it. A lost connection also forgets what the relay allows. */
  discard: (isLost: boolean) => void
}

/** As long as a connection may be silent. */
const STALL_MS = 35_000

export function createPartWriter(options: PartWriterOptions): PartWriter {
  const { send, onIdle, onStall, now = () => performance.now() } = options
  let id = 0
  let longestSlice: number | undefined
  let transfer: Transfer | undefined
  let bytes: Uint8Array
  /** When the relay last confirmed anything. */
  let confirmedAt = 0
  let queue: [Frame, PartMessage][] = []

  function pump(): void {
    for (;;) {
      const length = transfer ? nextSlice(transfer, longestSlice!) : 0
      if (!transfer || length === 0) return
      const { sent } = transfer
      const slice = bytes.subarray(sent, sent + length)
      if (!send(concat([nextHeader(transfer), slice]))) return
      sliceSent(transfer, length, now())
    }
  }

  function start(frame: Frame, message: PartMessage): void {
    const isText = typeof frame === 'string'
    bytes = isText ? new TextEncoder().encode(frame) : frame
    const { type, epoch, seq } = message
    const total = bytes.length
    transfer = startTransfer({ id: ++id, total, isText, message: { type, epoch, seq } })
    pump()
  }

  function sendNow(frame: Frame, message: PartMessage | undefined): boolean {
    if (!message || longestSlice === undefined || frame.length <= PART_BYTES) return send(frame)
    start(frame, message)
    return true
  }

  /** Sends what waits, up to the next message that takes several parts. */
  function sendQueue(): void {
    const [next, ...later] = queue
    if (transfer || !next) return
    queue = later
    sendNow(...next)
    sendQueue()
  }

  return {
    get isBusy() {
      return transfer !== undefined
    },
    get isBlocked() {
      return queue.length > 0
    },
    get progress() {
      return transfer && { sent: transfer.received, total: transfer.total }
    },
    send(frame, message) {
      // A short change that follows the message in parts goes between the parts: the relay puts it in order.
      const isShort = message?.type === 'config_update' && frame.length <= PART_BYTES
      if (!transfer || !message || (isShort && queue.length === 0)) return sendNow(frame, message)
      // A whole state makes the messages superfluous that wait for their turn.
      if (message.type === 'session_update') queue = []
      queue.push([frame, message])
      return true
    },
    allow(limit) {
      longestSlice = Math.floor(limit / 2)
    },
    read(frame) {
      const receipt = readReceipt(frame)
      if (!transfer) return receipt !== undefined
      if (receipt && applyReceipt(transfer, receipt, now())) {
        confirmedAt = now()
        if (transfer.received < transfer.total) pump()
        else {
          transfer = undefined
          sendQueue()
          onIdle()
        }
      } else {
        const { time = now() } = transfer.underway[0] ?? {}
        if (now() - Math.max(time, confirmedAt) > STALL_MS) onStall()
      }
      return receipt !== undefined
    },
    discard(isLost) {
      transfer = undefined
      queue = []
      if (isLost) longestSlice = undefined
    },
  }
}
