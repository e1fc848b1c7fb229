import { type Cipher, loadCipher } from '../../encrypt/index.ts'
import {
  type Codec,
  encodeFrame,
  type StateMessage,
  type StatusMessage,
} from '../../protocol/index.ts'

export interface OutboxOptions {
  codec?: Codec | undefined
  compressOver?: number | undefined
  session: string
  /** Encrypts what is sent from now on. */
  secret: () => string | undefined
  /** What the session is called: said in encrypted messages. */
  name: () => string | undefined
  send: (frame: string | Uint8Array) => boolean
  onFailed: (error: unknown) => void
}

/** Turns messages into frames and sends them in the order they came, on the connection they came for. */
export interface Outbox {
  /** @param leaving the page goes: there is no time to compress */
  post: (message: StateMessage | StatusMessage, leaving: boolean) => boolean
  /** The connection is gone: what is not sent by now is for nobody. */
  drop: () => void
}

type Frame = string | Uint8Array

export function createOutbox(options: OutboxOptions): Outbox {
  const { codec, compressOver, session, send } = options
  // Compression and encryption take their time: what was said after must arrive after.
  let sending: Promise<void> | undefined
  let connection = 0
  let cipher: Promise<Cipher> | undefined
  let keyed: string | undefined

  async function seal(message: StateMessage | StatusMessage, key: string): Promise<Frame> {
    const name = options.name()
    const { type } = message
    // Taken now: it may not wait, and never compressed: lengths would tell what texts have in common.
    const frame =
      type === 'status'
        ? ''
        : encodeFrame({ ...message, ...(name !== undefined && { name }) }, { codec, binary: true })
    if (key !== keyed) cipher = undefined
    keyed = key
    cipher ??= loadCipher(key, session)
    try {
      const { seal, blind } = await cipher
      if (type !== 'status') return await seal(message, (await frame) as Uint8Array)
      const { epoch, seq, payload } = message
      const hash = await blind({ epoch: epoch!, seq: seq! }, payload.hash!)
      return JSON.stringify({ type, epoch, seq, payload: { hash } })
    } catch (error) {
      // A chunk that could not be loaded may be there the next time.
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
    post(message, leaving) {
      const frame = encode(message, leaving)
      if (!sending && !(frame instanceof Promise)) return send(frame)
      const mine = connection
      // One that comes too late is missed by the relay, which then asks for all of it.
      const task: Promise<void> = Promise.all([frame, sending])
        .then(([ready]) => void (mine === connection && send(ready)))
        .catch(options.onFailed)
        .then(() => {
          if (sending === task) sending = undefined
        })
      sending = task
      return true
    },
    drop: () => void connection++,
  }
}
