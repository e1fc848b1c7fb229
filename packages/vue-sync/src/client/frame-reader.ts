import { SyncError } from '../diagnostics.ts'
import { type Cipher, loadCipher, NotAuthentic, NotSigned, SEALED } from '../encrypt/index.ts'
import {
  type Codec,
  decodeFrame,
  type LazyCodec,
  type Message,
  MissingCodec,
  parseMessage,
  type Position,
  readHeader,
  type SyncAddress,
} from '../protocol/index.ts'

export interface FrameReaderOptions {
  codecs: readonly (Codec | LazyCodec)[]
  address: SyncAddress
  /** Bytes to which a body may unpack. */
  longest: () => number
  onMessage: (message: Message) => void
  onDropped: (bad: string) => void
  /** A frame is not authentic. Neither it nor any later frame of this connection is passed on. */
  onDoubt: () => void
  /** This session cannot be read at all. */
  onStop: (error: SyncError) => void
}

/** Turns frames into messages, in the order in which the frames arrived. */
export interface FrameReader {
  read: (frame: unknown) => void
  /** The connection is lost: frames that are still being decompressed or decrypted are not passed on. */
  discard: () => void
  /** The hash that a status carries for a state with this hash: blinded if the session is encrypted. */
  wireHash: (position: Position, hash: number) => number | Promise<number>
}

/**
 * Connections in a row that bring a frame which is not authentic, also with authentic ones in between. A relay could
 * otherwise make a viewer dial without end.
 */
const MOST_DOUBTS = 10

export function createFrameReader(options: FrameReaderOptions): FrameReader {
  const { codecs, onDropped } = options
  const { session, secret, signer } = options.address
  /** Settles when the frames before are read. Later frames wait while one is decompressed or decrypted. */
  let queue: Promise<void> | undefined
  let connection = 0
  /** Connections that brought a frame. */
  let connections = 0
  let isNew = true
  /** The latest frame was not authentic. Two in a row, on two connections, mean another key or another sender. */
  let doubted = false
  /** The latest connection with a frame that was not authentic, and how many there were in a row. */
  let doubtedAt = 0
  let doubts = 0
  let loading: Promise<Cipher> | undefined

  function cipher(key: string): Promise<Cipher> {
    loading ??= loadCipher(key, session, signer).catch((error: unknown) => {
      // A chunk that could not be loaded now may load for the next frame.
      loading = undefined
      throw error
    })
    return loading
  }

  async function decrypt(key: string, frame: Uint8Array): Promise<Message | undefined> {
    const inner = await (await cipher(key)).open(frame)
    doubted = false
    return decodeFrame(inner, codecs, { longest: options.longest(), onDropped })
  }

  function decode(frame: unknown): Message | undefined | Promise<Message | undefined> {
    if (frame instanceof ArrayBuffer) {
      const bytes = new Uint8Array(frame)
      const header = readHeader(bytes)?.header
      if (header?.codec === SEALED) {
        if (!secret) throw new SyncError('VS110', 'no key')
        return decrypt(secret, bytes)
      }
      if (secret && header) throw new NotAuthentic('in clear')
      return decodeFrame(bytes, codecs, { longest: options.longest(), onDropped })
    }
    const message = parseMessage(frame, onDropped)
    // Statuses come from the relay and are in clear. State in clear could come from anybody.
    if (secret && message && message.type !== 'status') throw new NotAuthentic('in clear')
    return message
  }

  function refuse(error: unknown): void {
    if (error instanceof MissingCodec) return options.onStop(new SyncError('VS108', error.message))
    if (error instanceof SyncError) return options.onStop(error)
    if (!secret) throw error
    const before = doubted
    doubted = error instanceof NotAuthentic
    if (doubted) {
      doubts = connections - doubtedAt > 1 ? 1 : doubts + 1
      doubtedAt = connections
      if (before || doubts >= MOST_DOUBTS)
        return options.onStop(
          error instanceof NotSigned
            ? new SyncError('VS116')
            : new SyncError('VS110', 'another key'),
        )
    }
    connection++
    options.onDoubt()
  }

  return {
    read(frame) {
      if (isNew) connections++
      isNew = false
      const from = connection
      const pass = (message: Message | undefined): void => {
        if (from !== connection) return
        if (message) options.onMessage(message)
        else if (typeof frame !== 'string') onDropped('frame')
      }
      const fail = (error: unknown): void => {
        if (from === connection) refuse(error)
      }
      let message: ReturnType<typeof decode>
      try {
        message = decode(frame)
      } catch (error) {
        return fail(error)
      }
      if (!queue && !(message instanceof Promise)) return pass(message)
      const settled = Promise.resolve(message).then(
        (ready) => () => pass(ready),
        (error: unknown) => () => fail(error),
      )
      const task: Promise<void> = Promise.all([settled, queue]).then(([run]) => {
        if (queue === task) queue = undefined
        run()
      })
      queue = task
    },
    discard() {
      connection++
      isNew = true
    },
    wireHash(position, hash) {
      if (!secret) return hash
      return cipher(secret).then(({ blind }) => blind(position, hash))
    },
  }
}
