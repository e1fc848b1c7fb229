import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { cbor } from '../../codecs/cbor.ts'
import { msgpack } from '../../codecs/msgpack.ts'
import { protobuf } from '../../codecs/protobuf.ts'
import { anyJson } from '../../../test/json-arbitrary.ts'
import { decodeFrame, encodeFrame, type FrameOptions, MissingCodec, readHeader } from './codec.ts'
import type { ConfigUpdate, Json, StateMessage } from '../envelope.ts'
import { parseMessage } from './parse.ts'

const CODECS = [msgpack(), cbor(), protobuf({ stores: {} })]

async function through(message: StateMessage, options: FrameOptions): Promise<unknown> {
  const frame = await encodeFrame(message, options)
  return typeof frame === 'string' ? parseMessage(frame) : decodeFrame(frame, CODECS)
}

const message = (value: Json): ConfigUpdate => ({
  type: 'config_update',
  epoch: 'e',
  seq: 7,
  payload: { s: { value } },
  patch: [{ op: 'add', path: '/s/x', value }],
})

describe('frames', () => {
  it.each<[string, FrameOptions]>([
    ['JSON', {}],
    ['compressed JSON', { compressOver: 0 }],
    ['MessagePack', { codec: msgpack() }],
    ['CBOR', { codec: cbor() }],
    ['Protocol Buffers', { codec: protobuf({ stores: {} }) }],
    ['compressed MessagePack', { codec: msgpack(), compressOver: 0 }],
  ])('carry any state message: %s', async (_, options) => {
    await fc.assert(
      fc.asyncProperty(anyJson(), async (value) => {
        expect(await through(message(value), options)).toEqual(
          JSON.parse(JSON.stringify(message(value))),
        )
      }),
    )
  })

  it('have a readable header with what a relay needs, and nothing of the state', () => {
    const frame = encodeFrame(message('secret'), { codec: msgpack() }) as Uint8Array
    const { header, body } = readHeader(frame)!
    expect(header).toEqual({ type: 'config_update', epoch: 'e', seq: 7, codec: 'msgpack' })
    expect(new TextDecoder().decode(frame.subarray(0, body))).not.toContain('secret')
  })

  it('are text when short, and smaller when compressed', async () => {
    const options = { compressOver: 1000 }
    expect(encodeFrame(message('short'), options)).toBeTypeOf('string')
    const long = message('long '.repeat(1000))
    const frame = (await encodeFrame(long, options)) as Uint8Array
    expect(frame.length).toBeLessThan(JSON.stringify(long).length / 10)
    expect(readHeader(frame)!.header.compress).toBe('deflate-raw')
  })

  it('cause an error that names the missing codec', () => {
    const frame = encodeFrame(message(1), { codec: { ...msgpack(), name: 'secret-sauce' } })
    expect(() => decodeFrame(frame as Uint8Array, CODECS)).toThrow(MissingCodec)
    expect(() => decodeFrame(frame as Uint8Array, CODECS)).toThrow('secret-sauce')
  })

  it('load a codec for the first message that needs it', async () => {
    const load = vi.fn(() => Promise.resolve(msgpack()))
    const codecs = [{ name: 'msgpack', load }]
    const frame = encodeFrame(message(1), { codec: msgpack(), compressOver: 0 })
    expect(load).not.toHaveBeenCalled()
    expect(await decodeFrame(await (frame as Promise<Uint8Array>), codecs)).toEqual(message(1))
    const failing = [{ name: 'cbor', load: () => Promise.reject(new Error('not found')) }]
    const other = encodeFrame(message(1), { codec: cbor() }) as Uint8Array
    await expect(decodeFrame(other, failing)).rejects.toThrow(MissingCodec)
  })

  it('give the reason why a body is malformed', () => {
    const line = '{"type":"session_update","epoch":"e","seq":1,"codec":"msgpack"}\n'
    const reasons: string[] = []
    const bytes = new Uint8Array([...new TextEncoder().encode(line), 0xd4, 0x72, 0x40])
    expect(
      decodeFrame(bytes, CODECS, { onDropped: (reason) => reasons.push(reason) }),
    ).toBeUndefined()
    expect(reasons).toEqual(['frame: bytes, an extension or another value that JSON does not have'])
  })

  it('are refused while they unpack, when they unpack to more than a relay accepts', async () => {
    const zeros = new Blob([new Uint8Array(120 * 1024 * 1024)]).stream()
    const deflated = zeros.pipeThrough(new CompressionStream('deflate-raw'))
    const packed = await new Response(deflated).blob()
    expect(packed.size).toBeLessThan(150_000)
    const line = '{"type":"session_update","epoch":"e","seq":1,"compress":"deflate-raw"}\n'
    const frame = new Uint8Array(await new Blob([line, packed]).arrayBuffer())
    let taken = 0
    const Inflate = DecompressionStream
    vi.stubGlobal('DecompressionStream', function Counted(format: 'deflate-raw') {
      const inflate = new Inflate(format)
      const count = new TransformStream<BufferSource, BufferSource>({
        transform(chunk, controller) {
          taken += chunk.byteLength
          controller.enqueue(chunk)
        },
      })
      count.readable.pipeTo(inflate.writable).catch(() => {})
      return { writable: count.writable, readable: inflate.readable }
    })
    try {
      expect(await decodeFrame(frame, CODECS)).toBeUndefined()
      // It did not take the rest.
      expect(taken).toBeLessThan(packed.size)
    } finally {
      vi.unstubAllGlobals()
    }
  })

  it('are not compressed by a host when viewers would refuse to unpack them', async () => {
    const long = message('x'.repeat(17 * 1024 * 1024))
    const frame = (await encodeFrame(long, { compressOver: 1000, binary: true })) as Uint8Array
    expect(readHeader(frame)!.header.compress).toBeUndefined()
  })

  it.each<[string, FrameOptions]>([
    ['JSON', { binary: true }],
    ['compressed JSON', { compressOver: 0 }],
    ['MessagePack', { codec: msgpack() }],
    ['CBOR', { codec: cbor() }],
    ['Protocol Buffers', { codec: protobuf({ stores: {} }) }],
  ])('are refused when they nest too deep: %s', async (_, options) => {
    const nested = (depth: number): Json =>
      JSON.parse('['.repeat(depth) + ']'.repeat(depth)) as Json
    const read = async (depth: number) =>
      decodeFrame((await encodeFrame(message(nested(depth)), options)) as Uint8Array, CODECS)
    expect(await read(450)).toBeDefined()
    expect(await read(501)).toBeUndefined()
  })

  it('are ignored when malformed, for any bytes', async () => {
    const header = fc.constantFrom(
      '{"type":"config_update","epoch":"e","seq":1,"codec":"msgpack"}\n',
      '{"type":"config_update","epoch":"e","seq":1,"codec":"protobuf"}\n',
      '{"type":"config_update","epoch":"e","seq":1,"compress":"deflate-raw"}\n',
      '{"type":"session_update","epoch":"e","seq":1}\n',
      '{"type":"status","epoch":"e","seq":1}\n',
      '{"type":"config_update"}\n',
      '',
    )
    await fc.assert(
      fc.asyncProperty(header, fc.uint8Array({ maxLength: 60 }), async (line, body) => {
        const bytes = new Uint8Array([...new TextEncoder().encode(line), ...body])
        const read = await decodeFrame(bytes, CODECS)
        if (read) expect(read.payload).toBeTypeOf('object')
      }),
      { numRuns: 500 },
    )
  })
})
