import type { HostCipher } from '../../encrypt/index.ts'
import {
  type Codec,
  type CodecContext,
  encodeFrame,
  type Position,
  type SessionUpdate,
  type StateMessage,
  type StatusMessage,
} from '../../protocol/index.ts'

export interface FrameWriterOptions {
  codec?: Codec | undefined
  /** Bodies of more bytes than this are compressed. @default never */
  compressOver?: number | undefined
  /** Longer bodies are not compressed; `undefined` for 16 MiB. */
  longest: () => number | undefined
  /** Gives the cipher for the next message. Without this function, messages are sent in clear. */
  cipher: (() => Promise<HostCipher>) | undefined
  /** What encrypted messages carry besides the state. */
  sealedFields: (message: StateMessage) => Pick<SessionUpdate, 'name' | 'started'>
  /**
   * Gives `false` when the frame could not be sent.
   *
   * @param message the message in the frame; `undefined` for a status
   */
  send: (frame: string | Uint8Array, message: StateMessage | undefined) => boolean
  onFailed: (error: unknown) => void
  /** Called when no frame is waiting any more. */
  onIdle: () => void
  /** Called for each part of the state that the codec cannot carry as it is. */
  report?: CodecContext['report']
}

/** Turns messages into frames. Sends them in order, and only on the connection they were written for. */
export interface FrameWriter {
  /** Whether no frame is waiting to be compressed, encrypted or sent. */
  readonly isIdle: boolean
  /**
   * Gives `false` when the message could not be sent.
   *
   * @param leaving the page is being left, so there is no time to compress
   */
  write: (message: StateMessage | StatusMessage, leaving: boolean) => boolean
  /** The connection is lost: frames that are still being compressed or encrypted are not sent. */
  discard: () => void
}

type Frame = string | Uint8Array

async function seal(
  message: StateMessage,
  frame: Frame | Promise<Frame>,
  loading: Promise<HostCipher>,
): Promise<Frame> {
  const { cipher } = await loading
  return cipher.seal(message, (await frame) as Uint8Array)
}

async function blind(message: StatusMessage, loading: Promise<HostCipher>): Promise<Frame> {
  const { cipher } = await loading
  const hash = await cipher.blind(message as Position, message.payload.hash!)
  return JSON.stringify({ ...message, payload: { hash } })
}

export function createFrameWriter(options: FrameWriterOptions): FrameWriter {
  const { codec, compressOver, send, report } = options
  /** Settles when the frames before are sent: compression and encryption take time, but order must hold. */
  let sending: Promise<void> | undefined
  let connection = 0

  function encode(message: StateMessage | StatusMessage, leaving: boolean): Frame | Promise<Frame> {
    const { cipher } = options
    if (message.type === 'status')
      return cipher && message.payload.hash !== undefined
        ? blind(message, cipher())
        : JSON.stringify(message)
    if (cipher) {
      // Encoded now, because the state may change. Never compressed, because the length of a compressed text
      // says something about its content.
      const sealed = { ...message, ...options.sealedFields(message) }
      return seal(message, encodeFrame(sealed, { codec, binary: true, report }), cipher())
    }
    return encodeFrame(message, {
      codec,
      compressOver: leaving ? undefined : compressOver,
      longest: options.longest(),
      report,
    })
  }

  return {
    get isIdle() {
      return sending === undefined
    },
    write(message, leaving) {
      const frame = encode(message, leaving)
      const state = message.type === 'status' ? undefined : message
      if (!sending && !(frame instanceof Promise)) return send(frame, state)
      const from = connection
      // If this frame is discarded or fails, the relay sees a gap and asks for a whole state.
      const task: Promise<void> = Promise.all([frame, sending])
        .then(([ready]) => void (from === connection && send(ready, state)))
        .catch(options.onFailed)
        .then(() => {
          if (sending !== task) return
          sending = undefined
          options.onIdle()
        })
      sending = task
      return true
    },
    discard: () => void connection++,
  }
}
