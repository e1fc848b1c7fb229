import { MOST_BYTES, parseJson, sizeOf } from '../state/bounds.ts'
import { concat, formatHeader, readHeaderLine } from '../bytes.ts'
import type { CodecProblem, Json, Message, Payload, StateMessage } from '../envelope.ts'
import { badPart } from './parse.ts'

/** What a codec knows of a message besides its body. */
export interface CodecContext {
  type?: StateMessage['type']
  /** Called by `encode` for each part of the state that it cannot carry as it is. */
  report?: ((problem: CodecProblem) => void) | undefined
}

/**
 * Turns the body of a state message into bytes and back. Without a codec the body is JSON. The bytes may come
 * from a hostile host, so `decode` must throw for values that JSON does not have, for references between
 * values, and for a list or map with more entries than bytes are left.
 */
export interface Codec {
  /** Sent with each message, so that a viewer knows which codec it needs: `msgpack`, `cbor`, … */
  name: string
  encode: (body: object, context?: CodecContext) => Uint8Array
  decode: (bytes: Uint8Array, context?: CodecContext) => unknown
  /** Gives the state as it arrives in viewers, because hashes must agree. @default the state itself */
  arriving?: (state: Payload) => Payload
}

/** A codec that is loaded when the first message needs it. */
export interface LazyCodec {
  /** The name of the codec, as in its messages. */
  name: string
  /** Such as `() => import('@vue-sync/vue/msgpack').then(({ msgpack }) => msgpack())`. */
  load: () => Promise<Codec>
}

/** The part of a binary frame before its body. The relay reads it, and it holds nothing of the state. */
interface FrameHeader {
  type: string
  epoch: string
  seq: number
  /** The name of the body's codec, and after `+` the form of its values, such as `json+rich`. @default JSON */
  codec?: string
  compress?: typeof COMPRESSION
}

export interface FrameOptions {
  codec?: Codec | undefined
  /** Bodies of more bytes than this are compressed. @default never */
  compressOver?: number | undefined
  /** Makes a binary frame even for JSON. A message with `values` is always one. @default false */
  binary?: boolean
  /** Longer bodies are not compressed, because viewers unpack no more bytes. @default 16 MiB */
  longest?: number | undefined
  /** Called for each part of the state that the codec cannot carry as it is. */
  report?: CodecContext['report']
}

export interface DecodeOptions {
  /** Bytes to which a body may unpack. @default 16 MiB */
  longest?: number
  /** Called with the reason if the body is malformed. */
  onDropped?: (reason: string) => void
}

const COMPRESSION = 'deflate-raw'
/** Bytes that are decompressed at once. They give at most a thousand times as many. */
const SLICE = 16 * 1024

/** The viewer does not have the codec of a frame, or could not load it. */
export class MissingCodec extends Error {}

/** @throws Error as a rejection for malformed input */
async function pipe(bytes: Uint8Array, ...through: GenericTransformStream[]): Promise<Uint8Array> {
  let at = 0
  // In slices, because a stream gives all output of one piece of input before it can be stopped.
  const source = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (at >= bytes.length) return controller.close()
      controller.enqueue(bytes.subarray(at, (at += SLICE)))
    },
  })
  const piped = through.reduce<ReadableStream>((stream, next) => stream.pipeThrough(next), source)
  return new Uint8Array(await new Response(piped).arrayBuffer())
}

/** Ends with an error after `left` bytes. */
function limitBytes(left: number): GenericTransformStream {
  return new TransformStream<Uint8Array, Uint8Array>({
    transform(part, controller) {
      if ((left -= part.length) < 0) throw new Error()
      controller.enqueue(part)
    },
  })
}

/**
 * Gives the frame for a message. It is JSON text, or with a codec or compression the header as one line of
 * JSON and then the body. Gives a promise when it compresses the body.
 */
export function encodeFrame(
  message: StateMessage,
  { codec, compressOver = Infinity, binary = false, longest = MOST_BYTES, report }: FrameOptions,
): string | Uint8Array | Promise<Uint8Array> {
  const { type, epoch, seq, values, ...body } = message
  if (!codec && !binary && !values) {
    const text = JSON.stringify(message)
    if (text.length <= compressOver) return text
  }
  const bytes = codec
    ? codec.encode(body, { type, report })
    : new TextEncoder().encode(JSON.stringify(body))
  const name = values ? `${codec?.name ?? 'json'}+${values}` : codec?.name
  const frame = (content: Uint8Array, compress?: FrameHeader['compress']): Uint8Array => {
    const header = {
      type,
      epoch,
      seq,
      ...(name && { codec: name }),
      ...(compress && { compress }),
    }
    return concat([formatHeader(header), content])
  }
  const isCompressible = bytes.length > compressOver && bytes.length <= longest
  if (!isCompressible || typeof CompressionStream === 'undefined') return frame(bytes)
  return pipe(bytes, new CompressionStream(COMPRESSION)).then((small) => frame(small, COMPRESSION))
}

/** Gives the header of a binary frame and the index of its body; `undefined` if the frame is malformed. */
export function readHeader(frame: Uint8Array): { header: FrameHeader; body: number } | undefined {
  const read = readHeaderLine(frame)
  const isKnown = read && badPart({ ...read.header, payload: {} }) === undefined
  if (!isKnown || read.header['type'] === 'status') return undefined
  return read as unknown as { header: FrameHeader; body: number }
}

/**
 * Gives the message in a binary frame; `undefined` if the frame is malformed. Gives a promise when the body is
 * compressed, or the codec must be loaded.
 *
 * @throws MissingCodec, also as a rejection
 */
export function decodeFrame(
  frame: Uint8Array,
  codecs: readonly (Codec | LazyCodec)[],
  { longest = MOST_BYTES, onDropped }: DecodeOptions = {},
): Message | undefined | Promise<Message | undefined> {
  const read = readHeader(frame)
  if (!read) return undefined
  const {
    codec: named,
    compress,
    ...position
  } = read.header as FrameHeader & Pick<StateMessage, 'type'>
  // The name of the codec itself may contain `+`.
  const [, name, values] = /^(.*)\+(\w+)$/.exec(named ?? '') ?? [undefined, named]
  const codec = codecs.find((known) => known.name === name)
  if (name !== undefined && !codec && !(name === 'json' && values)) throw new MissingCodec(name)
  if (compress !== undefined) {
    if (compress !== COMPRESSION || typeof DecompressionStream === 'undefined')
      throw new MissingCodec(compress)
  }

  const decode = (bytes: Uint8Array, loaded?: Codec): Message | undefined => {
    try {
      const body = loaded
        ? loaded.decode(bytes, position)
        : parseJson(new TextDecoder().decode(bytes))
      // Throws for a body that nests too deep.
      if (loaded) sizeOf(body as Json)
      const message = { ...(body as object), ...position, ...(values && { values }) }
      return badPart(message) ? undefined : (message as Message)
    } catch (error) {
      onDropped?.(`frame: ${(error as Error).message}`)
      return undefined
    }
  }
  const bytes = frame.subarray(read.body)
  const isLazy = codec && 'load' in codec
  if (!compress && !isLazy) return decode(bytes, codec)
  const loading = isLazy
    ? codec.load().catch(() => {
        throw new MissingCodec(codec.name)
      })
    : codec
  const unpacking = compress
    ? pipe(bytes, new DecompressionStream(COMPRESSION), limitBytes(longest)).catch(() => undefined)
    : bytes
  return Promise.all([unpacking, loading]).then(
    ([unpacked, loaded]) => unpacked && decode(unpacked, loaded),
  )
}
