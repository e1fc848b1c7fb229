import type { Message, StateMessage } from './envelope.ts'
import { badPart } from './parse.ts'
import { isRecord } from './record.ts'

/** Turns the body of a state message into bytes and back: JSON, unless a host is given another. */
export interface Codec {
  /** Travels with each message, so that a viewer knows what it needs: `msgpack`, `cbor`, … */
  name: string
  encode: (body: object) => Uint8Array
  decode: (bytes: Uint8Array) => unknown
}

/** What a binary frame says in clear before its body: enough for a relay, nothing of the state. */
interface FrameHeader {
  type: string
  epoch: string
  seq: number
  /** JSON when there is none. */
  codec?: string
  compress?: typeof COMPRESSION
}

export interface FrameOptions {
  codec?: Codec | undefined
  /** Bodies of more bytes than this are compressed. */
  compressOver?: number | undefined
  /** Always a binary frame, also for JSON. */
  binary?: boolean
}

const COMPRESSION = 'deflate-raw'
const LINE_END = 0x0a
/** A header is a few dozen bytes: what has no line end by here is no frame of ours. */
const LONGEST_HEADER = 512
/** A compressed body may not grow beyond this: what a relay lets through is 16 MiB. */
const LONGEST_BODY = 128 * 1024 * 1024

/** The codec of a frame is not among those the viewer was given. */
export class MissingCodec extends Error {}

async function pipe(bytes: Uint8Array, through: GenericTransformStream): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let length = 0
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(through)
  const reader = (stream as ReadableStream<Uint8Array>).getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    parts.push(value)
    if ((length += value.length) > LONGEST_BODY) throw new Error('body too long')
  }
  return join(parts, length)
}

function join(parts: Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/**
 * The frame for a message: JSON text, or with a codec or compression the header as one line of JSON and
 * then the body. A promise when the body is compressed.
 */
export function encodeFrame(
  message: StateMessage,
  { codec, compressOver = Infinity, binary = false }: FrameOptions,
): string | Uint8Array | Promise<Uint8Array> {
  const { type, epoch, seq, ...body } = message
  if (!codec && !binary) {
    const text = JSON.stringify(message)
    if (text.length <= compressOver) return text
  }
  const encoder = new TextEncoder()
  const bytes = codec ? codec.encode(body) : encoder.encode(JSON.stringify(body))
  const frame = (content: Uint8Array, compress?: FrameHeader['compress']): Uint8Array => {
    const header = {
      type,
      epoch,
      seq,
      ...(codec && { codec: codec.name }),
      ...(compress && { compress }),
    }
    const line = encoder.encode(`${JSON.stringify(header)}\n`)
    return join([line, content], line.length + content.length)
  }
  if (bytes.length <= compressOver || typeof CompressionStream === 'undefined') return frame(bytes)
  return pipe(bytes, new CompressionStream(COMPRESSION)).then((small) => frame(small, COMPRESSION))
}

/** The header of a binary frame and where its body begins; `undefined` for what is none. */
export function readHeader(frame: Uint8Array): { header: FrameHeader; body: number } | undefined {
  const end = frame.subarray(0, LONGEST_HEADER).indexOf(LINE_END)
  if (end === -1) return undefined
  try {
    const header: unknown = JSON.parse(new TextDecoder().decode(frame.subarray(0, end)))
    const known = isRecord(header) && badPart({ ...header, payload: {} }) === undefined
    if (!known || header['type'] === 'status') return undefined
    return { header: header as unknown as FrameHeader, body: end + 1 }
  } catch {
    return undefined
  }
}

/**
 * The message in a binary frame; `undefined` for what is none. A promise when the body is compressed.
 *
 * @throws MissingCodec, also as a rejection
 */
export function decodeFrame(
  frame: Uint8Array,
  codecs: readonly Codec[],
): Message | undefined | Promise<Message | undefined> {
  const read = readHeader(frame)
  if (!read) return undefined
  const { codec: name, compress, ...position } = read.header
  const codec = codecs.find((known) => known.name === name)
  if (name !== undefined && !codec) throw new MissingCodec(name)
  if (compress !== undefined) {
    if (compress !== COMPRESSION || typeof DecompressionStream === 'undefined')
      throw new MissingCodec(compress)
  }

  const decode = (bytes: Uint8Array): Message | undefined => {
    try {
      const body = codec ? codec.decode(bytes) : JSON.parse(new TextDecoder().decode(bytes))
      const message = { ...body, ...position }
      return badPart(message) ? undefined : message
    } catch {
      return undefined
    }
  }
  const bytes = frame.subarray(read.body)
  if (!compress) return decode(bytes)
  return pipe(bytes, new DecompressionStream(COMPRESSION)).then(decode, () => undefined)
}
