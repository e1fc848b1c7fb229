import { type Cipher, loadCipher } from '../../encrypt/index.ts'
import {
  type Codec,
  encodeFrame,
  type StateMessage,
  type StatusMessage,
} from '../../protocol/index.ts'

export interface FrameWriterOptions {
  codec?: Codec | undefined
  /** Bodies of more bytes than this are compressed. @default never */
  compressOver?: number | undefined
  session: string
  /** The secret that encrypts the next message; `undefined` for a session in clear. */
  secret: () => string | undefined
  /** The session's name, which encrypted messages carry. */
  name: () => string | undefined
  /** Gives `false` when there is no open connection. */
  send: (frame: string | Uint8Array) => boolean
  onFailed: (error: unknown) => void
}

/** Turns messages into frames. Sends them in order, and only on the connection they were written for. */
export interface FrameWriter {
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

export function createFrameWriter(options: FrameWriterOptions): FrameWriter {
  const { codec, compressOver, session, send } = options
  /** Settles when the frames before are sent: compression and encryption take time, but order must hold. */
  let sending: Promise<void> | undefined
  let connection = 0
  let cipher: Promise<Cipher> | undefined
  let cipherSecret: string | undefined

  async function seal(message: StateMessage | StatusMessage, secret: string): Promise<Frame> {
    const name = options.name()
    const { type } = message
    // Encoded before the first `await`, because the state may change. Never compressed, because the length
    // of a compressed text says something about its content.
    const frame =
      type === 'status'
        ? ''
        : encodeFrame({ ...message, ...(name !== undefined && { name }) }, { codec, binary: true })
    if (secret !== cipherSecret) cipher = undefined
    cipherSecret = secret
    cipher ??= loadCipher(secret, session)
    try {
      const { seal, blind } = await cipher
      if (type !== 'status') return await seal(message, (await frame) as Uint8Array)
      const { epoch, seq, payload } = message
      const hash = await blind({ epoch: epoch!, seq: seq! }, payload.hash!)
      return JSON.stringify({ type, epoch, seq, payload: { hash } })
    } catch (error) {
      // A chunk that could not be loaded now may load for the next message.
      cipher = undefined
      throw error
    }
  }

  function encode(message: StateMessage | StatusMessage, leaving: boolean): Frame | Promise<Frame> {
    const secret = options.secret()
    const isPlain = message.type === 'status' && message.payload.hash === undefined
    if (secret && !isPlain) return seal(message, secret)
    if (message.type === 'status') return JSON.stringify(message)
    return encodeFrame(message, { codec, compressOver: leaving ? undefined : compressOver })
  }

  return {
    write(message, leaving) {
      const frame = encode(message, leaving)
      if (!sending && !(frame instanceof Promise)) return send(frame)
      const from = connection
      // If this frame is discarded or fails, the relay sees a gap and asks for a whole state.
      const task: Promise<void> = Promise.all([frame, sending])
        .then(([ready]) => void (from === connection && send(ready)))
        .catch(options.onFailed)
        .then(() => {
          if (sending === task) sending = undefined
        })
      sending = task
      return true
    },
    discard: () => void connection++,
  }
}
