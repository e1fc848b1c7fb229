import { SyncError } from '../diagnostics.ts'
import { type Cipher, loadCipher, NotAuthentic, SEALED } from '../encrypt/index.ts'
import {
  type Codec,
  decodeFrame,
  type Message,
  MissingCodec,
  parseMessage,
  type Position,
  readHeader,
  type SyncAddress,
} from '../protocol/index.ts'

export interface FrameReaderOptions {
  codecs: readonly Codec[]
  address: SyncAddress
  onMessage: (message: Message) => void
  onDropped: (bad: string) => void
  /** A frame cannot be trusted: nothing of it was passed on, and nothing after it will be until the next connection. */
  onDoubt: () => void
  /** Nothing more can be read. */
  onStop: (error: SyncError) => void
}

/** Turns frames into messages, in the order they came. */
export interface FrameReader {
  take: (frame: unknown) => void
  /** The connection is gone: what is still being read is for nobody. */
  drop: () => void
  /** What a status must say of a state with this hash. */
  wireHash: (position: Position, hash: number) => number | Promise<number>
}

export function createFrameReader(options: FrameReaderOptions): FrameReader {
  const { codecs, onDropped } = options
  const { session, secret } = options.address
  /** Frames wait here while one before them is decompressed or decrypted. */
  let queue: Promise<void> | undefined
  let connection = 0
  /** The latest frame could not be trusted. Two in a row, on two connections, are no accident. */
  let doubted = false
  let loading: Promise<Cipher> | undefined

  function cipher(key: string): Promise<Cipher> {
    loading ??= loadCipher(key, session).catch((error: unknown) => {
      // A chunk that could not be loaded may be there the next time.
      loading = undefined
      throw error
    })
    return loading
  }

  async function decrypt(key: string, frame: Uint8Array): Promise<Message | undefined> {
    const inner = await (await cipher(key)).open(frame)
    doubted = false
    return decodeFrame(inner, codecs)
  }

  function read(frame: unknown): Message | undefined | Promise<Message | undefined> {
    if (frame instanceof ArrayBuffer) {
      const bytes = new Uint8Array(frame)
      const header = readHeader(bytes)?.header
      if (header?.codec === SEALED) {
        if (!secret) throw new SyncError('VS110', 'no key')
        return decrypt(secret, bytes)
      }
      if (secret && header) throw new NotAuthentic('in clear')
      return decodeFrame(bytes, codecs)
    }
    const message = parseMessage(frame, onDropped)
    // The relay speaks for itself in statuses. State is the host's, and in clear anybody's.
    if (secret && message && message.type !== 'status') throw new NotAuthentic('in clear')
    return message
  }

  function refuse(error: unknown): void {
    if (error instanceof MissingCodec) return options.onStop(new SyncError('VS108', error.message))
    if (error instanceof SyncError) return options.onStop(error)
    if (!secret) throw error
    const before = doubted
    doubted = error instanceof NotAuthentic
    if (before && doubted) return options.onStop(new SyncError('VS110', 'another key'))
    connection++
    options.onDoubt()
  }

  return {
    take(frame) {
      const from = connection
      const pass = (message: Message | undefined): void => {
        if (from !== connection) return
        if (message) options.onMessage(message)
        else if (typeof frame !== 'string') onDropped('frame')
      }
      const fail = (error: unknown): void => {
        if (from === connection) refuse(error)
      }
      let message: ReturnType<typeof read>
      try {
        message = read(frame)
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
    drop: () => void connection++,
    wireHash(position, hash) {
      if (!secret) return hash
      return cipher(secret).then(({ blind }) => blind(position, hash))
    },
  }
}
